// One JSON line on stdout for each request, in batches that are written at each tick of the clock or when they are
// full. stdout is data here; a reader who does not keep up costs lines (counted), never the traffic. Hot: a line is
// put together as text and copied into its batch at once; as text, its pieces would live until the write, and the
// garbage collector would carry them (measured: 6 % of the CPU of a small request).
import { write } from 'node:fs';
import { writeLatin1 } from './http1/latin1.ts';

/** What a line says; all of it is ASCII but for the names, which come quoted by linePrefix. */
export type AccessEntry = {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Empty: none. */
  readonly traceId: string;
  readonly reason: string;
};

/** How long it took, and how often it was tried. */
export type Took = {
  readonly durationMs: number;
  /** From the beginning to the first byte of the answer; 0: there was none. */
  readonly firstByteMs: number;
  readonly attempts: number;
};

/** Writes some of the bytes, and tells how many. */
export type WriteSome = (
  bytes: Buffer,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

type Batch = { readonly bytes: Buffer; readonly length: number; readonly lines: number; written: number };

const BATCH_BYTES = 65_536;
/** 4 MiB. */
const MOST_WAITING = 64;

export const toDescriptor =
  (fd: number): WriteSome =>
  (bytes, done) =>
    write(fd, bytes, done);

export class AccessLog {
  dropped = 0;
  readonly #write: WriteSome;
  readonly #share: number;
  readonly #random: () => number;
  readonly #waiting: Batch[] = [];
  #bytes: Buffer = Buffer.allocUnsafeSlow(BATCH_BYTES);
  #length = 0;
  #lines = 0;
  /** A written batch, for the next one. */
  #spare: Buffer | undefined;
  #writing = false;

  /** @param share of the requests that went well, 0..1; @param random 0 <= random() < 1 */
  constructor(writeSome: WriteSome, share = 1, random: () => number = Math.random) {
    this.#write = writeSome;
    this.#share = share;
    this.#random = random;
  }

  /** Whether a request that ended so has a line. */
  takes({ status, reason }: AccessEntry): boolean {
    return this.#share >= 1 || status >= 500 || reason !== '' || this.#random() < this.#share;
  }

  /** @param line ASCII, with its line feed */
  add(line: string): void {
    if (line.length > this.#bytes.length - this.#length && !this.#makeRoom(line.length)) {
      this.dropped++;
      return;
    }
    writeLatin1(this.#bytes, line, this.#length);
    this.#length += line.length;
    this.#lines++;
  }

  /** Writes what there is, unless a write is under way. */
  flush(): void {
    if (this.#writing) return;
    if (this.#waiting.length === 0 && this.#length > 0) this.#close(BATCH_BYTES);
    this.#writeNext();
  }

  get empty(): boolean {
    return this.#length === 0 && this.#waiting.length === 0;
  }

  #makeRoom(bytes: number): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    if (this.#length > 0) this.#close(bytes);
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(bytes);
    if (!this.#writing) this.#writeNext();
    return true;
  }

  /** The batch waits to be written; a new one begins. */
  #close(nextBytes: number): void {
    this.#waiting.push({ bytes: this.#bytes, length: this.#length, lines: this.#lines, written: 0 });
    const spare = this.#spare;
    this.#spare = undefined;
    this.#bytes =
      spare !== undefined && spare.length >= nextBytes
        ? spare
        : Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, nextBytes));
    this.#length = this.#lines = 0;
  }

  #writeNext(): void {
    const [batch] = this.#waiting;
    if (batch === undefined) return;
    this.#writing = true;
    this.#write(batch.bytes.subarray(batch.written, batch.length), (error, written) => {
      this.#writing = false;
      if (error?.code === 'EAGAIN') return; // Again at the next tick.
      if (error === null) batch.written += written;
      else this.dropped += batch.lines;
      if (error === null && batch.written < batch.length) return this.#writeNext();
      this.#waiting.shift();
      this.#spare = batch.bytes;
      this.#writeNext();
    });
  }
}

/**
 * The part of lines that is often the same as in the line before: made anew only when one of its five changes.
 * Names are the settings' and may be anything; they are written as JSON in ASCII.
 */
export class LinePrefix {
  #text = '';
  #time = '';
  #listener = '';
  #route = '';
  #upstream = '';
  #client = '';

  of(time: string, listener: string, route: string, upstream: string, client: string): string {
    if (
      time !== this.#time ||
      route !== this.#route ||
      upstream !== this.#upstream ||
      client !== this.#client ||
      listener !== this.#listener
    ) {
      this.#time = time;
      this.#listener = listener;
      this.#route = route;
      this.#upstream = upstream;
      this.#client = client;
      this.#text =
        `{"time":"${time}","listener":${asciiJson(listener)},"route":${asciiJson(route)},` +
        `"upstream":${asciiJson(upstream)},"client":${asciiJson(client)},"method":"`;
    }
    return this.#text;
  }
}

/** @param prefix by LinePrefix */
export function accessLine(prefix: string, entry: AccessEntry, took: Took): string {
  return (
    `${prefix}${entry.method}","host":${quoted(entry.host)},"path":${quoted(entry.path)},` +
    `"status":${entry.status},"bytes_in":${entry.bytesIn},"bytes_out":${entry.bytesOut},` +
    `"duration_ms":${milliseconds(took.durationMs)},"first_byte_ms":${milliseconds(took.firstByteMs)},` +
    `"attempts":${took.attempts}` +
    (entry.traceId === '' ? '' : `,"trace_id":"${entry.traceId}"`) +
    (entry.reason === '' ? '}\n' : `,"reason":"${entry.reason}"}\n`)
  );
}

const THOUSANDTHS = Array.from({ length: 1000 }, (_, at) => `.${String(at).padStart(3, '0')}`);

/** With three decimals: an integer and a table cost less than the shortest digits of a fraction. */
function milliseconds(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  const whole = Math.floor(microseconds / 1000);
  return `${whole}${THOUSANDTHS[microseconds - 1000 * whole]}`;
}

/** Hosts and targets are visible ASCII (http1/octets.ts), of which JSON escapes these two. */
const UNSAFE = /["\\]/;

function quoted(text: string): string {
  return UNSAFE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
