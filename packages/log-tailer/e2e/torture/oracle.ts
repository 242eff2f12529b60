// Reads a tailer's output and holds every line against the ledger: missing, duplicated, garbled, out of order.
// A line counts as delivered only if it is byte for byte the line that was written. Each run of the tailer has an
// output of its own (in a cluster each container's log is a stream of its own), so a kill can cut its last line.
// Invariant: an oracle that finds nothing has seen each owed line exactly once.

import type { Account, Ledger, Range } from './ledger.ts';
import { readName } from './numbered-lines.ts';

/** Lines that begin so are scenery (banners, fillers) and not held against the ledger. */
export const COMMENT = '#';

/** How many examples of each fault are kept to be shown. */
const EXAMPLES = 3;

export type Verdict = {
  readonly written: number;
  readonly missing: number;
  readonly missingBytes: number;
  readonly duplicated: number;
  readonly duplicatedBytes: number;
  readonly garbled: number;
  /** Lines that came after a later one of the same generation. */
  readonly disordered: number;
  /** How often the output went back to an earlier generation of the same author. */
  readonly generationsDisordered: number;
  readonly examples: readonly string[];
};

export class Oracle {
  readonly #ledger: Ledger;
  readonly #examples: string[] = [];
  duplicated = 0;
  duplicatedBytes = 0;
  garbled = 0;
  disordered = 0;
  generationsDisordered = 0;
  /** When the last byte came, on the clock of performance.now(). */
  lastByteAtMs = performance.now();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** A new output of the tailer; feed it chunks, then end it. */
  output(): Output {
    return new Output(this);
  }

  take(line: string): void {
    if (line.startsWith(COMMENT)) return;
    const name = readName(line);
    const account = name && this.#ledger.get(name.author);
    if (name === undefined || account === undefined || account.text(name.sequence) !== line) {
      this.garbled += 1;
      this.#note(`garbled: ${JSON.stringify(line.slice(0, 120))} (${line.length} characters)`);
      return;
    }
    this.#deliver(account, name.generation, name.sequence, line);
  }

  /** The end of an output without a newline: a whole line, the beginning of one, or garbage. */
  takeLast(rest: string): void {
    const name = readName(rest);
    if (name === undefined && rest.length < 30) return; // too short to tell: the name itself is cut
    const whole = name && this.#ledger.get(name.author)?.text(name.sequence);
    if (whole === undefined || !whole.startsWith(rest)) this.take(rest);
    else if (whole === rest) this.take(rest);
  }

  verdict(): Verdict {
    const { missing, missingBytes, examples } = this.#missing();
    const { duplicated, duplicatedBytes, garbled, disordered, generationsDisordered } = this;
    const counts = { duplicated, duplicatedBytes, garbled, disordered, generationsDisordered };
    return {
      written: this.#ledger.written,
      missing,
      missingBytes,
      ...counts,
      examples: [...examples, ...this.#examples],
    };
  }

  #deliver(account: Account, generation: number, sequence: number, line: string): void {
    const result = account.deliver(generation, sequence);
    if (result === 'again') {
      this.duplicated += 1;
      this.duplicatedBytes += line.length + 1;
      this.#note(`duplicated: ${account.author}.${generation}.${sequence}`);
      return;
    }
    if (result === 'disordered') {
      this.disordered += 1;
      this.#note(`out of order: ${account.author}.${generation}.${sequence}`);
    }
    if (account.backInGenerations(generation)) {
      this.generationsDisordered += 1;
      this.#note(`after a later generation: ${account.author}.${generation}.${sequence}`);
    }
  }

  #missing(): { missing: number; missingBytes: number; examples: string[] } {
    let missing = 0;
    let missingBytes = 0;
    const examples: string[] = [];
    for (const account of this.#ledger.accounts()) {
      for (const range of account.missingRanges()) {
        missing += range.to - range.from;
        for (let s = range.from; s < range.to; s++) missingBytes += (account.text(s)?.length ?? 0) + 1;
        if (examples.length < 2 * EXAMPLES) examples.push(describe(account, range));
      }
    }
    return { missing, missingBytes, examples };
  }

  #note(example: string): void {
    const fault = example.slice(0, example.indexOf(':'));
    if (this.#examples.filter((one) => one.startsWith(fault)).length < EXAMPLES) this.#examples.push(example);
  }
}

function describe(account: Account, { from, to }: Range): string {
  const of = `of ${account.next} (generation ${account.generationAt(from)} of ${account.generation})`;
  return `missing: ${account.author} ${from}${to - from > 1 ? `..${to - 1}` : ''} ${of}`;
}

/** Takes what a tailer writes to its stdout, in the chunks that come. */
export type Sink = { readonly bytes: number; feed(chunk: Buffer): void; end(): void };

/** Longer lines are none of ours: an unterminated flood is counted as garbled and not kept. */
const LINE_MAX = 2 ** 24;

/** One output stream, cut into lines as it arrives. */
export class Output implements Sink {
  readonly #oracle: Oracle;
  #rest = '';
  bytes = 0;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  feed(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#oracle.lastByteAtMs = performance.now();
    const [first = '', ...others] = chunk.toString('latin1').split('\n');
    this.#rest += first;
    for (const line of others) {
      this.#oracle.take(this.#rest);
      this.#rest = line;
    }
    if (this.#rest.length < LINE_MAX) return;
    this.#oracle.take(this.#rest);
    this.#rest = '';
  }

  end(): void {
    if (this.#rest !== '') this.#oracle.takeLast(this.#rest);
    this.#rest = '';
  }
}
