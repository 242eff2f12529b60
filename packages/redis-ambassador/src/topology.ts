// The control plane: what every way to know the servers gives (a static list today; Sentinel and Cluster beside it), and
// the only door to ioredis: a connection to one server that reconnects by itself and answers what that server is just now.
// The data path has connections of its own.
import { Redis, type RedisOptions } from 'ioredis';
import type { Endpoint, Reach } from './upstream/dial.ts';
import type { Sighting } from './upstream/exchange.ts';

export type Topology = {
  /** Begins to look; every result goes to `report`. */
  start(report: (sighting: Sighting) => void): void;
  /** Look now: something was noticed elsewhere. */
  nudge(): void;
  stop(): void;
};

export type ControlOptions = {
  /** Asked for at each connect, as login and TLS material may be renewed. */
  readonly reach: Reach;
  readonly timeoutMs: number;
};

export class ControlConnection {
  readonly #redis: Redis;
  /** Why the last connect failed: what a command then throws says only that it did. */
  #error: Error | undefined;

  constructor({ host, port }: Endpoint, { reach, timeoutMs }: ControlOptions) {
    this.#redis = new Redis({
      host,
      port,
      protocol: 2, // a HELLO would lock out servers before Redis 6
      ...shown(reach),
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 100,
      enableReadyCheck: false, // a server that is loading shall tell us so itself
      connectionName: 'redis-ambassador-control',
      lazyConnect: true,
    });
    this.#redis.on('error', (error) => (this.#error = error));
    this.#redis.on('ready', () => (this.#error = undefined));
    this.#redis.on('close', () => Object.assign(this.#redis.options, shown(reach)));
  }

  /** INFO, as its `key:value` rows. @throws why it could not be asked */
  async info(): Promise<ReadonlyMap<string, string>> {
    const text = await this.#redis.info().catch((error: unknown) => {
      const why = this.#error ?? error;
      // ioredis stays connected after a refused login; with another password the next look may succeed.
      if (why instanceof Error && /^(WRONGPASS|NOAUTH|ERR invalid password)/.test(why.message))
        this.#redis.disconnect(true);
      throw why;
    });
    return new Map(
      Array.from(text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm), ([, key = '', value = '']) => [key, value]),
    );
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** What ioredis reads of its options at each connect. */
function shown({ login, tls }: Reach): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(login && { ...(login.username !== '' && { username: login.username }), password: login.password }),
    ...(tls && { tls: tls.options }),
  };
}
