// Whole lines, many at a time, through the byte kernel; what it does not take goes record by record. Hot. For the
// prefix and json formats when nothing but the line's surroundings changes: no limit, no decoding, no stripping.
import { isUtf8 } from 'node:buffer';
import type { ByteKernel, Rewritten } from './byte-kernel.ts';
import type { Batch } from './file-reader.ts';
import type { LineFormat } from './line-format.ts';
import type { Output } from './output.ts';

export type BulkOptions = {
  readonly kernel: ByteKernel;
  readonly rewrite: 'prefix' | 'json';
  /** What stands before each line of this file. */
  readonly headOf: (followedPath: string) => Buffer;
  readonly byRecord: LineFormat;
};

const LF = 0x0a;
/** A longer head does not fit into the kernel's place for it. */
const MAX_HEAD_BYTES = 8192;

export class BulkFormat implements LineFormat {
  readonly #options: BulkOptions;
  #bulkLines = 0;

  constructor(options: BulkOptions) {
    this.#options = options;
  }

  get open(): boolean {
    return this.#options.byRecord.open;
  }

  get lines(): number {
    return this.#bulkLines + this.#options.byRecord.lines;
  }

  encode(batch: Batch, output: Output): void {
    const taken = this.#isForKernel(batch) ? this.#inBulk(batch, output) : 0;
    if (taken === batch.bytes.length) return;
    const bytes = batch.bytes.subarray(taken);
    this.#options.byRecord.encode({ ...batch, offset: batch.offset + taken, bytes }, output);
  }

  close(output: Output): void {
    this.#options.byRecord.close(output);
  }

  #isForKernel({ bytes, startsRecord, endsRecord }: Batch): boolean {
    const { kernel, rewrite } = this.#options;
    const isWhole = startsRecord && endsRecord && bytes[bytes.length - 1] === LF;
    return isWhole && kernel.reaches(bytes) && (rewrite === 'prefix' || isUtf8(bytes));
  }

  /** Returns how many bytes of the batch were rewritten. */
  #inBulk(batch: Batch, output: Output): number {
    const { kernel, rewrite, headOf } = this.#options;
    const head = headOf(batch.reader.followedPath);
    const room = output.room();
    if (head.length > MAX_HEAD_BYTES || !kernel.reaches(room)) return 0;
    const { taken, written }: Rewritten = kernel[rewrite](batch.bytes, room, head);
    output.used += written;
    this.#bulkLines += kernel.count(batch.bytes.subarray(0, taken), LF);
    return taken;
  }
}
