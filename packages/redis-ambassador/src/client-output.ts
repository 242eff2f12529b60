// What goes to one client: its replies, within bounds when it does not read them, and the goodbye. Hot.
// Invariants: beyond --client-buffer no further command of the client is taken, and beyond --client-output-max it is cut
// off; its last replies reach it, also when it is closed with commands unread.
import type { Socket } from 'node:net';
import { HELD } from './held.ts';
import type { Session } from './session.ts';
import { Connection } from './upstream/connection.ts';
import type { Source } from './upstream/source.ts';

/** A client that we have said goodbye to may take so long to close. */
const LINGER_MS = 1000;

export class ClientOutput {
  /** We have said goodbye; what still comes is forgotten. */
  lingering = false;
  readonly #session: Session;
  readonly #socket: Socket;
  /** Held back on behalf of this client, which does not read its one large reply. */
  #stalled: Connection | undefined;

  constructor(session: Session, socket: Socket) {
    this.#session = session;
    this.#socket = socket;
  }

  /** Replies that the client has not read, or that wait for their turn. */
  get bufferedBytes(): number {
    return this.#socket.writableLength + this.#session.order.parkedBytes;
  }

  write(bytes: Buffer): void {
    const session = this.#session;
    if (session.ended || this.lingering) return;
    if (this.#socket.write(bytes)) return;
    const { clientBufferBytes, clientOutputMaxBytes } = session.context.limits;
    const held = this.bufferedBytes;
    if (held > clientBufferBytes) session.hold(HELD.output);
    if (held <= clientOutputMaxBytes) return;
    session.context.stats.slowClients++;
    session.destroy();
  }

  /**
   * In the midst of a large reply that the client does not read: no more of it, as long as nobody else waits for theirs.
   * @param own how many commands of this client are pending there
   */
  stall(source: Source, own: number): void {
    if (source instanceof Connection && source.stall(own)) this.#stalled = source;
  }

  /** The client has read everything, or is gone. */
  unstall(): void {
    this.#stalled?.unstall();
    this.#stalled = undefined;
  }

  /**
   * Were it closed with bytes unread, the kernel would reset the connection, and the client lose its last replies.
   * @param half the client has closed its side: nothing will come that could be unread
   */
  goodbye(half: boolean): void {
    if (this.lingering) return;
    this.lingering = true;
    this.#session.hold(HELD.closing);
    this.#socket.resume();
    this.#socket.end(() => {
      if (half) this.#session.destroy();
      else setTimeout(() => this.#session.destroy(), LINGER_MS).unref();
    });
  }
}
