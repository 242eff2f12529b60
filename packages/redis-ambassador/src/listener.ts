// Takes clients in: listens on every address (TCP, TLS, unix sockets), bounds how many there are, and ends their sessions
// in the drain. Invariant: whoever is turned away is told why and does not stay, whatever it sends.
import { chmodSync } from 'node:fs';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { formatAddress, listen } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import { Intake } from './intake.ts';
import { errorReply } from './resp/reply.ts';
import type { SessionContext } from './session-context.ts';
import { Session } from './session.ts';
import type { ListenAddress } from './access-settings.ts';
import type { ClientTls } from './tls.ts';

export type ListenerOptions = {
  readonly maxClients: number;
  /** Beats of the clock after which a silent client is closed. */
  readonly idleBeats: number | undefined;
  /** Most bytes held for all clients together. */
  readonly maxBytes: number | undefined;
  /** Permissions of unix sockets. */
  readonly socketMode: number;
  /** For addresses with TLS. */
  readonly tls: ClientTls | undefined;
};

const MANY = 1000;
/** Clients that have not finished a TLS handshake, beyond those that are in. */
const IN_HANDSHAKE = 256;
/** Whoever is turned away may take so long to read why. */
const LINGER_MS = 1000;
/** A peer that vanished without a word is noticed after this and ten probes. */
const KEEP_ALIVE_MS = 60_000;

export class Listener {
  readonly #context: SessionContext;
  readonly #options: ListenerOptions;
  readonly #servers: NetServer[] = [];
  readonly #intake = new Intake();
  readonly sessions = new Set<Session>();
  accepted = 0;

  constructor(context: Omit<SessionContext, 'gone' | 'sessions' | 'session'>, options: ListenerOptions) {
    this.#context = {
      ...context,
      sessions: () => this.sessions.values(),
      session: (id) => this.sessions.values().find((session) => session.id === id),
      gone: (session) => this.#gone(session),
    };
    this.#options = options;
  }

  /** @throws SettingError naming the address that cannot be listened on */
  async start(addresses: readonly ListenAddress[]): Promise<void> {
    for (const where of addresses) {
      const { address } = where;
      const server = this.#server(where);
      try {
        await listen(server, address);
        if ('path' in address) chmodSync(address.path, this.#options.socketMode);
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
    const cutOff = (): void => {
      for (const session of this.sessions) session.destroy();
    };
    if (signal.aborted) cutOff();
    signal.addEventListener('abort', cutOff);
    for (const session of this.sessions) session.close();
    if (this.sessions.size === 0) resolve();
    await promise;
  }

  /** Closes who was silent too long, and whoever holds most while all together hold too much. Every beat of the clock. */
  sweep(): void {
    const { idleBeats = Infinity, maxBytes = Infinity } = this.#options;
    // With thousands of clients a look at each of them ten times a second would be felt.
    if (this.sessions.size > MANY && this.#context.clock.beat % 10 !== 0) return;
    let sum = 0;
    for (const session of this.sessions) {
      sum += session.heldBytes;
      if (session.idleBeats <= idleBeats) continue;
      this.#context.stats.idleClients++;
      session.close();
    }
    if (sum <= maxBytes) return;
    for (const session of [...this.sessions].toSorted((a, b) => b.heldBytes - a.heldBytes)) {
      sum -= session.heldBytes;
      this.#context.stats.greedyClients++;
      session.destroy();
      if (sum <= maxBytes) return;
    }
  }

  #emptied: () => void = () => {};

  #server({ secure }: ListenAddress): NetServer {
    const take = (socket: Socket): void => this.#take(socket);
    const { tls, maxClients } = this.#options;
    if (secure && tls)
      return tls.server(take, () => this.#context.stats.tlsFailures++, maxClients + IN_HANDSHAKE);
    const plain = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    };
    return createServer(plain, take);
  }

  #take(socket: Socket): void {
    if (this.sessions.size >= this.#options.maxClients) {
      this.#context.stats.refusedClients++;
      return turnAway(socket, 'ERR max number of clients reached');
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

/** What is not read would make the kernel reset the connection, and the client lose the error: it is read and forgotten. */
function turnAway(socket: Socket, why: string): void {
  socket.on('error', () => {}).resume();
  socket.end(errorReply(why));
  socket.once('end', () => socket.destroy());
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
