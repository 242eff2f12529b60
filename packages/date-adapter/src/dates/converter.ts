// Converts the stamp of each line and copies every other byte as it is. Hot, pure: nothing is allocated per line.
// Logs repeat themselves: most stamps differ from the one before in the fraction, in the second, or not at all. So the
// last stamp is kept as head, fraction and tail, with what was written for it; a stamp with the same head and tail
// needs no reading, and within the same minute only two digits change. A little over 300 lines, because the way with
// the memo and the way without it share all their fields.

import type { ByteOutput } from '../byte-output.ts';
import { type Failure, findFailure } from './failure.ts';
import { DAY, DAY_OF_YEAR, HAS_EPOCH, ISO_WEEK, OFFSET, SECOND, UNSET } from './stamp.ts';
import type { FinderRow } from './stamp-place.ts';
import type { StampSource } from './stamp-source.ts';
import { INSEPARABLE, type StampWriter } from './stamp-writer.ts';
import { EXACT, FOLD, Zone } from './zone.ts';

/** Longer stamps (a fraction of hundreds of digits) are converted, but not kept. */
const MEMO_BYTES = 128;
/** From here on every zone changes at whole minutes (the last that did not was Liberia's, in January 1972). */
const WHOLE_MINUTES_SINCE = 94_694_400;
/** Where stamps never repeat, only one of so many is kept: keeping costs a quarter of reading. */
const PATIENCE = 8;
const LINE_FEED = 0x0a;
const MAX_OFFSET_ZONES = 256;

/** Digits of a fraction that belong to a stamp which was not read. */
interface Writable {
  digits: Uint8Array;
  fractionStart: number;
  fractionEnd: number;
  readonly fractionZeros: number;
}

/** Bytes that can carry a stamp on: letters, digits, and what stands in zones and fractions. */
const CARRIES_ON = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x80 || /[\w:.,+\-/]/.test(String.fromCharCode(byte))),
);

/** What becomes of bytes[start, end), a line without a stamp. */
export type PassedLine = (bytes: Uint8Array, start: number, end: number, out: ByteOutput) => void;

const appendLine: PassedLine = (bytes, start, end, out) => out.range(bytes, start, end);

export interface ConverterParts {
  readonly source: StampSource;
  readonly writer: StampWriter;
  readonly finders: readonly FinderRow[];
  /** The zone of stamps without one; also that of epochs. */
  readonly fromZone: Zone;
  /** Stamps are written in the zone they were read in. */
  readonly keepZone: boolean;
}

