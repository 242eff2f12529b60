// `date-adapter test`: sample lines through the very transform that would run, each shown as it came and as it went, and
// why it could not be converted. For people who write rules, and for the tests of their manifests.
import { ByteOutput } from './byte-output.ts';
import { LineCounts, type LineTransform } from './transform/line-transform.ts';

const LF = 0x0a;

export type Trial = {
  readonly text: string;
  /** Lines that could not be converted. */
  readonly failures: number;
};

/**
 * @param make the transform, told how to report: every failure is to be said
 * @param sample whole lines
 */
export function tryLines(
  make: (counts: LineCounts, report: (reason: string) => void) => LineTransform,
  sample: Uint8Array,
): Trial {
  const show = new Show();
  const { out } = show;
  const transform = make(new LineCounts(), (reason) => show.reasons.push(reason));
  transform.begin(out);
  show.results();
  for (let at = 0; at < sample.length && transform.ending === undefined;) {
    const found = sample.indexOf(LF, at);
    const end = found === -1 ? sample.length : found + 1;
    const line = Buffer.from(sample.subarray(at, found === -1 ? end : found)).toString();
    transform.push({ bytes: sample, start: at, end, source: '-', startsLine: true, endsLine: true }, out, at);
    show.pushed(line, transform.heldSince < Infinity);
    at = end;
  }
  transform.end(out);
  show.results();
  return { text: show.lines.map((line) => `${line}\n`).join(''), failures: show.failures };
}

/** Puts the lines of a record together with what became of it, also where it leaves only when the next one begins. */
class Show {
  readonly lines: string[] = [];
  readonly reasons: string[] = [];
  readonly out = new ByteOutput();
  failures = 0;
  /** Nothing has come of them so far. */
  #waiting: string[] = [];

  /** @param holds the transform may still have the line, or lines before it */
  pushed(line: string, holds: boolean): void {
    const hasResults = this.out.length > 0 || this.reasons.length > 0;
    const isOfEarlier = holds && hasResults && this.#waiting.length > 0;
    if (isOfEarlier) this.results();
    this.#waiting.push(line);
    if (!isOfEarlier && (hasResults || !holds)) this.results();
  }

  /** Everything so far has its results. */
  results(): void {
    const waiting = this.#waiting.splice(0);
    this.lines.push(...waiting.map((line) => `in   ${line}`));
    if (this.out.length > 0) {
      const printed = this.out.toString().replace(/\n$/, '');
      if (printed === waiting.join('\n')) this.lines.push('out  (unchanged)');
      else this.lines.push(...printed.split('\n').map((line) => `out  ${line}`));
    }
    this.failures += this.reasons.length;
    this.lines.push(...this.reasons.splice(0).map((reason) => `why  ${reason}`));
    this.out.clear();
  }
}
