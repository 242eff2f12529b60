// StatsD lines by TCP or unix stream: whatever pieces the kernel hands over are joined to lines, with CR LF as well as LF; at
// the end of a connection the last line needs no newline. A line that is too long is counted; it ends the connection (as
// in statsd_exporter) or is skipped.
import { chmodSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import type { Counts } from './counts.ts';
import type { Ingest } from './ingest.ts';
import type { Listener } from './listener.ts';

export type StreamOptions = {
  readonly maxLineBytes: number;
  readonly endOnLongLine: boolean;
  /** Of a unix socket. */
  readonly mode: number;
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
  const joiner = new LineJoiner(ingest, options);
  return socket
    .on('data', (piece: Buffer) => {
      const before = joiner.longLines;
      ingest.nowMs = Date.now();
      joiner.push(piece);
      counts.tooLongLines += joiner.longLines - before;
      if (joiner.ended) socket.destroy();
    })
    .on('end', () => joiner.end())
    .on('error', () => counts.tcpConnectionErrors++);
}