export class DateConverter {
  /** Lines by result; folds and gaps are among the converted. */
  converted = 0;
  passed = 0;
  folds = 0;
  gaps = 0;
  /** The last stamp that was converted: bytes[stampStart, stampEnd) of its line, and its instant. */
  stampStart = 0;
  stampEnd = 0;
  utcSeconds = 0;
  readonly #parts: ConverterParts;
  readonly #offsetZones = new Map<number, Zone>();
  /** What was written last: text[0, textEnd). */
  #text = new Uint8Array(512);
  #textEnd = 0;
  /** The memo; headLength -1: none. */
  readonly #head = new Uint8Array(MEMO_BYTES);
  #headLength = -1;
  /** Stamps read since the memo was last of use. */
  #misses = 0;
  readonly #tail = new Uint8Array(MEMO_BYTES);
  #tailLength = 0;
  readonly #textTail = new Uint8Array(MEMO_BYTES);
  #textTailLength = 0;
  #fractionAt = 0;
  #secondAt = -1;
  #separators: Uint8Array | undefined = undefined;
  /** What is written is for a stamp without a fraction. */
  #whole = false;
  readonly #again: Writable = {
    digits: new Uint8Array(0),
    fractionStart: 0,
    fractionEnd: 0,
    fractionZeros: 0,
  };

  constructor(parts: ConverterParts) {
    this.#parts = parts;
  }

  /**
   * Appends the line bytes[start, end) with its stamp converted. The line may have its newline or not.
   * @param passed what to do with a line that has no stamp; otherwise it is appended as it is
   * @returns false: no stamp was found
   */
  convertLine(
    bytes: Uint8Array,
    start: number,
    end: number,
    out: ByteOutput,
    passed: PassedLine = appendLine,
  ): boolean {
    if (!this.#find(bytes, start, end)) {
      passed(bytes, start, end, out);
      return false;
    }
    out.range(bytes, start, this.stampStart);
    out.range(this.#text, 0, this.#textEnd);
    out.range(bytes, this.stampEnd, end);
    return true;
  }

  /**
   * Appends all whole lines of bytes[start, end), stamps converted.
   * @param passed as for convertLine; the line has its newline
   * @returns where the line begins that is not complete, or `end`
   */
  convertLines(bytes: Uint8Array, start: number, end: number, out: ByteOutput, passed?: PassedLine): number {
    let copied = start;
    let line = start;
    for (;;) {
      const found = bytes.indexOf(LINE_FEED, line);
      if (found === -1 || found >= end) break;
      if (this.#find(bytes, line, found)) {
        out.range(bytes, copied, this.stampStart);
        out.range(this.#text, 0, this.#textEnd);
        copied = this.stampEnd;
      } else if (passed !== undefined) {
        out.range(bytes, copied, line);
        passed(bytes, line, found + 1, out);
        copied = found + 1;
      }
      line = found + 1;
    }
    out.range(bytes, copied, line);
    return line;
  }

  /** Converts bytes[start, end) as a whole: true when it is one stamp and nothing else, which was then appended. */
  convertStamp(bytes: Uint8Array, start: number, end: number, out: ByteOutput): boolean {
    if (this.#convert(bytes, start, end) !== end) return false;
    out.range(this.#text, 0, this.#textEnd);
    return true;
  }

  /** Why a line was passed. Reads it again: for reports and `test`, not for every line. */
  failureOf(bytes: Uint8Array, start: number, end: number): Failure {
    return findFailure(this.#parts.source, this.#parts.finders, bytes, start, end);
  }

  #find(bytes: Uint8Array, start: number, end: number): boolean {
    const { finders } = this.#parts;
    for (let index = 0; index < finders.length; index++) {
      const { find, tries, step } = finders[index]!;
      let from = start;
      for (let tried = 0; tried < tries && from <= end; tried++) {
        const at = find(bytes, from, end);
        if (at < from || at > end) break;
        const stop = this.#convert(bytes, at, end);
        if (stop !== -1) {
          this.converted++;
          this.stampStart = at;
          this.stampEnd = stop;
          return true;
        }
        from = at + step;
      }
    }
    this.passed++;
    return false;
  }

  /** Writes what the stamp at bytes[at] becomes to `text`. @returns where the stamp ends, or -1 */
  #convert(bytes: Uint8Array, at: number, end: number): number {
    if (this.#headLength !== -1) {
      const stop = this.#repeat(bytes, at, end);
      if (stop !== -1) {
        this.#misses = 0;
        return stop;
      }
    }
    const { source, writer, keepZone } = this.#parts;
    const stop = source.read(bytes, at, end);
    if (stop === -1) return -1;
    const { stamp, utcSeconds } = source;
    this.utcSeconds = utcSeconds;
    if (keepZone) writer.zone = this.#ownZone();
    this.#makeRoom(stamp.fractionEnd - stamp.fractionStart);
    this.#textEnd = writer.write(utcSeconds, stamp, this.#text, 0);
    const { resolution } = source.resolver;
    if (resolution === EXACT) {
      if (++this.#misses <= PATIENCE || this.#misses % PATIENCE === 0) this.#remember(bytes, at, stop);
      else this.#headLength = -1;
    } else {
      if (resolution === FOLD) this.folds++;
      else this.gaps++;
      this.#headLength = -1;
    }
    return stop;
  }

  #makeRoom(digits: number): void {
    const bytes = this.#parts.writer.maxBytes + Math.max(digits, 0) + 64;
    if (bytes > this.#text.length) this.#text = new Uint8Array(bytes * 2);
  }

  /** The zone that the stamp itself has. */
  #ownZone(): Zone {
    const { stamp } = this.#parts.source;
    const offset = stamp.fields[OFFSET]!;
    if (offset === UNSET) return stamp.zone ?? this.#parts.fromZone;
    const known = this.#offsetZones.get(offset);
    if (known !== undefined) return known;
    if (this.#offsetZones.size >= MAX_OFFSET_ZONES) this.#offsetZones.clear();
    const zone = new Zone(offset === 0 ? 'UTC' : 'offset', offset);
    this.#offsetZones.set(offset, zone);
    return zone;
  }

  #remember(bytes: Uint8Array, at: number, stop: number): void {
    const { source, writer } = this.#parts;
    const { stamp, reading } = source;
    const { program } = reading.reader;
    this.#headLength = -1;
    if (!program.closed || !reading.alone || stop - at > MEMO_BYTES || undated(stamp.fields)) return;
    const split = program.fractionSet !== -1 && writer.oneFraction;
    const headEnd = split ? stamp.fractionFrom : stop;
    const tailFrom = split ? stamp.fractionEnd : stop;
    const textTailFrom = split ? writer.fractionEnd : this.#textEnd;
    if (writer.fractionAt === INSEPARABLE || this.#textEnd - textTailFrom > MEMO_BYTES) return;
    this.#whole = stamp.fractionEnd === stamp.fractionStart;
    this.#separators = split ? program.sets[program.fractionSet] : undefined;
    this.#headLength = keep(this.#head, bytes, at, headEnd);
    this.#tailLength = keep(this.#tail, bytes, tailFrom, stop);
    this.#textTailLength = keep(this.#textTail, this.#text, textTailFrom, this.#textEnd);
    this.#fractionAt = split ? writer.fractionAt : this.#textEnd;
    this.#secondAt = program.secondsBeforeFraction && split && this.#sameSecond() ? writer.secondAt : -1;
  }

  /** Whether the head ends with the two digits of the second that were also written, so that both can change. */
  #sameSecond(): boolean {
    const { source, writer } = this.#parts;
    const { secondAt } = writer;
    const head = this.#head;
    const length = this.#headLength;
    return (
      writer.oneSecond &&
      this.utcSeconds >= WHOLE_MINUTES_SINCE &&
      source.stamp.fields[SECOND] !== 60 &&
      secondAt !== -1 &&
      secondAt < this.#fractionAt &&
      head[length - 2] === this.#text[secondAt] &&
      head[length - 1] === this.#text[secondAt + 1]
    );
  }

  /** The stamp at bytes[at] by the memo: head, any fraction, tail, and a byte that ends it. -1 when it is another. */
  #repeat(bytes: Uint8Array, at: number, end: number): number {
    const length = this.#headLength;
    if (end - at < length) return -1;
    const head = this.#head;
    const same = this.#secondAt === -1 ? length : length - 2;
    for (let index = 0; index < same; index++) if (bytes[at + index] !== head[index]) return -1;
    const fractionFrom = at + length;
    if (same !== length && !this.#changeSecond(bytes[fractionFrom - 2]!, bytes[fractionFrom - 1]!)) return -1;
    let index = fractionFrom;
    const separators = this.#separators;
    if (
      separators !== undefined &&
      index + 1 < end &&
      separators[bytes[index]!] === 1 &&
      isDigit(bytes[index + 1]!)
    ) {
      index += 2;
      while (index < end && isDigit(bytes[index]!)) index++;
    }
    const fractionEnd = index;
    const tail = this.#tail;
    const tailLength = this.#tailLength;
    if (end - index < tailLength) return -1;
    for (let step = 0; step < tailLength; step++) if (bytes[index + step] !== tail[step]) return -1;
    index += tailLength;
    if (index < end && CARRIES_ON[bytes[index]!] === 1) return -1;
    if (separators !== undefined) this.#changeFraction(bytes, fractionFrom, fractionEnd);
    return index;
  }

  #changeSecond(tens: number, ones: number): boolean {
    const head = this.#head;
    const length = this.#headLength;
    if (head[length - 1] === ones && head[length - 2] === tens) return true;
    if (tens < 0x30 || tens > 0x35 || !isDigit(ones)) return false;
    this.utcSeconds += (tens - head[length - 2]!) * 10 + ones - head[length - 1]!;
    this.#parts.source.resolver.last = this.utcSeconds;
    head[length - 2] = this.#text[this.#secondAt] = tens;
    head[length - 1] = this.#text[this.#secondAt + 1] = ones;
    return true;
  }

  #changeFraction(bytes: Uint8Array, from: number, end: number): void {
    if (from === end && this.#whole) return;
    this.#whole = from === end;
    const fraction = this.#again;
    fraction.digits = bytes;
    fraction.fractionStart = from === end ? end : from + 1;
    fraction.fractionEnd = end;
    this.#makeRoomFor(end - from);
    const text = this.#text;
    let at = this.#parts.writer.writeFraction(fraction, text, this.#fractionAt);
    for (let index = 0; index < this.#textTailLength; index++) text[at++] = this.#textTail[index]!;
    this.#textEnd = at;
  }

  /** As makeRoom, but keeps what is written. */
  #makeRoomFor(digits: number): void {
    const before = this.#text;
    this.#makeRoom(digits);
    if (this.#text !== before) this.#text.set(before.subarray(0, this.#fractionAt));
  }
}

/** Nothing says which day it is: the clock did. */
function undated(fields: Int32Array): boolean {
  return (
    fields[DAY] === UNSET &&
    fields[DAY_OF_YEAR] === UNSET &&
    fields[ISO_WEEK] === UNSET &&
    fields[HAS_EPOCH] !== 1
  );
}

function keep(to: Uint8Array, from: Uint8Array, start: number, end: number): number {
  for (let index = start; index < end; index++) to[index - start] = from[index]!;
  return end - start;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
