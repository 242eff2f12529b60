// A TCP relay that a test can delay, cut or freeze: between a replica and its primary it makes staleness real, between the
// ambassador and a server it loses replies to commands that were executed.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from '@podmate/testkit/image';

export class Relay implements AsyncDisposable {
  /** Where new connections lead. */
  target: number;
  /** Milliseconds that bytes from the target take on their way. */
  delayMs = 0;
  /** Bytes from the target go nowhere. */
  deaf = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    server.on('connection', (socket) => this.#take(socket));
  }

  static async start(target: number): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, target);
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Ends every connection that goes through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #take(near: Socket): void {
    const far = connect(this.target, '127.0.0.1').setNoDelay(true);
    near.setNoDelay(true);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket
        .on('error', () => {})
        .once('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
    }
    near.on('data', (chunk) => void far.write(chunk));
    const late: { chunk: string | Buffer; due: number }[] = [];
    const pass = (): void => {
      while (late.length > 0 && late[0]!.due <= performance.now() + 1) near.write(late.shift()!.chunk);
      if (late.length > 0 && !near.destroyed) setTimeout(pass, Math.max(0, late[0]!.due - performance.now()));
    };
    far.on('data', (chunk) => {
      if (this.deaf) return;
      if (this.delayMs === 0 && late.length === 0) near.write(chunk);
      else if (late.push({ chunk, due: performance.now() + this.delayMs }) === 1)
        setTimeout(pass, this.delayMs);
    });
  }
}
