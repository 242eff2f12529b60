// Bytes of one source -> records by RS, as ranges of the heap. Hot: where the separator is one byte, the ends of all
// records in the buffer are found at once and `next` takes them from a list. For the main input and for getline.
// 300 lines: one state machine. Invariant: a record stays where it is until the next call of next().
import type { RecordSeparator } from '../interpreter/record-reader.ts';
import type { Regex } from '../regex/regex.ts';
import type { ByteSource } from '../world.ts';
import type { Heap } from './heap.ts';
import { SCANNED } from './kernel.ts';

/** What a reader has from its machine. */
export interface ReaderGround {
  readonly heap: Heap;
  /** The separator of now. */
  separator: RecordSeparator;
  /** A number that was not there before. */
  newFilling(): number;
  /** The bytes of the record are about to move. */
  keepRecord(): void;
}

/** Reads of a size that stays in the processor's cache until it is worked on. */
const LEAST_READ = 64 * 1024;
const MOST_READ = 128 * 1024;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

export class RecordReader {
  /** The record. */
  s = 0;
  e = 0;
  /** Where its terminator ends: RT is [e, terminatorEnd). */
  terminatorEnd = 0;
  /** Another number after each filling: as long as it is the same, bytes stay where they are, and end at filledEnd. */
  filling = 0;
  /** Nothing came for a while: a terminator that reaches the end of what there is counts as whole. */
  isSettled = false;
  readonly source: ByteSource;
  readonly #ground: ReaderGround;
  /** Called before a read that may wait. */
  readonly #beforeRead: () => void;
  /** Bytes not yet taken: [#pos, #end) of the region. */
  #pos: number;
  #end: number;
  #region: number;
  #size: number;
  #atEnd = false;
  /** 1 when the byte before #pos is still there, 0 at the beginning of the source. */
  #before = 0;
  /** Ends of records, still to be taken: [#next, #count) of the list, an index into heap.ints. */
  #next = 0;
  #count = 0;
  readonly #list: number;
  readonly #listLength: number;
  /** How many ends to look for next: few behind a skip, more and more as long as none comes. */
  #wanted: number;
  /** Up to here the list knows everything; for the other separators: nothing ends before it. */
  #scanned: number;

  /** @param size of the buffer at first, @param listLength ends of records found at once */
  constructor(
    ground: ReaderGround,
    source: ByteSource,
    beforeRead: () => void,
    size: number,
    listLength: number,
  ) {
    this.#ground = ground;
    this.source = source;
    this.#beforeRead = beforeRead;
    this.#size = size;
    this.#region = ground.heap.allocate(size);
    this.#listLength = listLength;
    this.#wanted = listLength;
    this.#list = ground.heap.allocate(listLength * 4) >> 2;
    this.#pos = this.#region;
    this.#end = this.#region;
    this.#scanned = this.#region;
  }

  /** Takes the next record. @returns whether there was one @throws WorldError */
  next(): boolean {
    if (this.#next < this.#count) {
      this.#take(this.#ground.heap.ints[this.#list + this.#next++]!);
      return true;
    }
    return this.#search();
  }

  /** Takes the record [start, end) behind bytes that are passed over; its terminator is one byte. */
  takeAt(start: number, end: number): void {
    this.s = start;
    this.e = end;
    this.terminatorEnd = end + 1;
    this.passTo(end + 1);
  }

