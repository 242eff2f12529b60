// Connections of a listener behind a proxy that announces its clients: each has to begin with a header of the PROXY
// protocol, within a time limit; what comes behind it is put back. One without a header is closed and counted: who
// could leave it away could also lie about where it comes from.
import type { Socket } from 'node:net';
import { type Origin, readHeader } from './header.ts';

/** Who is at the other end of a socket. */
export function originOf(socket: Socket): Origin {
  return {
    source: plainAddress(socket.remoteAddress),
    sourcePort: socket.remotePort ?? 0,
    destination: plainAddress(socket.localAddress),
    destinationPort: socket.localPort ?? 0,
  };
}

/** Without the zone of a link-local address, and IPv4 as IPv4. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/%.*/, '').replace(/^::ffff:(?=[\d.]+$)/i, '') ?? 'unix';
}

export type Announced = (socket: Socket, origin: Origin) => void;

export class Announcements {
  /** With what ends the wait. */
  readonly #waiting = new Map<Socket, () => void>();
  readonly #onRefused: () => void;

  /** @param onRefused for each connection that was closed */
  constructor(onRefused: () => void) {
    this.#onRefused = onRefused;
  }

  /** Connections whose header has not come yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @param socket as accepted, not yet read from */
  accept(socket: Socket, withinMs: number, announced: Announced): void {
    let held: Buffer = Buffer.alloc(0);
    const done = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      for (const event of ['end', 'error', 'close']) socket.off(event, refuse);
      socket.off('readable', read);
    };
    const refuse = (): void => {
      done();
      this.#onRefused();
      socket.on('error', () => {}).destroy();
    };
    const timer = setTimeout(refuse, withinMs);
    this.#waiting.set(socket, done);
    socket.on('end', refuse).on('error', refuse).on('close', refuse);
    const read = (): void => {
      const bytes: Buffer | null = socket.read();
      if (bytes === null) return;
      held = Buffer.concat([held, bytes]);
      const header = readHeader(held);
      if (header.kind === 'refused') return refuse();
      if (header.kind === 'incomplete') return;
      const origin = header.origin ?? originOf(socket);
      done();
      if (held.length > header.bytes) socket.unshift(held.subarray(header.bytes));
      announced(socket, origin);
    };
    socket.on('readable', read);
  }

  cutOff(): void {
    for (const [socket, done] of this.#waiting) {
      done();
      socket.destroy();
    }
  }
}
