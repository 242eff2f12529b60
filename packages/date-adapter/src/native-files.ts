// Files and pipes of the system as an awk program sees them: synchronous, buffered on the way out. For native-world.ts.
// Invariant: a sink has written everything in order when flush or close returns, or has thrown.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import { type ByteSink, type ByteSource, WorldError } from './awk/world.ts';

/** What a pipe of Linux holds; reading or writing more at once gains nothing. */
const BUFFER_BYTES = 65_536;
/** From here on a copy costs more than a call of the system now instead of one later. */
const WRITTEN_AT_ONCE = 16_384;

/** strerror's words where they differ from libuv's in more than the capital. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENXIO: 'No such device or address',
  EMFILE: 'Too many open files',
};

/** Any error of node:fs as one of the world. */
export function worldError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  const words = number === 0 ? error.message : getSystemErrorMessage(number);
  return new WorldError(error.code, WORDS[error.code] ?? words.charAt(0).toUpperCase() + words.slice(1));
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw worldError(error);
  }
}

function isRetry(error: unknown): boolean {
  return error instanceof WorldError && (error.code === 'EAGAIN' || error.code === 'EINTR');
}

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Someone else made the pipe non-blocking: look again soon. */
function waitABit(): void {
  Atomics.wait(clock, 0, 0, 2);
}

/** Opens for reading. @param path a path, as bytes where it is no UTF-8 @throws WorldError */
export function openForReading(path: string | Uint8Array): number {
  return attempt(() => openSync(asPath(path), constants.O_RDONLY));
}

/** @throws WorldError */
export function openForWriting(path: string | Uint8Array, append: boolean): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = constants;
  return attempt(() => openSync(asPath(path), O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0o666));
}

function asPath(path: string | Uint8Array): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}

export class FileSource implements ByteSource {
  readonly #fd: number;
  readonly #owned: boolean;
  #buffer: Buffer | undefined;

  /** @param owned whether close closes the descriptor @throws WorldError for a directory */
  constructor(fd: number, owned: boolean) {
    this.#fd = fd;
    this.#owned = owned;
    if (owned && attempt(() => fstatSync(fd)).isDirectory()) {
      closeSync(fd);
      throw new WorldError('EISDIR', 'Is a directory');
    }
  }

  read(): Uint8Array | undefined {
    this.#buffer ??= Buffer.allocUnsafe(BUFFER_BYTES);
    const buffer = this.#buffer;
    const count = this.readInto(buffer, 0, buffer.length);
    return count === 0 ? undefined : buffer.subarray(0, count);
  }

  readInto(bytes: Uint8Array, at: number, end: number): number {
    for (;;) {
      try {
        return attempt(() => readSync(this.#fd, bytes, at, end - at, null));
      } catch (error) {
        if (!isRetry(error)) throw error;
        waitABit();
      }
    }
  }

  close(): number {
    return this.#owned ? closeQuietly(this.#fd) : 0;
  }
}

export class FileSink implements ByteSink {
  readonly #fd: number;
  readonly #owned: boolean;
  readonly #buffer: Buffer;
  #filled = 0;

  /** @param bufferBytes 0 for what people should see at once */
  constructor(fd: number, owned: boolean, bufferBytes = BUFFER_BYTES) {
    this.#fd = fd;
    this.#owned = owned;
    this.#buffer = Buffer.allocUnsafe(bufferBytes);
  }

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#buffer.length) this.flush();
    if (bytes.length > this.#buffer.length || (this.#filled === 0 && bytes.length >= WRITTEN_AT_ONCE))
      this.#writeAll(bytes);
    else {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
  }

  flush(): void {
    const { length } = { length: this.#filled };
    this.#filled = 0;
    this.#writeAll(this.#buffer.subarray(0, length));
  }

  close(): number {
    let status = 0;
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      status = -1;
    }
    return this.#owned && closeQuietly(this.#fd) !== 0 ? -1 : status;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      try {
        const from = done;
        done += attempt(() => writeSync(this.#fd, bytes, from, bytes.length - from));
      } catch (error) {
        if (!isRetry(error)) throw error;
        waitABit();
      }
    }
  }
}

function closeQuietly(fd: number): number {
  try {
    closeSync(fd);
    return 0;
  } catch {
    return -1;
  }
}
