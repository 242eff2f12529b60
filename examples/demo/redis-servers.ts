// The Redis of the demo: a primary, two replicas and three Sentinels, real ones, from Debian's package. The primary can be
// killed; it comes back some seconds later, as a replica of the one that took its place.

import { setTimeout as sleep } from 'node:timers/promises';
import { Sentinels } from '@podmate/testkit/redis-sentinel';
import { RedisServer, startReplicated } from '@podmate/testkit/redis-server';

const DOWN_FOR_MS = 3000;

/** How often a server has carried out the application's two commands. */
export type Share = { readonly address: string; readonly writes: number; readonly reads: number };

export class RedisServers {
  readonly sentinels: Sentinels;
  readonly #servers: RedisServer[];
  #isEnding = false;
  #revival = Promise.resolve();

  private constructor(servers: RedisServer[], sentinels: Sentinels) {
    this.#servers = servers;
    this.sentinels = sentinels;
  }

  /** @throws when there is no redis-server */
  static async start(): Promise<RedisServers> {
    const { primary, replicas } = await startReplicated(2);
    try {
      return new RedisServers([primary, ...replicas], await Sentinels.start(primary, replicas));
    } catch (error) {
      await Promise.all([primary, ...replicas].map((server) => server.stop()));
      throw error;
    }
  }

  /** Kills who is primary; its address. It comes back of itself. */
  async killPrimary(): Promise<string> {
    const address = await this.sentinels.primary();
    const index = this.#servers.findIndex((server) => server.address === address);
    const killed = this.#servers[index];
    if (!killed?.running) return address;
    await killed.stop('SIGKILL');
    this.#revival = sleep(DOWN_FOR_MS).then(async () => {
      if (!this.#isEnding) this.#servers[index] = await RedisServer.start({ port: killed.port });
    });
    return address;
  }

  /** Since each server's start; none of those that are down. */
  async shares(): Promise<Share[]> {
    const shares = await Promise.allSettled(
      this.#servers.map(async (server) => {
        const [writes, reads] = [await server.calls('incr'), await server.calls('get')];
        return { address: server.address, writes, reads };
      }),
    );
    return shares.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#revival;
    await Promise.all([this.sentinels.stop(), ...this.#servers.map((server) => server.stop())]);
  }

  abort(): void {
    for (const server of [...this.#servers, ...this.sentinels.all]) server.signal('SIGKILL');
  }
}
