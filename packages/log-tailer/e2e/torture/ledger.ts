// What was written and what came out, per author: the two columns that the verdict compares.
// A line is owed once when it is written, and no longer once the scenario destroyed it (`excuse`): then it may
// still come out, but need not. Lines are numbered per author over all generations of the author's file.
// Invariant: the ledger never guesses; only the writers owe, only the oracle delivers, only scenarios excuse.

import { NumberedLines } from './numbered-lines.ts';

const OWED = 1;
const EXCUSED = 2;

export type Range = { readonly from: number; readonly to: number };

/** The account of one author. Sequences run from 0; arrays grow by doubling. */
export class Account {
  readonly author: string;
  readonly paddingMax: number;
  readonly #lines: NumberedLines;
  #due = new Uint8Array(1024);
  #delivered = new Uint8Array(1024);
  #generationOf: { first: number; generation: number }[] = [];
  /** The next sequence to be written. */
  next = 0;
  generation = 0;
  writtenBytes = 0;
  /** The run of the tailer that delivers now; scenarios with restarts count it up. */
  run = 0;
  missing = 0;
  #lastGeneration = -1;
  #lastInGeneration = new Map<number, number>();
  #heardInRun = new Map<number, number>();

  constructor(author: string, lines: NumberedLines, paddingMax: number) {
    this.author = author;
    this.paddingMax = paddingMax;
    this.#lines = lines;
    this.#generationOf.push({ first: 0, generation: 0 });
  }

  /** From here on lines belong to the next generation of the file. */
  nextGeneration(): void {
    this.generation += 1;
    this.#generationOf.push({ first: this.next, generation: this.generation });
  }

  /** Writes the next line into the account and gives its text with the newline. */
  owe(): string {
    const sequence = this.next;
    this.next += 1;
    if (sequence >= this.#due.length) this.#grow();
    this.#due[sequence] = OWED;
    this.missing += 1;
    const line = `${this.#lines.text(this.author, this.generation, sequence, this.paddingMax)}\n`;
    this.writtenBytes += line.length;
    return line;
  }

  /** The line of this sequence, without newline; undefined when it has not been written. */
  text(sequence: number): string | undefined {
    if (sequence >= this.next) return undefined;
    const entry = this.#generationOf.findLast(({ first }) => first <= sequence);
    return this.#lines.text(this.author, entry?.generation ?? 0, sequence, this.paddingMax);
  }

  wasDelivered(sequence: number): boolean {
    return this.#delivered[sequence]! > 0;
  }

  /** What of the range is owed and has not come out yet need not come out any more. */
  excuse({ from, to }: Range): void {
    for (let sequence = from; sequence < to; sequence++) {
      if (this.#due[sequence] !== OWED) continue;
      if (this.#delivered[sequence] === 0) this.missing -= 1;
      this.#due[sequence] = EXCUSED;
    }
  }

  /** Takes delivery of a line that is byte for byte ours. */
  deliver(generation: number, sequence: number): 'first' | 'again' | 'disordered' {
    const times = this.#delivered[sequence]!;
    this.#heardInRun.set(generation, this.run);
    if (times < 255) this.#delivered[sequence] = times + 1;
    if (times > 0) return 'again';
    if (this.#due[sequence] === OWED) this.missing -= 1;
    const last = this.#lastInGeneration.get(generation) ?? -1;
    if (sequence < last) return 'disordered';
    this.#lastInGeneration.set(generation, sequence);
    return 'first';
  }

  /** Whether the present run of the tailer has delivered a line of this generation: then it holds the file open. */
  heardInThisRun(generation: number): boolean {
    return this.#heardInRun.get(generation) === this.run;
  }

  /** True when a generation begins to come out after a later one did. */
  backInGenerations(generation: number): boolean {
    const back = generation < this.#lastGeneration;
    this.#lastGeneration = generation;
    return back;
  }

  /** The owed lines that never came out, as ranges. */
  missingRanges(): Range[] {
    const ranges: { from: number; to: number }[] = [];
    for (let sequence = 0; sequence < this.next; sequence++) {
      if (this.#due[sequence] !== OWED || this.#delivered[sequence]! > 0) continue;
      const last = ranges.at(-1);
      if (last?.to === sequence) last.to = sequence + 1;
      else ranges.push({ from: sequence, to: sequence + 1 });
    }
    return ranges;
  }

  generationAt(sequence: number): number {
    return this.#generationOf.findLast(({ first }) => first <= sequence)?.generation ?? 0;
  }

  #grow(): void {
    const due = new Uint8Array(this.#due.length * 2);
    due.set(this.#due);
    this.#due = due;
    const delivered = new Uint8Array(due.length);
    delivered.set(this.#delivered);
    this.#delivered = delivered;
  }
}

/** All accounts of one trial. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  readonly #lines: NumberedLines;

  constructor(seed: number) {
    this.#lines = new NumberedLines(seed);
  }

  /** Opens the account of an author (lower-case letters). */
  open(author: string, paddingMax = 160): Account {
    if (this.#accounts.has(author)) throw new Error(`there is an author ${author} already`);
    const account = new Account(author, this.#lines, paddingMax);
    this.#accounts.set(author, account);
    return account;
  }

  get(author: string): Account | undefined {
    return this.#accounts.get(author);
  }

  accounts(): IterableIterator<Account> {
    return this.#accounts.values();
  }

  get missing(): number {
    let missing = 0;
    for (const account of this.#accounts.values()) missing += account.missing;
    return missing;
  }

  get written(): number {
    let written = 0;
    for (const account of this.#accounts.values()) written += account.next;
    return written;
  }
}