  /** All bytes up to here, the end of a record, are done with. */
  passTo(place: number): void {
    this.#pos = place;
    this.#before = 1;
    this.#wanted = 1;
    if (this.#count > 0) this.restart();
    else this.#scanned = place;
  }

  get filledEnd(): number {
    return this.#end;
  }

  /** Where the next record begins. */
  get position(): number {
    return this.#pos;
  }

  /** The byte that ends records, or -1 when it is something else. */
  get separatorByte(): number {
    const { separator } = this.#ground;
    return separator.kind === 'literal' && separator.bytes.length === 1 ? separator.bytes[0]! : -1;
  }

  /** Passes over all records that end before `place`. @param byte separatorByte @returns how many */
  skipBefore(place: number, byte: number): number {
    const { kernel, ints } = this.#ground.heap;
    if (this.#next < this.#count && ints[this.#list + this.#next]! >= place) return 0;
    const last = kernel.findLast(this.#pos, Math.min(place, this.#end), byte);
    if (last === -1) return 0;
    const count = kernel.countByte(this.#pos, last + 1, byte);
    this.passTo(last + 1);
    return count;
  }

  /** RS has changed: what was found with the old one is forgotten. */
  restart(): void {
    this.#next = 0;
    this.#count = 0;
    this.#scanned = this.#pos;
  }

  /** The buffer is somebody else's from now on, who gives it back; nothing but close() may follow. */
  giveRegion(): { readonly address: number; readonly size: number } {
    const given = { address: this.#region, size: this.#size };
    this.#size = 0;
    return given;
  }

  /** Gives the buffers back. @returns as ByteSource.close */
  close(): number {
    if (this.#size > 0) this.#ground.heap.release(this.#region, this.#size);
    this.#ground.heap.release(this.#list << 2, this.#listLength * 4);
    return this.source.close();
  }

  #take(end: number): void {
    this.s = this.#pos;
    this.e = end;
    this.terminatorEnd = end + 1;
    this.#pos = end + 1;
    this.#before = 1;
  }

  #search(): boolean {
    const { separator } = this.#ground;
    for (;;) {
      switch (separator.kind) {
        case 'paragraph':
          if (this.#searchParagraph()) return true;
          break;
        case 'literal':
          if (
            separator.bytes.length === 1
              ? this.#searchByte(separator.bytes[0]!)
              : this.#searchLiteral(separator.bytes)
          ) {
            return true;
          }
          break;
        case 'regex':
          if (this.#searchRegex(separator.regex)) return true;
          break;
        case 'csv':
          if (this.#searchCsv()) return true;
      }
      if (this.#atEnd) return this.#last();
      this.#fill();
    }
  }

  #searchByte(byte: number): boolean {
    const { kernel, ints } = this.#ground.heap;
    this.#next = 0;
    this.#count = kernel.positions(this.#scanned, this.#end, byte, this.#list << 2, this.#wanted);
    this.#scanned = ints[SCANNED]!;
    if (this.#wanted < this.#listLength) this.#wanted *= 2;
    return this.#count > 0 && this.next();
  }

  /** Two newlines or more; at the end of input one is enough. All of them must be there, for RT. */
  #searchParagraph(): boolean {
    const { bytes } = this.#ground.heap;
    while (this.#pos < this.#end && bytes[this.#pos] === NEWLINE) this.#pos++;
    for (let at = Math.max(this.#pos, this.#scanned); at < this.#end; at++) {
      if (bytes[at] !== NEWLINE) continue;
      let next = at + 1;
      while (next < this.#end && bytes[next] === NEWLINE) next++;
      if (next === this.#end && !this.#atEnd && !(this.isSettled && next - at >= 2)) {
        this.#scanned = at;
        return false;
      }
      if (next - at >= 2 || next === this.#end) {
        this.#accept(at, next);
        return true;
      }
      at = next;
    }
    this.#scanned = this.#end;
    return false;
  }

  #searchLiteral(literal: Uint8Array): boolean {
    const { bytes } = this.#ground.heap;
    const view = Buffer.from(bytes.buffer, 0, this.#end);
    const at = view.indexOf(literal, Math.max(this.#pos, this.#scanned));
    if (at === -1) {
      this.#scanned = Math.max(this.#pos, this.#end - literal.length + 1);
      return false;
    }
    this.#accept(at, at + literal.length);
    return true;
  }

  /** A match that reaches the end of what there is might become longer: it is taken only at the end of the source. */
  #searchRegex(regex: Regex): boolean {
    const { bytes } = this.#ground.heap;
    let from = this.#pos;
    // One byte before shows that the source does not begin here, for ^.
    const start = this.#pos - this.#before;
    while (from < this.#end && regex.search(bytes, start, this.#end, from)) {
      if (regex.matchEnd === this.#end && !this.#atEnd && !this.isSettled) return false;
      if (regex.matchEnd > regex.matchStart) {
        this.#accept(regex.matchStart, regex.matchEnd);
        return true;
      }
      from = regex.matchEnd + 1;
    }
    return false;
  }

  /** A newline outside quotes; a return before it belongs to the terminator. Looked for from the beginning. */
  #searchCsv(): boolean {
    const { bytes } = this.#ground.heap;
    let quoted = false;
    for (let at = this.#pos; at < this.#end; at++) {
      if (bytes[at] === QUOTE) quoted = !quoted;
      else if (bytes[at] === NEWLINE && !quoted) {
        this.#accept(at > this.#pos && bytes[at - 1] === RETURN ? at - 1 : at, at + 1);
        return true;
      }
    }
    return false;
  }

  #accept(start: number, end: number): void {
    this.s = this.#pos;
    this.e = start;
    this.terminatorEnd = end;
    this.#pos = end;
    this.#scanned = end;
    this.#before = 1;
  }

  /** What is left at the end of the source is a record, if there is anything. */
  #last(): boolean {
    if (this.#pos >= this.#end) return false;
    this.s = this.#pos;
    this.e = this.#end;
    this.terminatorEnd = this.#end;
    this.#pos = this.#end;
    this.#scanned = this.#end;
    return true;
  }

  #fill(): void {
    this.isSettled = false;
    this.#beforeRead();
    if (this.source.readInto === undefined) this.#fillFrom(this.source.read());
    else this.#fillInPlace(this.source);
  }

  #fillFrom(chunk: Uint8Array | undefined): void {
    if (chunk === undefined) {
      this.#atEnd = true;
      return;
    }
    if (this.#end + chunk.length > this.#region + this.#size) this.#makeRoom(chunk.length);
    this.filling = this.#ground.newFilling();
    this.#ground.heap.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The room is made before it is known that there is more, so the record of now may have to be kept elsewhere. */
  #fillInPlace(source: ByteSource): void {
    if (this.#end + LEAST_READ > this.#region + this.#size) {
      this.#ground.keepRecord();
      this.#makeRoom(LEAST_READ);
      this.filling = this.#ground.newFilling();
    }
    const end = Math.min(this.#region + this.#size, this.#end + MOST_READ);
    const count = source.readInto!(this.#ground.heap.bytes, this.#end, end);
    if (count === 0) this.#atEnd = true;
    else this.filling = this.#ground.newFilling();
    this.#end += count;
  }

  /** Moves what is not taken yet to the front; into a larger region when that is not enough. */
  #makeRoom(length: number): void {
    const from = this.#pos - this.#before;
    const rest = this.#end - from;
    const { heap } = this.#ground;
    let { bytes } = heap;
    const old = this.#region;
    if (rest + length > this.#size) {
      let size = this.#size * 2;
      while (size < rest + length) size *= 2;
      this.#region = heap.allocate(size);
      ({ bytes } = heap);
      bytes.copyWithin(this.#region, from, this.#end);
      heap.release(old, this.#size);
      this.#size = size;
    } else bytes.copyWithin(this.#region, from, this.#end);
    this.#scanned += this.#region - from;
    this.#pos = this.#region + this.#before;
    this.#end = this.#region + rest;
  }
}
