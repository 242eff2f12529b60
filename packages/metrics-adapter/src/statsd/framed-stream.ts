// DogStatsD over a unix stream socket: each packet is preceded by its length, four bytes with the lowest first; within it
// lines as in a datagram. Clients say `unixstream://`; plain lines come over the same kind of socket. What the connection
// has is seen by its first four bytes: a length below 16 MiB ends with a zero, and no line of text has a zero byte. Pure.
import type { Ingest } from './ingest.ts';

const HEADER_BYTES = 4;

/** undefined: more bytes are needed to tell. */
export function isFramed(start: Uint8Array): boolean | undefined {
  if (start.length >= HEADER_BYTES) return start[3] === 0;
  return start.includes(10) ? false : undefined;
}

export class FrameJoiner {
  readonly #ingest: Pick<Ingest, 'lines'>;
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of a packet that is too long, still to be skipped. */
  #skip = 0;
  longLines = 0;
  /** A packet can be skipped, so the connection goes on. */
  readonly ended = false;

  constructor(ingest: Pick<Ingest, 'lines'>, maxBytes: number) {
    this.#ingest = ingest;
    this.#maxBytes = maxBytes;
  }

  push(piece: Buffer): void {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
      if (bytes.length < HEADER_BYTES) break;
      const length = bytes.readUInt32LE();
      if (length > this.#maxBytes) {
        this.longLines++;
        this.#skip = HEADER_BYTES + length;
        continue;
      }
      if (bytes.length < HEADER_BYTES + length) break;
      this.#ingest.lines(bytes, HEADER_BYTES, HEADER_BYTES + length);
      bytes = bytes.subarray(HEADER_BYTES + length);
    }
    this.#rest = Buffer.from(bytes);
  }

  /** A packet that was not finished does not count: half a number is another number. */
  end(): void {
    this.#rest = Buffer.alloc(0);
  }
}
