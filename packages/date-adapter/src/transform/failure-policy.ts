// What becomes of a line that could not be converted, by --on-error. For every transform: it hands over the line, and
// whatever the policy says is then in the output or is not. Each such line is counted once, and reported.
import type { ByteOutput } from '../byte-output.ts';
import type { FailureReport } from './failure-report.ts';
import type { Ending, LineCounts } from './line-transform.ts';

export type OnError = 'pass' | 'drop' | 'tag' | 'epoch-now' | 'reject-file' | 'exit';

const LF = 0x0a;
/** sysexits.h, EX_DATAERR. */
const DATA_ERROR = 65;
const TAG = '_parse_error';

export type PolicyParts = {
  readonly onError: OnError;
  readonly counts: LineCounts;
  readonly report: FailureReport;
  /** Takes lines with --on-error reject-file; false when it could not. */
  readonly reject: (line: Uint8Array) => boolean;
  /** Appends the time of now as the rule would write it; for --on-error epoch-now. */
  readonly appendNow?: ((out: ByteOutput) => void) | undefined;
  /** Appends a structured record that carries the line and the reason; without one, a prefix does. */
  readonly appendTagged?:
    | ((bytes: Uint8Array, start: number, end: number, reason: string | undefined, out: ByteOutput) => void)
    | undefined;
};

export class FailurePolicy {
  ending: Ending | undefined;
  readonly #parts: PolicyParts;

  constructor(parts: PolicyParts) {
    this.#parts = parts;
  }

  /**
   * @param end of the line, its newline included where there is one
   * @param reason why, in words; asked for only when they are needed
   */
  handle(
    bytes: Uint8Array,
    start: number,
    end: number,
    source: string,
    reason: () => string,
    out: ByteOutput,
  ): void {
    const { counts, report, onError, reject } = this.#parts;
    const textEnd = end > start && bytes[end - 1] === LF ? end - 1 : end;
    report.add(bytes, start, textEnd, source, reason);
    switch (onError) {
      case 'drop':
        counts.dropped++;
        return;
      case 'reject-file':
        if (reject(bytes.subarray(start, end))) counts.dropped++;
        else {
          counts.passed++;
          out.range(bytes, start, end);
        }
        return;
      case 'tag':
        counts.error++;
        this.#tag(bytes, start, textEnd, reason(), out);
        break;
      case 'epoch-now':
        counts.error++;
        this.#date(bytes, start, textEnd, out);
        break;
      case 'exit':
        counts.error++;
        this.ending ??= { reason: `a line that cannot be converted: ${reason()}`, code: DATA_ERROR };
        return;
      default:
        counts.passed++;
        out.range(bytes, start, end);
        return;
    }
    if (textEnd < end) out.byte(LF);
  }

  #tag(bytes: Uint8Array, start: number, end: number, reason: string, out: ByteOutput): void {
    const { appendTagged } = this.#parts;
    if (appendTagged !== undefined) return appendTagged(bytes, start, end, reason, out);
    const tag = Buffer.from(`${TAG}=${JSON.stringify(reason)} `);
    out.range(tag, 0, tag.length);
    out.range(bytes, start, end);
  }

  #date(bytes: Uint8Array, start: number, end: number, out: ByteOutput): void {
    const { appendNow, appendTagged } = this.#parts;
    if (appendTagged !== undefined) return appendTagged(bytes, start, end, undefined, out);
    if (appendNow !== undefined) {
      appendNow(out);
      out.byte(0x20);
    }
    out.range(bytes, start, end);
  }
}
