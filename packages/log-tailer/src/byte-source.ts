// Bytes of one file at a position: from a held descriptor (read at once where that cannot block, through the
// thread pool where a server may hang), or out of a gzip'd file. For the reader, which knows none of this.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const readAsync = promisify(fs.read);
const COMPRESSED_CHUNK_BYTES = 64 * 1024;

export interface ByteSource {
  /** The held descriptor; -1 once closed. */
  readonly fd: number;
  /** Then positions are of the uncompressed bytes, and the file does not grow. */
  readonly compressed: boolean;
  /** Bytes from `position` copied to target[at, at + length); fewer only at the end. A number when it was immediate. */
  read(target: Buffer, at: number, length: number, position: number): number | Promise<number>;
  /** Of a compressed file: its size in uncompressed bytes; Infinity until it was read to its end. */
  size(): number;
  close(): void;
}

/** A plain file. `remote` reads through the thread pool: a hung server must not hang the event loop. */
export class PlainSource implements ByteSource {
  readonly compressed = false;
  fd: number;
  readonly #remote: boolean;

  constructor(fd: number, remote: boolean) {
    this.fd = fd;
    this.#remote = remote;
  }

  read(target: Buffer, at: number, length: number, position: number): number | Promise<number> {
    if (!this.#remote) return fs.readSync(this.fd, target, at, length, position);
    return readAsync(this.fd, target, at, length, position).then((result) => result.bytesRead);
  }

  size(): number {
    return fs.fstatSync(this.fd).size;
  }

  close(): void {
    if (this.fd !== -1) fs.closeSync(this.fd);
    this.fd = -1;
  }
}

/**
 * A gzip'd file as its uncompressed bytes. Reads go forward; what the reader asked for but did not consume is
 * kept and given again, so that an unfinished line costs no second decompression.
 */
export class GzipSource implements ByteSource {
  readonly compressed = true;
  fd: number;
  #stream: Readable | undefined;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  #end: number | undefined;
  readonly #onDamaged: (error: unknown) => void;

  /**
   * @param onDamaged told when it cannot be read to its end; what came out before counts as all there is
   * @param end its size in uncompressed bytes, when that is known from an earlier reading
   */
  constructor(fd: number, onDamaged: (error: unknown) => void, end?: number) {
    this.fd = fd;
    this.#onDamaged = onDamaged;
    this.#end = end;
  }

  async read(target: Buffer, at: number, length: number, position: number): Promise<number> {
    if (position < this.#windowStart) this.#rewind();
    while (this.#windowEnd() < Math.min(position + length, this.size())) await this.#more(position);
    const from = position - this.#windowStart;
    if (from >= this.#window.length) return 0;
    return this.#window.copy(target, at, from, Math.min(from + length, this.#window.length));
  }

  size(): number {
    return this.#end ?? Infinity;
  }

  close(): void {
    this.#stream?.destroy();
    if (this.fd !== -1) fs.closeSync(this.fd);
    this.fd = -1;
  }

  #windowEnd(): number {
    return this.#windowStart + this.#window.length;
  }

  #rewind(): void {
    this.#stream?.destroy();
    this.#stream = undefined;
    this.#window = Buffer.alloc(0);
    this.#windowStart = 0;
  }

  /** One more decompressed chunk, dropping what lies before `keepFrom`. */
  async #more(keepFrom: number): Promise<void> {
    this.#stream ??= openGunzip(this.fd);
    const chunk = await nextChunk(this.#stream).catch(this.#onDamaged);
    if (!Buffer.isBuffer(chunk)) {
      this.#end = this.#windowEnd();
      return;
    }
    const drop = Math.min(Math.max(0, keepFrom - this.#windowStart), this.#window.length);
    this.#window = Buffer.concat([this.#window.subarray(drop), chunk]);
    this.#windowStart += drop;
  }
}

function openGunzip(fd: number): Readable {
  const gunzip = createGunzip();
  // What breaks the pipeline breaks gunzip too, and nextChunk says so to whoever reads.
  pipeline(compressedBytes(fd), gunzip, () => {});
  return gunzip;
}

/** No fs.ReadStream: when the pipeline breaks or is given up, that closes the descriptor, which is not its own. */
async function* compressedBytes(fd: number): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const chunk = Buffer.allocUnsafe(COMPRESSED_CHUNK_BYTES);
    const { bytesRead } = await readAsync(fd, chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** The next chunk of a stream, undefined at its end; rejects when it breaks (a truncated or foreign .gz). */
function nextChunk(stream: Readable): Promise<Buffer | undefined> {
  if (stream.errored) return Promise.reject(stream.errored);
  const ready: unknown = stream.read();
  if (Buffer.isBuffer(ready)) return Promise.resolve(ready);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      stream.off('readable', onReadable).off('end', onEnd).off('error', onError);
    };
    const onReadable = (): void => {
      const chunk: unknown = stream.read();
      if (!Buffer.isBuffer(chunk)) return;
      settle();
      resolve(chunk);
    };
    const onEnd = (): void => {
      settle();
      resolve(undefined);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    stream.on('readable', onReadable).on('end', onEnd).on('error', onError);
  });
}
