// Real Sentinels for tests and benches: several redis-server --sentinel that watch one primary and know of each other and
// of the replicas from the start (their configuration says so, as they would write it themselves within seconds).
// Invariant: Sentinels that are returned agree on the primary and have a quorum.

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';
import { temporaryDirectory, type TemporaryDirectory } from './files.ts';
import { freePort } from './image.ts';
import { RedisServer } from './redis-server.ts';

export type SentinelOptions = {
  /** How many; 3 by default. */
  readonly count?: number;
  /** How many must agree that the primary is down; by default the majority. */
  readonly quorum?: number;
  /** By default `mymaster`. */
  readonly name?: string;
  /** A server silent for so long is down; 500 by default. */
  readonly downAfterMs?: number;
  /** The time within which a second failover is not tried, halved; 2000 by default. */
  readonly failoverTimeoutMs?: number;
  /** What the Redis servers ask for. */
  readonly password?: string;
  /** What the Sentinels themselves ask for. */
  readonly sentinelPassword?: string;
  /** Further lines of the configuration, `sentinel announce-hostnames yes`. */
  readonly lines?: readonly string[];
};

export class Sentinels implements AsyncDisposable {
  readonly name: string;
  readonly all: readonly RedisServer[];
  readonly #directories: readonly TemporaryDirectory[];

  private constructor(name: string, all: readonly RedisServer[], directories: readonly TemporaryDirectory[]) {
    this.name = name;
    this.all = all;
    this.#directories = directories;
  }

  /** Starts them and waits until they have a quorum. @throws when there is no redis-server */
  static async start(
    primary: RedisServer,
    replicas: readonly RedisServer[],
    options: SentinelOptions = {},
  ): Promise<Sentinels> {
    const { count = 3, name = 'mymaster', sentinelPassword } = options;
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    const directories = await Promise.all(ports.map(() => temporaryDirectory('sentinel')));
    const started = await Promise.allSettled(
      ports.map(async (port, index) => {
        const file = directories[index]?.file('sentinel.conf') ?? '';
        await writeFile(file, configuration(port, ports, primary, replicas, options));
        return RedisServer.start({
          port,
          file,
          ...(sentinelPassword !== undefined && { password: sentinelPassword }),
        });
      }),
    );
    const all = started.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const sentinels = new Sentinels(name, all, directories);
    try {
      const failed = started.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
      for (const sentinel of all)
        await eventually(async () => void (await sentinel.ask('SENTINEL', 'CKQUORUM', name)));
    } catch (error) {
      await sentinels.stop();
      throw error;
    }
    return sentinels;
  }

  /** For a client's settings. */
  get addresses(): string[] {
    return this.all.map(({ address }) => address);
  }

  /** The address that a Sentinel (by default the first that runs) takes for the primary's. */
  async primary(sentinel = this.#running()): Promise<string> {
    const info = await sentinel.ask('INFO', 'sentinel');
    const row = info.split('\r\n').find((line) => line.includes(`:name=${this.name},`));
    return /address=([^,]+)/.exec(row ?? '')?.[1] ?? '';
  }

  /** A planned failover: asked for here, done some time after. @throws while Sentinel knows of no fit replica */
  async failover(): Promise<void> {
    await eventually(async () => void (await this.#running().ask('SENTINEL', 'FAILOVER', this.name)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((sentinel) => sentinel.stop()));
    await Promise.all(this.#directories.map((directory) => directory.remove()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #running(): RedisServer {
    const sentinel = this.all.find(({ running }) => running);
    if (!sentinel) throw new Error('no Sentinel runs');
    return sentinel;
  }
}

const runId = (port: number): string => createHash('sha1').update(`sentinel ${port}`).digest('hex');

function configuration(
  port: number,
  ports: readonly number[],
  primary: RedisServer,
  replicas: readonly RedisServer[],
  options: SentinelOptions,
): string {
  const { name = 'mymaster', quorum = (ports.length >> 1) + 1, downAfterMs = 500 } = options;
  const { failoverTimeoutMs = 2000, password, sentinelPassword, lines = [] } = options;
  return [
    `port ${port}`,
    'protected-mode no',
    `sentinel myid ${runId(port)}`,
    `sentinel monitor ${name} ${primary.host} ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${name} ${password}`]),
    ...(sentinelPassword === undefined
      ? []
      : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
    ...replicas.map((replica) => `sentinel known-replica ${name} ${replica.host} ${replica.port}`),
    ...ports
      .filter((other) => other !== port)
      .map((other) => `sentinel known-sentinel ${name} 127.0.0.1 ${other} ${runId(other)}`),
    ...lines,
    '',
  ].join('\n');
}
