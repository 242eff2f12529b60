// How records leave: as they are, behind a prefix, or inside JSON. Hot, pure. For delivery: `encode` is called with
// the batches of one input in their order; records longer than a buffer come in several batches.
import type { ByteKernel } from './byte-kernel.ts';
import type { Batch } from './file-reader.ts';
import { escapeInto, MAX_ESCAPED_BYTES } from './json-escape.ts';
import type { Output } from './output.ts';

export interface LineFormat {
  /** True while the output stands inside a record: nothing else may follow before `close`. */
  readonly open: boolean;
  /** Lines completed since the process began. */
  readonly lines: number;
  encode(batch: Batch, output: Output): void;
  /** Ends a record that will not be gone on with: its file was truncated, or ended without a newline. */
  close(output: Output): void;
}

/** One record without its terminator, or a part of one, as it leaves. For record-format. */
export interface RecordWriter {
  begin(followedPath: string, output: Output): void;
  bytes(bytes: Buffer, from: number, to: number, output: Output): void;
  end(output: Output): void;
}

const NEWLINE = Buffer.from('\n');

/** Byte-identical: whole batches pass untouched. */
export class RawFormat implements LineFormat {
  open = false;
  lines = 0;
  readonly #kernel: ByteKernel;
  readonly #newlineByte: number;
  readonly #terminator: Buffer;

  constructor(kernel: ByteKernel, newlineByte: number) {
    this.#kernel = kernel;
    this.#newlineByte = newlineByte;
    this.#terminator = Buffer.from([newlineByte]);
  }

  encode(batch: Batch, output: Output): void {
    const { bytes } = batch;
    output.pass(bytes);
    this.lines += this.#kernel.count(bytes, this.#newlineByte);
    this.open = !batch.endsRecord || bytes[bytes.length - 1] !== this.#newlineByte;
  }

  close(output: Output): void {
    output.append(this.#terminator);
    this.open = false;
  }
}

export class RawWriter implements RecordWriter {
  begin(_followedPath: string, _output: Output): void {}

  bytes(bytes: Buffer, from: number, to: number, output: Output): void {
    output.reserve(to - from);
    bytes.copy(output.chunk, output.used, from, to);
    output.used += to - from;
  }

  end(output: Output): void {
    output.append(NEWLINE);
  }
}

/** Text before each record, made once per followed path. */
export class HeadWriter extends RawWriter {
  readonly #headOf: (followedPath: string) => Buffer;

  constructor(headOf: (followedPath: string) => Buffer) {
    super();
    this.#headOf = headOf;
  }

  override begin(followedPath: string, output: Output): void {
    output.append(this.#headOf(followedPath));
  }
}

const CLOSE = Buffer.from('"}\n');

/** One JSON object a line: the record escaped behind its head. The bytes must be UTF-8. */
export class JsonWriter extends HeadWriter {
  override bytes(bytes: Buffer, from: number, to: number, output: Output): void {
    output.reserve((to - from) * MAX_ESCAPED_BYTES);
    output.used = escapeInto(output.chunk, output.used, bytes, from, to);
  }

  override end(output: Output): void {
    output.append(CLOSE);
  }
}
