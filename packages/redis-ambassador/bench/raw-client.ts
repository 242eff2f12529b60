// A client of the races: one connection, one command after the other, whole replies as bytes.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeCommand } from '../src/resp/inline-command.ts';
import { ReplyFramer } from '../src/resp/reply-framer.ts';

export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly #framer = new ReplyFramer();
  #parts: Buffer[] = [];
  #waiting: ((reply: Buffer) => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  async ask(...words: readonly (string | Buffer)[]): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#waiting.push(resolve);
    this.socket.write(encodeCommand(words).bytes);
    return promise;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const end = this.#framer.next(chunk, at, chunk.length);
      this.#parts.push(chunk.subarray(at, end));
      at = end;
      if (!this.#framer.between) continue;
      const reply = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
      this.#parts = [];
      this.#waiting.shift()?.(reply);
    }
  }
}
