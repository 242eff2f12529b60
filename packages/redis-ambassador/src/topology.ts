// The control plane: what every way to know the servers gives (a static list today; Sentinel and Cluster beside it), and
// the only door to ioredis: a connection to one server that reconnects by itself and answers what that server is just now.
// The data path has connections of its own.
import { Redis } from 'ioredis';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint, Login } from './upstream/dial.ts';
import type { Sighting } from './upstream/exchange.ts';

export type Topology = {
  /** Begins to look; every result goes to `report`. */
  start(report: (sighting: Sighting) => void): void;
  /** Look now: something was noticed elsewhere. */
  nudge(): void;
  stop(): void;
};

export type ControlOptions = {
  readonly login: Login | undefined;
  readonly tls: TlsOptions | undefined;
  readonly timeoutMs: number;
};

export class ControlConnection {
  readonly #redis: Redis;
  /** Why the last connect failed: what a command then throws says only that it did. */
  #error: Error | undefined;

  constructor({ host, port }: Endpoint, { login, tls, timeoutMs }: ControlOptions) {
    this.#redis = new Redis({
      host,
      port,
      protocol: 2, // a HELLO would lock out servers before Redis 6
      ...(login && { ...(login.username !== '' && { username: login.username }), password: login.password }),
      ...(tls && { tls }),
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
  }

  /** INFO, as its `key:value` rows. @throws why it could not be asked */
  async info(): Promise<ReadonlyMap<string, string>> {
    const text = await this.#redis.info().catch((error: unknown) => {
      throw this.#error ?? error;
    });
    return new Map(
      Array.from(text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm), ([, key = '', value = '']) => [key, value]),
    );
  }

  close(): void {
    this.#redis.disconnect();
  }
}
