// A client and a server that send the very bytes they are told to, for tests of what lies beneath HTTP libraries:
// malformed messages, half-closes, resets, silence. Invariant: nothing is added, nothing is interpreted.

import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type Patience } from './eventually.ts';
import { portOf } from './image.ts';

/** One connection and everything that came over it. */
export class RawPeer implements AsyncDisposable {
  readonly socket: Socket;
  received = '';
  ended = false;
  closed = false;
  error: NodeJS.ErrnoException | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => (this.received += bytes.toString('latin1')));
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => (this.closed = true));
    socket.on('error', (error) => (this.error = error));
  }

  /** latin1 text, each character a byte. */
  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** The same in pieces that arrive apart. */
  async sendApart(pieces: readonly (string | Buffer)[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
      await sleep(1); // The kernel joins what is written at once.
    }
  }

  /** Waits for text in what came. */
  async got(expected: string | RegExp, patience: Patience = {}): Promise<string> {
    return eventually(() => {
      const found =
        typeof expected === 'string' ? this.received.includes(expected) : expected.test(this.received);
      if (!found) throw new Error(`lacks ${String(expected)}: ${JSON.stringify(this.received.slice(-2000))}`);
      return this.received;
    }, patience);
  }

  /** Waits until the other side has closed, and gives all that came. */
  async gotAll(patience: Patience = {}): Promise<string> {
    return eventually(() => {
      if (!this.ended && !this.closed)
        throw new Error(`still open: ${JSON.stringify(this.received.slice(-2000))}`);
      return this.received;
    }, patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    if (!this.closed) await once(this.socket, 'close').catch(() => {});
  }
}

export async function rawClient(to: NetConnectOpts): Promise<RawPeer> {
  const socket = connect({ ...to, allowHalfOpen: true, noDelay: true });
  const peer = new RawPeer(socket);
  await once(socket, 'connect');
  return peer;
}

/** A server whose connections are RawPeers. */
export class RawServer implements AsyncDisposable {
  readonly peers: RawPeer[] = [];
  readonly #server: Server;

  private constructor(onPeer: (peer: RawPeer) => void) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const peer = new RawPeer(socket);
      this.peers.push(peer);
      onPeer(peer);
    });
  }

  static async start(onPeer: (peer: RawPeer) => void = () => {}): Promise<RawServer> {
    const server = new RawServer(onPeer);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** All that came, over all connections. */
  get received(): string {
    return this.peers.map(({ received }) => received).join('');
  }

  /** The connection of this number, once there is one. */
  async peer(at: number): Promise<RawPeer> {
    return eventually(() => {
      const found = this.peers[at];
      if (found === undefined) throw new Error(`only ${this.peers.length} connections`);
      return found;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close').catch(() => {});
  }
}
