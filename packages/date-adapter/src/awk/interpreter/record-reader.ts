// Bytes into records, by RS: a character, paragraphs, a regex, or lines of CSV. For main input and every getline.
// Invariant: how the bytes arrive makes no difference; a record leaves only when no byte still to come could change
// it or its terminator. POSIX awk, "Input Files" and RS; RS as a regex and RT are gawk's.
import type { Regex } from '../regex/regex.ts';
import type { ByteSource } from '../world.ts';

export type RecordSeparator =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array }
  | { readonly kind: 'paragraph' }
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'csv' };

/** A record and what ended it (RT); the bytes are the reader's until the next read. */
export type ByteRecord = { readonly record: Uint8Array; readonly terminator: Uint8Array };

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

export class RecordReader {
  readonly #source: ByteSource;
  readonly #beforeWait: () => void;
  #buffer = new Uint8Array(65_536);
  #start = 0;
  #end = 0;
  #atEnd = false;
  /** 0 until the first record has gone: what `^` of a regex matches is the beginning of the file (gawk). */
  #before = 0;

  /** @param beforeWait called before the source is asked for bytes, which may take its time */
  constructor(source: ByteSource, beforeWait: () => void) {
    this.#source = source;
    this.#beforeWait = beforeWait;
  }

  /** @returns undefined at the end. @throws WorldError */
  read(separator: RecordSeparator): ByteRecord | undefined {
    if (separator.kind === 'paragraph') this.#skipNewlines();
    if (this.#start === this.#end && !this.#fill()) return undefined;
    switch (separator.kind) {
      case 'literal':
        return this.#readLiteral(separator.bytes);
      case 'paragraph':
        return this.#readParagraph();
      case 'regex':
        return this.#readRegex(separator.regex);
      default:
        return this.#readCsv();
    }
  }

  close(): number {
    return this.#source.close();
  }

  #readLiteral(bytes: Uint8Array): ByteRecord {
    for (let from = this.#start; ;) {
      const at = this.#indexOf(bytes, from);
      if (at !== -1) return this.#take(at, at + bytes.length);
      const scanned = Math.max(this.#start, this.#end - bytes.length + 1) - this.#start;
      if (!this.#fill()) return this.#take(this.#end, this.#end);
      from = this.#start + scanned;
    }
  }

  /** Looks in what has come, not in the room behind it. */
  #indexOf(bytes: Uint8Array, from: number): number {
    for (let at = this.#byteFrom(bytes[0]!, from); at !== -1; at = this.#byteFrom(bytes[0]!, at + 1)) {
      if (at + bytes.length > this.#end) return -1;
      const start = at;
      if (bytes.every((byte, index) => this.#buffer[start + index] === byte)) return at;
    }
    return -1;
  }

  #byteFrom(byte: number, from: number): number {
    const at = this.#buffer.subarray(from, this.#end).indexOf(byte);
    return at === -1 ? -1 : from + at;
  }

  #skipNewlines(): void {
    do {
      while (this.#start < this.#end && this.#buffer[this.#start] === NEWLINE) this.#start++;
    } while (this.#start === this.#end && this.#fill());
  }

  /** To two newlines or more; at the end of input one is enough. */
  #readParagraph(): ByteRecord {
    for (let length = 0; ;) {
      const at = this.#byteFrom(NEWLINE, this.#start + length);
      if (at !== -1) {
        length = at - this.#start;
        const run = this.#newlinesFrom(length);
        if (run >= 2 || (this.#atEnd && this.#start + length + run === this.#end)) {
          return this.#take(this.#start + length, this.#start + length + run);
        }
        length += run;
      } else {
        length = this.#end - this.#start;
        if (!this.#fill()) return this.#take(this.#end, this.#end);
      }
    }
  }

  /** How many newlines stand there, however far they reach. */
  #newlinesFrom(length: number): number {
    for (let run = 0; ; run++) {
      if (this.#start + length + run === this.#end && !this.#fill()) return run;
      if (this.#buffer[this.#start + length + run] !== NEWLINE) return run;
    }
  }

  /** A match of nothing ends no record: looked for again behind it. */
  #readRegex(regex: Regex): ByteRecord {
    for (let from = this.#start; ;) {
      const found = regex.search(this.#buffer, this.#start - this.#before, this.#end, from);
      // A match that reaches the last byte may become longer, and one not yet there may come.
      if (!this.#atEnd && (!found || regex.matchEnd === this.#end)) {
        const scanned = from - this.#start;
        this.#fill();
        from = this.#start + scanned;
      } else if (!found) return this.#take(this.#end, this.#end);
      else if (regex.matchEnd > regex.matchStart) return this.#take(regex.matchStart, regex.matchEnd);
      else if (regex.matchEnd >= this.#end) return this.#take(this.#end, this.#end);
      else from = regex.matchEnd + 1;
    }
  }

  /** To a newline outside quotes; a return before it belongs to the terminator. */
  #readCsv(): ByteRecord {
    let quoted = false;
    for (let length = 0; ; length++) {
      if (this.#start + length === this.#end && !this.#fill()) return this.#take(this.#end, this.#end);
      const byte = this.#buffer[this.#start + length];
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === NEWLINE && !quoted) {
        const end = this.#start + length;
        const hasReturn = length > 0 && this.#buffer[end - 1] === RETURN;
        return this.#take(hasReturn ? end - 1 : end, end + 1);
      }
    }
  }

  #take(end: number, next: number): ByteRecord {
    const record = this.#buffer.subarray(this.#start, end);
    const terminator = this.#buffer.subarray(end, next);
    // The byte before the next record stays in the buffer; every record but an empty last one took one.
    if (next > 0) this.#before = 1;
    this.#start = next;
    return { record, terminator };
  }

  /** @returns false at the end of the source */
  #fill(): boolean {
    if (this.#atEnd) return false;
    this.#beforeWait();
    const chunk = this.#source.read();
    if (chunk === undefined) {
      this.#atEnd = true;
      return false;
    }
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
    return true;
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#buffer.length) return;
    const kept = this.#buffer.subarray(this.#start - this.#before, this.#end);
    const room =
      kept.length + length > this.#buffer.length / 2 ? 2 * (kept.length + length) : this.#buffer.length;
    const buffer = new Uint8Array(room);
    buffer.set(kept);
    this.#buffer = buffer;
    this.#start = this.#before;
    this.#end = kept.length;
  }
}
