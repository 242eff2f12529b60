// Record by record: strips terminators, applies the long-line policy, decodes, and hands each record to its writer.
// Hot. For every format but plain raw, which needs to know nothing of records.
import { isUtf8 } from 'node:buffer';
import type { Batch } from './file-reader.ts';
import type { FollowStats } from './follow-stats.ts';
import type { LineFormat, RecordWriter } from './line-format.ts';
import type { Framer } from './line-framer.ts';
import type { Output } from './output.ts';

export type LongLines = 'stream' | 'split' | 'truncate' | 'skip';

export type RecordOptions = {
  readonly framer: Framer;
  readonly writer: RecordWriter;
  readonly stripCr: boolean;
  /** 0: no limit. Counted in bytes as they are in the file. */
  readonly maxLineBytes: number;
  readonly longLines: LongLines;
  /** A WHATWG label; undefined passes bytes as they are. */
  readonly encoding: string | undefined;
  /** The writer's output must be UTF-8: what is not, becomes U+FFFD. */
  readonly mustBeUtf8: boolean;
  readonly stats: FollowStats;
};

const CR = 0x0d;

export class RecordFormat implements LineFormat {
  open = false;
  lines = 0;
  readonly #options: RecordOptions;
  readonly #decoder: TextDecoder | undefined;
  /** Bytes of the open record that were let through, and whether the rest of it is to be dropped. */
  #emitted = 0;
  #dropping = false;
  #decodes = false;
  /** The decoder may hold the first half of a character that a cut went through. */
  #holdsHalf = false;

  constructor(options: RecordOptions) {
    this.#options = options;
    const { encoding, mustBeUtf8 } = options;
    if (encoding !== undefined || mustBeUtf8) {
      this.#decoder = new TextDecoder(encoding ?? 'utf-8', { ignoreBOM: true });
    }
  }

  encode(batch: Batch, output: Output): void {
    const { framer } = this.#options;
    const { bytes } = batch;
    this.#decodes = this.#mustDecode(bytes);
    let at = batch.offset === 0 ? bomLength(bytes, this.#options.encoding) : 0;
    while (at < bytes.length) {
      const found = framer.firstEnd(bytes, at, bytes.length);
      const end = found === -1 ? bytes.length : found;
      const isTerminated = found !== -1 || this.#endsLine(bytes, at, end);
      const isLast = found !== -1 || batch.endsRecord;
      this.#part(batch, at, isTerminated ? this.#contentEnd(bytes, at, end) : end, isLast, output);
      if (isLast) this.#endRecord(output);
      at = end;
    }
  }

  close(output: Output): void {
    this.#endRecord(output);
  }

  /** A record once decoded stays so: half a character may wait in the decoder for its other half. */
  #mustDecode(bytes: Buffer): boolean {
    if (this.#options.encoding !== undefined) return true;
    return this.#options.mustBeUtf8 && ((this.open && this.#decodes) || !isUtf8(bytes));
  }

  /** Whether bytes[from, end), in which the framer found no end of a record, is at the end of a line at least. */
  #endsLine(bytes: Buffer, from: number, end: number): boolean {
    const { lines, width } = this.#options.framer;
    const last = end - width;
    return last >= from && (last - from) % width === 0 && lines.firstEnd(bytes, last, end) === end;
  }

