// Takes an output byte for byte: its length and digest always, the bytes themselves on request.
// For the scenarios whose promise is "raw means byte-identical", and for those too large to look at line by line.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Sink } from './oracle.ts';

export class ByteRecord implements Sink {
  readonly #hash = createHash('sha1');
  readonly #chunks: Buffer[] | undefined;
  bytes = 0;
  lastByteAtMs = performance.now();

  constructor({ keep = false } = {}) {
    this.#chunks = keep ? [] : undefined;
  }

  feed(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.lastByteAtMs = performance.now();
    this.#hash.update(chunk);
    this.#chunks?.push(Buffer.from(chunk));
  }

  end(): void {}

  /** The digest of everything so far. */
  get digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The bytes so far; empty when they are not kept. */
  get content(): Buffer {
    return Buffer.concat(this.#chunks ?? []);
  }
}

/** The record of a file's present content. */
export async function recordOf(...paths: string[]): Promise<ByteRecord> {
  const record = new ByteRecord();
  for (const path of paths) {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      record.feed(Buffer.from(chunk));
  }
  return record;
}
