// The control plane: what every way to know the servers gives (a list, two DNS names, Sentinel, Cluster), and the only door
// to ioredis: connections to one server or one Sentinel that come back by themselves and answer what it knows just now.
// Invariant: a question is answered, or fails, within the timeout, also when the other side is silent: such a connection is
// given up, as packets lost in a cut network would be sent again only minutes later. The data path has its own connections.
import { Redis, type RedisOptions } from 'ioredis';
import type { Endpoint, Reach } from './upstream/dial.ts';
import type { Sighting } from './upstream/exchange.ts';

export type Topology = {
  /** Begins to look; every result goes to `report`. */
  start(report: (sighting: Sighting) => void): void;
  /** Look now: something was noticed elsewhere, perhaps of the server `doubted`, whose last word no longer counts. */
  nudge(doubted?: string): void;
  stop(): void;
};

export type ControlOptions = {
  /** Asked for at each connect, as login and TLS material may be renewed. */
  readonly reach: Reach;
  readonly timeoutMs: number;
};

/** A promoted server closes its connections and takes new ones at once. */
const FIRST_RETRY_MS = 20;

/** How both kinds of connections behave; a HELLO would lock out servers before Redis 6. */
function connection(
  { host, port, serverName }: Endpoint,
  { reach, timeoutMs }: ControlOptions,
  retryMs: number,
): Redis {
  return new Redis({
    host,
    port,
    protocol: 2,
    ...shown(reach, serverName),
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(FIRST_RETRY_MS * times, retryMs),
    enableReadyCheck: false, // a server that is loading shall tell us so itself
    autoResubscribe: false,
    connectionName: 'redis-ambassador-control',
    lazyConnect: true,
  });
}

export class ControlConnection {
  readonly #redis: Redis;
  /** Why the last connect failed: what a command then throws says only that it did. */
  #error: Error | undefined;

  constructor(endpoint: Endpoint, options: ControlOptions) {
    this.#redis = connection(endpoint, options, 100);
    this.#redis.on('error', (error) => (this.#error = error));
    this.#redis.on('ready', () => (this.#error = undefined));
    this.#redis.on('close', () =>
      Object.assign(this.#redis.options, shown(options.reach, endpoint.serverName)),
    );
  }

  /** INFO, as its `key:value` rows. @throws why it could not be asked */
  async info(): Promise<ReadonlyMap<string, string>> {
    const text = await this.#redis.info().catch((error: unknown) => {
      const why = this.#error ?? plainly(error);
      // ioredis stays connected after a refused login; with another password the next look may succeed.
      if (why instanceof Error && /^(WRONGPASS|NOAUTH|ERR invalid password)/.test(why.message))
        this.#redis.disconnect(true);
      throw why;
    });
    return new Map(
      Array.from(text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm), ([, key = '', value = '']) => [key, value]),
    );
  }

  /** CLUSTER NODES, as it is. @throws why it could not be asked, or that the server is no cluster's */
  async clusterNodes(): Promise<string> {
    const text = await this.#redis.call('CLUSTER', 'NODES').catch((error: unknown) => {
      throw this.#error ?? plainly(error);
    });
    return String(text);
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** What one Sentinel knows, as it said it. */
export type SentinelAnswer = {
  /** Its own id; the same Sentinel may be reached at two addresses. Undefined before Redis 6.2. */
  readonly id: string | undefined;
  /** Host and port that it gives to those who ask for the primary: in a failover, before its other answers say so. */
  readonly address: readonly [host: string, port: string];
  readonly primary: ReadonlyMap<string, string>;
  readonly replicas: readonly ReadonlyMap<string, string>[];
  readonly sentinels: readonly ReadonlyMap<string, string>[];
};

/** A Sentinel that was asked about a primary it does not know. */
export class UnknownPrimary extends Error {}

export class SentinelConnection {
  readonly #redis: Redis;
  readonly #events: Redis;
  readonly #name: string;
  #error: Error | undefined;

  /** `heard` gets every event of this Sentinel, `+sdown` and what follows; `ready` says that we listen to them. */
  constructor(
    endpoint: Endpoint,
    options: ControlOptions & { readonly name: string },
    heard: (event: string, message: string) => void,
    ready: () => void,
  ) {
    this.#name = options.name;
    this.#redis = connection(endpoint, options, 500);
    this.#events = connection(endpoint, options, 500);
    this.#redis.on('error', (error) => (this.#error = error));
    this.#redis.on('ready', () => (this.#error = undefined));
    this.#events.on('error', () => {}); // the other connection tells
    this.#events.on('pmessage', (_pattern: string, event: string, message: string) => heard(event, message));
    this.#events.on('ready', () => {
      this.#events.psubscribe('*').then(ready, () => this.#events.disconnect(true));
    });
    this.#events.connect().catch(() => {}); // it is tried again
  }

  /** @throws UnknownPrimary, or why it could not be asked; then its events are listened to anew */
  async ask(): Promise<SentinelAnswer> {
    try {
      const [id, primary, address, ...rows] = await Promise.all([
        this.#redis.call('SENTINEL', 'MYID').catch(() => undefined),
        // The address after the epoch: if it changes in between, a new address seems old, never an old one new.
        ...['MASTER', 'GET-MASTER-ADDR-BY-NAME', 'REPLICAS', 'SENTINELS'].map((what) =>
          this.#redis.call('SENTINEL', what, this.#name),
        ),
      ]);
      const [replicas, sentinels] = rows;
      const [host, port] = texts(address);
      if (host === undefined || port === undefined) throw new Error('it gives no address for the primary');
      return {
        id: typeof id === 'string' ? id : undefined,
        address: [host, port],
        primary: row(primary),
        replicas: rowsOf(replicas),
        sentinels: rowsOf(sentinels),
      };
    } catch (error) {
      if (error instanceof Error && error.message.includes('No such master'))
        throw new UnknownPrimary(`it knows no primary called ${this.#name}`);
      if (this.#error === undefined && error instanceof Error && error.message.includes('timed out'))
        this.#events.disconnect(true);
      throw this.#error ?? plainly(error);
    }
  }

  close(): void {
    this.#redis.disconnect();
    this.#events.disconnect();
  }
}

/** ioredis tells of its options where a connection was closed, or a new one is not there yet. */
function plainly(error: unknown): unknown {
  const told = error instanceof Error && error.name === 'MaxRetriesPerRequestError';
  return told ? new Error('the connection was closed') : error;
}

const texts = (reply: unknown): string[] =>
  Array.isArray(reply) ? reply.filter((each) => typeof each === 'string') : [];

/** Alternating keys and values. */
function row(reply: unknown): ReadonlyMap<string, string> {
  const cells = texts(reply);
  const pairs = cells.flatMap((key, index): [string, string][] =>
    index % 2 === 0 ? [[key, cells[index + 1] ?? '']] : [],
  );
  return new Map(pairs);
}

const rowsOf = (reply: unknown): ReadonlyMap<string, string>[] =>
  Array.isArray(reply) ? reply.map((each: unknown) => row(each)) : [];
/** What ioredis reads of its options at each connect. */
function shown(
  { login, tls }: Reach,
  serverName: string | undefined,
): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(login && { ...(login.username !== '' && { username: login.username }), password: login.password }),
    ...(tls && { tls: { ...(serverName !== undefined && { servername: serverName }), ...tls.options } }),
  };
}
