// The books of the demo: every line the application wrote, every line the sidecar printed, matched one by one.
// A line is known by stream and serial number and compared by a hash of all its bytes, so that a cut, glued or altered
// line counts as garbled and as missing. Reports may come in either order: a line can be printed before the application
// has told that it wrote it.

import { readFileSync } from 'node:fs';
import type { Stream } from './journal.ts';

/** All counts but one are lines. written = delivered + destroyed + missing at the end; before, some are on their way. */
export type Balance = {
  written: number;
  delivered: number;
  /** Neither delivered nor left in any file: truncated away by logrotate before anyone could read them. */
  destroyed: number;
  /** In a file, or overtaken by a later line of its stream, but not printed. */
  missing: number;
  duplicated: number;
  duplicatedBytes: number;
  garbled: number;
};

const NOTHING: Balance = {
  written: 0,
  delivered: 0,
  destroyed: 0,
  missing: 0,
  duplicated: 0,
  duplicatedBytes: 0,
  garbled: 0,
};

/** The last one of a line: where half a line is glued to a whole one, that is the line which can still be read. */
const SERIAL = /.*\[(shop|billing|audit)-(\d{1,8})\]/s;
const STREAMS: readonly Stream[] = ['shop', 'billing', 'audit'];

/** One stream's lines: hashes by serial number, undefined where a line was not seen. */
class Book {
  readonly written: number[] = [];
  readonly delivered: number[] = [];
  readonly kept = new Set<number>();
  duplicated = 0;
  duplicatedBytes = 0;
  /** The highest serial number printed, now and at the balance before: what is below the latter had its time. */
  highest = 0;
  settled = 0;
}

export class Ledger {
  readonly #books: Record<Stream, Book> = { shop: new Book(), billing: new Book(), audit: new Book() };
  /** Lines that nobody wrote, and second appearances of a line that differ from the first. */
  #foreign = 0;

  wrote(stream: Stream, lines: readonly string[]): void {
    for (const line of lines) this.#books[stream].written[serialOf(line)?.serial ?? 0] = hash(line);
  }

  /** One line of the sidecar's stdout, without its `\n`. */
  printed(line: string): void {
    const id = serialOf(line);
    if (id === undefined) {
      this.#foreign += 1;
      return;
    }
    const book = this.#books[id.stream];
    const before = book.delivered[id.serial];
    const now = hash(line);
    if (before === undefined) book.delivered[id.serial] = now;
    else if (before !== now) this.#foreign += 1;
    else {
      book.duplicated += 1;
      book.duplicatedBytes += Buffer.byteLength(line) + 1;
    }
    book.highest = Math.max(book.highest, id.serial);
  }

  /** Enters the complete lines of a log file, a rotated copy or a live one: what is on disk was not destroyed. */
  keep(path: string): void {
    const lines = readFileSync(path, 'utf8').split('\n');
    lines.pop(); // after the last `\n`: nothing, or a line that the copy has torn
    for (const line of lines) {
      const id = serialOf(line);
      if (id !== undefined) this.#books[id.stream].kept.add(id.serial);
    }
  }

  /**
   * What stands in the books. Before the end a line counts as gone when a later one of its stream was printed a whole
   * balance ago. Only the stream that is copied and truncated can have destroyed lines: a rename destroys nothing.
   */
  balance(atTheEnd: boolean): Balance {
    const sum = { ...NOTHING, garbled: this.#foreign };
    for (const stream of STREAMS) this.#add(sum, stream, atTheEnd);
    return sum;
  }

  #add(sum: Balance, stream: Stream, atTheEnd: boolean): void {
    const book = this.#books[stream];
    const { written, delivered, kept } = book;
    for (let serial = 1; serial < Math.max(written.length, delivered.length); serial += 1) {
      const told = written[serial];
      const got = delivered[serial];
      if (told !== undefined) sum.written += 1;
      if (got !== undefined && (got === told || (told === undefined && !atTheEnd))) sum.delivered += 1;
      else if (got !== undefined) sum.garbled += 1;
      else if (!atTheEnd && serial >= book.settled) continue;
      else if (stream === 'billing' && !kept.has(serial)) sum.destroyed += 1;
      else sum.missing += 1;
    }
    sum.duplicated += book.duplicated;
    sum.duplicatedBytes += book.duplicatedBytes;
    book.settled = book.highest;
  }
}

function serialOf(line: string): { stream: Stream; serial: number } | undefined {
  const [, name, serial] = SERIAL.exec(line) ?? [];
  const stream = STREAMS.find((one) => one === name);
  return stream === undefined ? undefined : { stream, serial: Number(serial) };
}

/** FNV-1a over the UTF-16 units: tells two log lines apart, needs no allocation. */
function hash(line: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < line.length; i += 1) value = Math.imul(value ^ line.charCodeAt(i), 0x01000193);
  return value;
}
