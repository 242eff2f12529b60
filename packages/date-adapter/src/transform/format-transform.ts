// Parses each line as one format and writes it as another. For --parse and --output, and for rules that have them.
// Where lines may belong together (stack traces, the partial lines of container runtimes) a joiner stands in front, one
// for each file; what it holds back leaves when nothing comes for a while.
import type { ByteOutput } from '../byte-output.ts';
import type { LineConverter } from '../formats/line-converter.ts';
import type { LineJoiner, RecordSink } from '../formats/line-joiner.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { Ending, LineCounts, LineTransform, Piece } from './line-transform.ts';

const LF = 0x0a;

export type FormatTransformParts = {
  readonly converter: LineConverter;
  readonly policy: FailurePolicy;
  readonly counts: LineCounts;
  /** Makes the joiner of one file. */
  readonly join: ((deliver: RecordSink) => LineJoiner) | undefined;
};

/** The record of one file that more lines may join: the rounds of its first line, and of the last that came. */
type Held = { readonly joiner: LineJoiner; since: number; until: number };

export class FormatTransform implements LineTransform {
  readonly #parts: FormatTransformParts;
  readonly #held = new Map<string, Held>();
  #round = 0;
  #source = '';
  #out: ByteOutput | undefined;

  constructor(parts: FormatTransformParts) {
    this.#parts = parts;
  }

  get heldSince(): number {
    let since = Infinity;
    for (const held of this.#held.values()) if (held.joiner.holds) since = Math.min(since, held.since);
    return since;
  }

  get ending(): Ending | undefined {
    return this.#parts.policy.ending;
  }

  begin(): void {}

  push({ bytes, start, end, source, startsLine, endsLine }: Piece, out: ByteOutput, round: number): void {
    const held = this.#heldOf(source);
    this.#source = source;
    this.#out = out;
    this.#round = round;
    if (!startsLine || !endsLine) return this.#pass(bytes, start, end, startsLine, out);
    if (held !== undefined) {
      if (!held.joiner.holds) held.since = round;
      held.until = round;
    }
    for (let line = start; line < end;) {
      const found = bytes.indexOf(LF, line);
      const stop = found === -1 || found >= end ? end : found;
      if (held === undefined) this.#convert(bytes, line, stop, stop, Math.min(stop + 1, end), out);
      else held.joiner.push(bytes, line, stop);
      line = stop + 1;
    }
  }

  idle(out: ByteOutput, upTo: number, only?: string): void {
    this.#out = out;
    for (const [source, { joiner, until }] of this.#held) {
      if (until > upTo || (only !== undefined && source !== only)) continue;
      this.#source = source;
      joiner.flush();
    }
  }

  end(out: ByteOutput): void {
    this.idle(out, Infinity);
  }

  #heldOf(source: string): Held | undefined {
    const { join } = this.#parts;
    const known = this.#held.get(source);
    if (join === undefined || known !== undefined) return known;
    const joiner = join((bytes, start, firstEnd, end) => {
      // What the joiner has now, if anything, began with the line that completed this record.
      held.since = this.#round;
      this.#convert(bytes, start, firstEnd, end, end, this.#out!);
    });
    const held: Held = { joiner, since: 0, until: 0 };
    this.#held.set(source, held);
    return held;
  }

  /** Too long to be looked at as a whole. */
  #pass(bytes: Uint8Array, start: number, end: number, startsLine: boolean, out: ByteOutput): void {
    this.idle(out, Infinity);
    if (startsLine) this.#parts.counts.passed++;
    out.range(bytes, start, end);
  }

  /** @param next where the line after begins: its newline is before that, or there is none */
  #convert(
    bytes: Uint8Array,
    start: number,
    firstEnd: number,
    end: number,
    next: number,
    out: ByteOutput,
  ): void {
    const { converter, policy, counts } = this.#parts;
    if (converter.convertLines(bytes, start, firstEnd, end, out)) {
      counts.converted++;
      return;
    }
    const before = out.length;
    policy.handle(bytes, start, next, this.#source, () => converter.reason(), out);
    if (next === end && out.length > before) out.byte(LF);
  }
}
