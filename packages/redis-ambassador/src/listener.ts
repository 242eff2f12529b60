// Takes clients in: listens on every address, bounds how many there are, and ends their sessions in the drain.
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { type Address, formatAddress, listen } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import { Intake } from './intake.ts';
import { errorReply } from './resp/reply.ts';
import type { SessionContext } from './session-context.ts';
import { Session } from './session.ts';

export class Listener {
  readonly #context: SessionContext;
  readonly #maxClients: number;
  readonly #servers: NetServer[] = [];
  readonly #intake = new Intake();
  readonly sessions = new Set<Session>();
  accepted = 0;

  constructor(context: Omit<SessionContext, 'gone'>, maxClients: number) {
    this.#context = { ...context, gone: (session) => this.#gone(session) };
    this.#maxClients = maxClients;
  }

  /** @throws SettingError naming the address that cannot be listened on */
  async start(addresses: readonly Address[]): Promise<void> {
    for (const address of addresses) {
      const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) =>
        this.#take(socket),
      );
      try {
        await listen(server, address);
      } catch (cause) {
        throw new SettingError({
          setting: '--listen',
          value: formatAddress(address),
          what: 'cannot listen',
          cause,
        });
      }
      this.#servers.push(server);
    }
  }

  /** No new clients; commands under way are answered, then each client is closed, all at the latest at the signal. */
  async drain(signal: AbortSignal): Promise<void> {
    for (const server of this.#servers) server.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied = resolve;
    signal.addEventListener('abort', () => {
      for (const session of this.sessions) session.destroy();
    });
    for (const session of this.sessions) session.close();
    if (this.sessions.size === 0) resolve();
    await promise;
  }

  #emptied: () => void = () => {};

  #take(socket: Socket): void {
    if (this.sessions.size >= this.#maxClients) {
      this.#context.stats.refusedClients++;
      socket.on('error', () => {}).end(errorReply('ERR max number of clients reached'));
      return;
    }
    const read = this.#intake.adopt(socket, (data, from, to) => session.receive(data, from, to));
    const session = new Session(++this.accepted, read, this.#context);
    this.sessions.add(session);
  }

  #gone(session: Session): void {
    this.sessions.delete(session);
    if (this.sessions.size === 0) this.#emptied();
  }
}