  /** Without the terminator, and a CR before it, if asked. */
  #contentEnd(bytes: Buffer, from: number, end: number): number {
    const { framer, stripCr } = this.#options;
    const content = end - framer.width;
    const hasCr = stripCr && content - from >= framer.width && isCr(bytes, content, framer);
    return hasCr ? content - framer.width : content;
  }

  #part(batch: Batch, from: number, to: number, isLast: boolean, output: Output): void {
    const { maxLineBytes } = this.#options;
    if (!this.open) this.#beginRecord(batch, output, maxLineBytes > 0 && batch.endsRecord ? to - from : 0);
    if (maxLineBytes > 0) this.#limited(batch, from, to, isLast, output);
    else this.#write(batch, from, to, isLast, output);
  }

  #beginRecord(batch: Batch, output: Output, length: number): void {
    const { maxLineBytes, longLines, writer, stats } = this.#options;
    this.open = true;
    this.#emitted = 0;
    // Skipping needs to know before the first byte: a record in pieces is longer than a buffer, so long enough.
    this.#dropping = longLines === 'skip' && maxLineBytes > 0 && (length > maxLineBytes || !batch.endsRecord);
    if (this.#dropping) stats.longLines.skip++;
    else writer.begin(batch.reader.followedPath, output);
  }

  #limited(batch: Batch, start: number, to: number, isLast: boolean, output: Output): void {
    const { maxLineBytes, longLines, stats } = this.#options;
    let from = start;
    if (longLines === 'stream') return this.#write(batch, from, to, isLast, output);
    while (!this.#dropping && this.#emitted + (to - from) > maxLineBytes) {
      const cut = this.#cut(batch.bytes, from);
      this.#write(batch, from, cut, false, output);
      from = cut;
      stats.longLines[longLines]++;
      if (longLines === 'truncate') this.#dropping = true;
      else {
        this.#endLine(output);
        this.#beginRecord(batch, output, 0);
      }
    }
    if (!this.#dropping) this.#write(batch, from, to, isLast, output);
  }

  /** Where the limit cuts a line; between characters, as far as bytes alone can tell. */
  #cut(bytes: Buffer, from: number): number {
    const { maxLineBytes, encoding, framer } = this.#options;
    const cut = from + maxLineBytes - this.#emitted;
    // Of other encodings the decoder puts the halves together again.
    if (framer.width === 1 && encoding !== undefined && encoding !== 'utf-8') return cut;
    return wholeCharacters(bytes, from, cut, framer.width, this.#emitted > 0);
  }

  #write(batch: Batch, from: number, to: number, isLast: boolean, output: Output): void {
    this.#emitted += to - from;
    if (this.#decodes) this.#writeDecoded(batch.bytes.subarray(from, to), isLast, output);
    else this.#options.writer.bytes(batch.bytes, from, to, output);
  }

  /** What a cut leaves of a character waits in the decoder for the next part, in this line or the one split off. */
  #writeDecoded(bytes: Buffer, isLast: boolean, output: Output): void {
    const text = Buffer.from(this.#decoder!.decode(bytes, { stream: !isLast }));
    this.#holdsHalf = !isLast;
    this.#options.writer.bytes(text, 0, text.length, output);
  }

  /** The half of a character that was cut off with what is dropped goes with it. */
  #endRecord(output: Output): void {
    if (this.#holdsHalf) this.#decoder!.decode();
    this.#holdsHalf = false;
    this.#endLine(output);
  }

  #endLine(output: Output): void {
    const skipped = this.#dropping && this.#options.longLines === 'skip';
    if (this.open && !skipped) {
      this.#options.writer.end(output);
      this.lines++;
    }
    this.open = this.#dropping = false;
  }
}

/** A CR looks as the newline behind it does, in every encoding: another byte in the same place. */
function isCr(bytes: Buffer, newlineAt: number, { width, newlineByte }: Framer): boolean {
  for (let index = 0; index < width; index++) {
    const of = bytes[newlineAt + index];
    if (bytes[newlineAt - width + index] !== (of === newlineByte ? CR : of)) return false;
  }
  return true;
}

function bomLength(bytes: Buffer, encoding: string | undefined): number {
  if (encoding === undefined) return 0;
  if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  const isUtf16 = encoding.startsWith('utf-16') && bytes.length >= 2;
  return isUtf16 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    ? 2
    : 0;
}

/** A cut at or before `cut`, but not inside a character; behind `from`, unless there may be nothing before it. */
function wholeCharacters(
  bytes: Buffer,
  from: number,
  cut: number,
  width: number,
  mayBeEmpty: boolean,
): number {
  let at = cut;
  if (width === 2) at -= (cut - from) % 2;
  else while (at > from && (bytes[at]! & 0xc0) === 0x80 && cut - at < 4) at--;
  return at > from || mayBeEmpty ? at : Math.max(cut, from + width);
}
