// Says on stderr which lines could not be converted and why: the first five, then one a minute with the number of those
// between. For every transform. A log full of strange lines shall not become two.
import type { Log } from '@podmate/base/log';

const FIRST_REPORTS = 5;
const PERIOD_MS = 60_000;
const EXCERPT_BYTES = 120;

export class FailureReport {
  readonly #log: Pick<Log, 'warn'>;
  readonly #nowMs: () => number;
  #reported = 0;
  #silent = 0;
  #lastMs = -Infinity;

  /** @param nowMs any clock that goes forward */
  constructor(log: Pick<Log, 'warn'>, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  /** A line that could not be converted. @param reason is asked for only when it is said */
  add(bytes: Uint8Array, start: number, end: number, source: string, reason: () => string): void {
    const nowMs = this.#nowMs();
    if (this.#reported >= FIRST_REPORTS && nowMs - this.#lastMs < PERIOD_MS) {
      this.#silent++;
      return;
    }
    this.#reported++;
    this.#lastMs = nowMs;
    const fields = { reason: reason(), line: excerpt(bytes, start, end), source };
    this.#log.warn('line not converted', this.#silent > 0 ? { ...fields, unreported: this.#silent } : fields);
    this.#silent = 0;
  }
}

function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + EXCERPT_BYTES))).toString();
  return end - start > EXCERPT_BYTES ? `${text}...` : text;
}
