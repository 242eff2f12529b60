// StatsD lines by TCP or unix stream: whatever pieces the kernel hands over are joined to lines, with CR LF as well as LF; at
// the end of a connection the last line needs no newline. A line that is too long is counted; it ends the connection (as
// in statsd_exporter) or is skipped.
import { chmodSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import type { Counts } from './counts.ts';
import { FrameJoiner, isFramed } from './framed-stream.ts';
import type { Ingest } from './ingest.ts';
import type { Listener } from './listener.ts';

export type StreamOptions = {
  readonly maxLineBytes: number;
  readonly endOnLongLine: boolean;
  /** Of a unix socket. */
  readonly mode: number;
  /** Packets preceded by their length are looked for, too; longer ones are skipped. */
  readonly framed?: { readonly maxBytes: number };
};

/** Pure but for what it calls: pieces in, whole lines out. */
export class LineJoiner {
  readonly #ingest: Pick<Ingest, 'lines'>;
  readonly #maxLineBytes: number;
  readonly #endOnLongLine: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #skipping = false;
  longLines = 0;

  constructor(ingest: Pick<Ingest, 'lines'>, options: Pick<StreamOptions, 'maxLineBytes' | 'endOnLongLine'>) {
    this.#ingest = ingest;
    this.#maxLineBytes = options.maxLineBytes;
    this.#endOnLongLine = options.endOnLongLine;
  }

  /** A line was too long, and nothing after it counts. */
  get ended(): boolean {
    return this.#endOnLongLine && this.longLines > 0;
  }

  push(piece: Buffer): void {
    if (this.ended) return;
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    let from = 0;
    for (;;) {
      const newline = bytes.indexOf(10, from);
      if (newline < 0) break;
      this.#line(bytes, from, newline);
      if (this.ended) return;
      from = newline + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
    if (this.#rest.length <= this.#maxLineBytes) return;
    if (!this.#skipping) this.longLines++;
    this.#skipping = true;
    this.#rest = Buffer.alloc(0);
  }

  end(): void {
    if (this.#rest.length > 0 && !this.ended) this.#line(this.#rest, 0, this.#rest.length);
    this.#rest = Buffer.alloc(0);
  }

  #line(bytes: Buffer, from: number, newline: number): void {
    const wasSkipping = this.#skipping;
    this.#skipping = false;
    if (wasSkipping) return;
    const to = newline > from && bytes[newline - 1] === 13 ? newline - 1 : newline;
    if (to - from > this.#maxLineBytes) this.longLines++;
    else this.#ingest.lines(bytes, from, to);
  }
}

/** @throws what listen reports */
export async function listenStream(
  address: Address,
  options: StreamOptions,
  ingest: Ingest,
  counts: Counts,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    counts.tcpConnections++;
    sockets.add(socket);
    receive(socket, options, ingest, counts).once('close', () => sockets.delete(socket));
  });
  const bound = await listen(server, address);
  if ('path' in bound) chmodSync(bound.path, options.mode);
  return {
    name: `${'path' in bound ? 'unix' : 'tcp'} ${formatAddress(bound)}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroySoon();
    },
  };
}

function receive(socket: Socket, options: StreamOptions, ingest: Ingest, counts: Counts): Socket {
  let joiner: LineJoiner | FrameJoiner | undefined =
    options.framed === undefined ? new LineJoiner(ingest, options) : undefined;
  let start = Buffer.alloc(0);
  const take = (piece: Buffer, to: LineJoiner | FrameJoiner): void => {
    const before = to.longLines;
    counts.batches++;
    ingest.nowMs = Date.now();
    to.push(piece);
    counts.tooLongLines += to.longLines - before;
    if (to.ended) socket.destroy();
  };
  return socket
    .on('data', (piece: Buffer) => {
      if (joiner !== undefined) return take(piece, joiner);
      start = Buffer.concat([start, piece]);
      const framed = isFramed(start);
      if (framed === undefined) return undefined;
      joiner = framed
        ? new FrameJoiner(ingest, options.framed?.maxBytes ?? 0)
        : new LineJoiner(ingest, options);
      return take(start, joiner);
    })
    .on('end', () => {
      if (joiner === undefined && start.length > 0) take(start, (joiner = new LineJoiner(ingest, options)));
      joiner?.end();
    })
    .on('error', () => counts.tcpConnectionErrors++);
}
