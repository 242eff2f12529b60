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
    this.#decodes = this.#options.encoding !== undefined || (this.#options.mustBeUtf8 && !isUtf8(bytes));
    let at = batch.offset === 0 ? bomLength(bytes, this.#options.encoding) : 0;
    while (at < bytes.length) {
      const end = framer.firstEnd(bytes, at, bytes.length);
      if (end === -1) {
        this.#part(batch, at, this.#contentEnd(bytes, at, bytes.length), output);
        if (batch.endsRecord) this.#endRecord(output);
        return;
      }
      this.#part(batch, at, this.#contentEnd(bytes, at, end), output);
      this.#endRecord(output);
      at = end;
    }
  }

  close(output: Output): void {
    this.#endRecord(output);
  }

  /** Without the terminator, if there is one, and a CR before it, if asked. */
  #contentEnd(bytes: Buffer, from: number, end: number): number {
    const { framer, stripCr } = this.#options;
    const { width, newlineByte } = framer;
    if (end - from < width || bytes[end - 1 - (width === 2 && bytes[end - 1] === 0 ? 1 : 0)] !== newlineByte)
      return end;
    const content = end - width;
    const hasCr = stripCr && content - from >= width && bytes.subarray(content - width, content).includes(CR);
    return hasCr ? content - width : content;
  }

  #part(batch: Batch, from: number, to: number, output: Output): void {
    const { maxLineBytes, writer } = this.#options;
    if (!this.open) this.#beginRecord(batch, output, maxLineBytes > 0 && batch.endsRecord ? to - from : 0);
    if (maxLineBytes > 0) return this.#limited(batch, from, to, output);
    if (this.#decodes) this.#writeDecoded(batch, from, to, output);
    else writer.bytes(batch.bytes, from, to, output);
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

  #limited(batch: Batch, start: number, to: number, output: Output): void {
    const { maxLineBytes, longLines, stats } = this.#options;
    let from = start;
    while (!this.#dropping && this.#emitted + (to - from) > maxLineBytes && longLines !== 'stream') {
      const cut = wholeCharacters(
        batch.bytes,
        from,
        from + maxLineBytes - this.#emitted,
        this.#options.framer.width,
      );
      this.#write(batch, from, cut, output);
      from = cut;
      stats.longLines[longLines]++;
      if (longLines === 'truncate') this.#dropping = true;
      else {
        this.#endRecord(output);
        this.#beginRecord(batch, output, 0);
      }
    }
    if (!this.#dropping) this.#write(batch, from, to, output);
  }

  #write(batch: Batch, from: number, to: number, output: Output): void {
    this.#emitted += to - from;
    if (this.#decodes) this.#writeDecoded(batch, from, to, output);
    else this.#options.writer.bytes(batch.bytes, from, to, output);
  }

  #writeDecoded(batch: Batch, from: number, to: number, output: Output): void {
    const text = Buffer.from(
      this.#decoder!.decode(batch.bytes.subarray(from, to), { stream: !batch.endsRecord }),
    );
    this.#options.writer.bytes(text, 0, text.length, output);
  }

  #endRecord(output: Output): void {
    const skipped = this.#dropping && this.#options.longLines === 'skip';
    if (this.open && !skipped) {
      this.#options.writer.end(output);
      this.lines++;
    }
    this.open = this.#dropping = false;
  }
}

function bomLength(bytes: Buffer, encoding: string | undefined): number {
  if (encoding === undefined) return 0;
  if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 3;
  const isUtf16 = encoding.startsWith('utf-16') && bytes.length >= 2;
  return isUtf16 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    ? 2
    : 0;
}

/** A cut at or before `cut`, but not inside a character; at least one step behind `from`. */
function wholeCharacters(bytes: Buffer, from: number, cut: number, width: number): number {
  if (width === 2) return Math.max(from + 2, cut - ((cut - from) % 2));
  let at = cut;
  while (at > from && (bytes[at]! & 0xc0) === 0x80 && cut - at < 4) at--;
  return at > from ? at : cut;
}
