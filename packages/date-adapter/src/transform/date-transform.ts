// Converts the stamp of each line and copies every other byte. For --from and --to, and for rules that say no more.
// Lines that go on (stack traces) have no stamp and are no fault: they pass, whatever the policy for others is.
import type { ByteOutput } from '../byte-output.ts';
import type { DateConverter } from '../dates/converter.ts';
import { beginsByLooks } from '../formats/stack-traces.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { Ending, LineCounts, LineTransform, Piece } from './line-transform.ts';

export type DateTransformParts = {
  readonly converter: DateConverter;
  readonly policy: FailurePolicy;
  readonly counts: LineCounts;
  /** Every line counts, also one that looks like part of a stack trace. */
  readonly everyLine: boolean;
};

export class DateTransform implements LineTransform {
  readonly heldSince = Infinity;
  readonly #parts: DateTransformParts;
  #source = '';

  constructor(parts: DateTransformParts) {
    this.#parts = parts;
  }

  get ending(): Ending | undefined {
    return this.#parts.policy.ending;
  }

  begin(): void {}

  push({ bytes, start, end, source, startsLine }: Piece, out: ByteOutput): void {
    const { converter, counts } = this.#parts;
    if (!startsLine) return out.range(bytes, start, end);
    this.#source = source;
    const before = converter.converted;
    const rest = converter.convertLines(bytes, start, end, out, this.#failed);
    if (rest < end) converter.convertLine(bytes, rest, end, out, this.#failed);
    counts.converted += converter.converted - before;
    counts.folds = converter.folds;
    counts.gaps = converter.gaps;
  }

  idle(): void {}

  end(): void {}

  readonly #failed = (bytes: Uint8Array, start: number, end: number, out: ByteOutput): void => {
    const { converter, policy, counts, everyLine } = this.#parts;
    if (!everyLine && !beginsByLooks(bytes, start, textEnd(bytes, start, end))) {
      counts.passed++;
      out.range(bytes, start, end);
      return;
    }
    const reason = (): string => converter.failureOf(bytes, start, textEnd(bytes, start, end)).message;
    policy.handle(bytes, start, end, this.#source, reason, out);
  };
}

function textEnd(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0x0a ? end - 1 : end;
}
