// Two DNS names, as managed services give them: what the one leads to may be the primary, what the other leads to are
// replicas. Looked up again all the time, since a failover there is a change of DNS, and since a name for readers gives one
// of several addresses, each in its turn. Invariant: a look-up that fails changes nothing.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { explain } from '@podmate/base/errors';
import type { Endpoint } from '../upstream/dial.ts';

/** An address that a name for readers gave stays so long: with several behind it each comes up only now and then. */
const KEEP_MS = 60_000;
const URGENT_MS = 100;

/** The addresses of a name now. @throws when there are none */
type Resolve = (name: string) => Promise<readonly string[]>;
const system: Resolve = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

type Address = { readonly endpoint: Endpoint; readonly seenAt: number };

export class NamedServers {
  readonly #primary: Endpoint;
  readonly #replicas: readonly Endpoint[];
  readonly #intervalMs: number;
  readonly #resolve: Resolve;
  #primaries: readonly Endpoint[] = [];
  readonly #readers = new Map<string, Address>();
  readonly #complaints = new Map<string, string>();
  #changed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #lastAt = -Infinity;
  #stopped = false;

  constructor(
    primary: Endpoint,
    replicas: readonly Endpoint[],
    intervalMs: number,
    resolve: Resolve = system,
  ) {
    this.#resolve = resolve;
    this.#primary = primary;
    this.#replicas = replicas;
    this.#intervalMs = intervalMs;
  }

  /** Calls back after every look-up. */
  start(changed: () => void): void {
    this.#changed = changed;
    void this.#look();
  }

  nudge(): void {
    if (!this.#looking && performance.now() - this.#lastAt > URGENT_MS) void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  get endpoints(): Endpoint[] {
    return [...this.#primaries, ...[...this.#readers.values()].map(({ endpoint }) => endpoint)];
  }

  /** Who may be primary now, `host:port` each. */
  get primary(): ReadonlySet<string> {
    return new Set(this.#primaries.map(({ host, port }) => `${host}:${port}`));
  }

  get complaints(): string[] {
    return [...this.#complaints.values()];
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = true;
    this.#lastAt = performance.now();
    const [primaries, ...readers] = await Promise.all(
      [this.#primary, ...this.#replicas].map((endpoint) => this.#addresses(endpoint)),
    );
    this.#looking = false;
    if (this.#stopped) return;
    const now = performance.now();
    this.#primaries = primaries ?? this.#primaries;
    for (const endpoint of readers.flatMap((each) => each ?? []))
      this.#readers.set(`${endpoint.host}:${endpoint.port}`, { endpoint, seenAt: now });
    for (const [name, { seenAt }] of this.#readers)
      if (now - seenAt > KEEP_MS && this.#complaints.size === 0) this.#readers.delete(name);
    this.#timer = setTimeout(() => void this.#look(), this.#intervalMs);
    this.#changed();
  }

  /** @returns undefined when the name leads nowhere just now */
  async #addresses({ host, port, serverName = host }: Endpoint): Promise<Endpoint[] | undefined> {
    if (isIP(host) !== 0) return [{ host, port }];
    try {
      const found = await this.#resolve(host);
      this.#complaints.delete(host);
      return found.map((address) => ({ host: address, port, serverName }));
    } catch (error) {
      this.#complaints.set(host, explain(error));
      return undefined;
    }
  }
}
