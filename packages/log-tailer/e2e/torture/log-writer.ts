// The application's side: writes numbered lines into a log file as a logger would, one write(2) per batch,
// and owes each of them to the ledger the moment it is complete. Synchronous, so that a scenario decides exactly
// what happens between two writes.

import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account, Range } from './ledger.ts';

export type Flow = { readonly linesPerSecond: number; readonly forMs: number };

export class LogWriter {
  readonly account: Account;
  readonly path: string;
  readonly #flags: string;
  #descriptor: number | undefined;
  /** Where a writer that does not append writes next. */
  #offset: number | null;
  #begun = '';
  #firstOfGeneration = 0;

  /** `flags` as open(2) in Node's words: 'a' appends, 'w' keeps an offset of its own. */
  constructor(account: Account, path: string, flags: 'a' | 'w' = 'a') {
    this.account = account;
    this.path = path;
    this.#flags = flags;
    this.#offset = flags === 'w' ? 0 : null;
    this.open();
  }

  /** Opens the path as it is now (creating it), beside nothing: a file left open stays with `detach`. */
  open(): void {
    this.#descriptor = openSync(this.path, this.#flags);
  }

  /** Closes the file and opens the path anew: what a logger does on SIGHUP. Lines from here on are the next generation. */
  reopen(): void {
    this.close();
    this.nextGeneration();
    this.open();
  }

  /** Marks that the lines from here on are in another file (or in the same file, emptied). */
  nextGeneration(): void {
    this.account.nextGeneration();
    this.#firstOfGeneration = this.account.next;
  }

  /** The lines of the present generation so far. */
  get generationRange(): Range {
    return { from: this.#firstOfGeneration, to: this.account.next };
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Appends whole lines with one write. A begun line is finished first. */
  write(count: number): void {
    const lines: string[] = [this.#begun];
    this.#begun = '';
    for (let i = 0; i < count; i++) lines.push(this.account.owe());
    this.#put(lines.join(''));
  }

  /** Writes the first part of the next line and gives back nothing until `write` or `finish`. */
  begin(): void {
    const line = this.account.owe();
    const cut = Math.ceil(line.length / 2);
    this.#put(line.slice(0, cut));
    this.#begun = line.slice(cut);
  }

  /** The rest of the line begun. */
  finish(): void {
    this.write(0);
  }

  /** Writes the next line whole but for its newline. */
  writeUnterminated(): void {
    this.#put(this.account.owe().slice(0, -1));
  }

  /** Leaves a hole of NULs before what is written next (only for a writer that does not append). */
  skip(bytes: number): void {
    if (this.#offset === null) throw new Error('a writer that appends cannot leave a hole');
    this.#offset += bytes;
  }

  /** Any bytes that are not lines of the ledger. */
  writeRaw(bytes: string | Buffer): void {
    this.#put(bytes);
  }

  /** Writes at a steady pace, in small batches, until the time is up. */
  async flow({ linesPerSecond, forMs }: Flow): Promise<void> {
    const start = performance.now();
    let written = 0;
    for (;;) {
      const elapsedMs = performance.now() - start;
      const due = Math.floor((Math.min(elapsedMs, forMs) / 1000) * linesPerSecond);
      if (due > written) this.write(due - written);
      written = Math.max(written, due);
      if (elapsedMs >= forMs) return;
      await sleep(5);
    }
  }

  #put(data: string | Buffer): void {
    if (this.#descriptor === undefined) throw new Error(`${this.path} is not open`);
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    for (let at = 0; at < bytes.length;) {
      const written = writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#offset);
      if (this.#offset !== null) this.#offset += written;
      at += written;
    }
  }
}
