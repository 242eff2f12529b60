// The log files of container runtimes (Kubernetes' CRI), for tools that read only those:
// `<RFC 3339 time> <stdout|stderr> F message`. Hot, pure. Lines longer than the runtimes' buffer are cut as they cut
// them, into partial lines (P) and a last one (F); each line of a joined record is a line of its own.
import { LF } from '../ascii.ts';
import { ByteOutput, Constant } from '../../byte-output.ts';
import type { LogRecord } from '../log-record.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';

/** containerd's and CRI-O's. */
const LONGEST_CONTENT_BYTES = 16_384;

export type CriOptions = {
  /** Writes RFC 3339; a record without a time, or whose time it does not know, cannot be written. */
  readonly stamp?: StampConverter | undefined;
  /** For records without a field `stream`. */
  readonly stream?: 'stdout' | 'stderr' | undefined;
  /** What the content is; by default the message, or the whole line where there is none. */
  readonly content?: RecordOutput | undefined;
};

const FULL = new Constant(' F ');
const PARTIAL = new Constant(' P ');

export class CriOutput implements RecordOutput {
  readonly #stamp: StampConverter | undefined;
  readonly #stream: Constant;
  readonly #content: RecordOutput | undefined;
  readonly #head = new ByteOutput(64);
  readonly #body = new ByteOutput(1024);

  constructor(options: CriOptions = {}) {
    this.#stamp = options.stamp;
    this.#stream = new Constant(options.stream ?? 'stdout');
    this.#content = options.content;
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    if (!this.#writeHead(record)) return false;
    const { message } = record;
    if (this.#content !== undefined) {
      this.#body.clear();
      if (!this.#content.write(record, this.#body)) return false;
      this.#lines(this.#body.bytes, 0, this.#body.length, out);
    } else if (message === -1) this.#lines(record.line, record.start, record.end, out);
    else {
      record.unescape(message);
      this.#lines(record.sources[message]!, record.starts[message]!, record.ends[message]!, out);
    }
    return true;
  }

  /** Time and stream, which all lines of the record share. */
  #writeHead(record: LogRecord): boolean {
    const { time } = record;
    if (time === -1) return record.fail(record.start, 'a time stamp, which a CRI line begins with');
    record.unescape(time);
    const head = this.#head;
    head.clear();
    const [source, start, end] = [record.sources[time]!, record.starts[time]!, record.ends[time]!];
    if (this.#stamp === undefined) head.range(source, start, end);
    else if (!this.#stamp(source, start, end, head))
      return record.fail(start, 'a time stamp of the given format');
    head.byte(0x20);
    const stream = record.names.findIndex(({ text }, index) => index < record.count && text === 'stream');
    if (stream === -1) head.constant(this.#stream);
    else head.range(record.sources[stream]!, record.starts[stream]!, record.ends[stream]!);
    return true;
  }

  #lines(source: Uint8Array, start: number, end: number, out: ByteOutput): void {
    for (let from = start; ;) {
      let lineEnd = from;
      while (lineEnd < end && source[lineEnd] !== LF) lineEnd++;
      this.#line(source, from, lineEnd, out);
      if (lineEnd === end) return;
      out.byte(LF);
      from = lineEnd + 1;
    }
  }

  #line(source: Uint8Array, start: number, end: number, out: ByteOutput): void {
    let from = start;
    while (end - from > LONGEST_CONTENT_BYTES) {
      this.#part(PARTIAL, source, from, from + LONGEST_CONTENT_BYTES, out);
      out.byte(LF);
      from += LONGEST_CONTENT_BYTES;
    }
    this.#part(FULL, source, from, end, out);
  }

  #part(tag: Constant, source: Uint8Array, from: number, to: number, out: ByteOutput): void {
    out.range(this.#head.bytes, 0, this.#head.length);
    out.constant(tag);
    out.range(source, from, to);
  }
}
