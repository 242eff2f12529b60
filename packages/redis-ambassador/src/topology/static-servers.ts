// Finds roles by asking every server of a list, and those that the primary names, again and again: a second apart while all
// is well, a tenth of it when something is amiss or a connection has told us that something is. The first of the ways to
// know the servers; Sentinel and Cluster go beside it and report the same Sightings.
import { explain } from '@podmate/base/errors';
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';
import { ControlConnection, type ControlOptions, type Topology } from '../topology.ts';
import { decide, type Look, primaryOf, replicasOf } from './decide.ts';

export type StaticOptions = ControlOptions & {
  readonly servers: readonly Endpoint[];
  /** Also ask, and read from, the replicas that the primary names. */
  readonly discover: boolean;
  readonly intervalMs: number;
};

const URGENT_MS = 100;
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class StaticServers implements Topology {
  readonly #options: StaticOptions;
  readonly #control = new Map<string, ControlConnection>();
  #discovered: readonly Endpoint[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #stopped = false;
  #primary: string | undefined;
  #report: (sighting: Sighting) => void = () => {};

  constructor(options: StaticOptions) {
    this.#options = options;
  }

  start(report: (sighting: Sighting) => void): void {
    this.#report = report;
    void this.#look();
  }

  nudge(): void {
    if (this.#looking) this.#again = true;
    else void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const control of this.#control.values()) control.close();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = true;
    const asked = this.#endpoints();
    const looks = await Promise.all(asked.map((endpoint) => this.#ask(endpoint)));
    this.#looking = false;
    if (this.#stopped) return;
    const sighting = decide(looks, this.#primary);
    const fresh = this.#discover(looks, sighting.primary);
    if (sighting.primary) this.#primary = nameOf(sighting.primary);
    this.#report(sighting);
    const settled = sighting.primary !== undefined && !fresh && !this.#again;
    this.#again = false;
    this.#timer = setTimeout(() => void this.#look(), settled ? this.#options.intervalMs : URGENT_MS);
  }

  #endpoints(): Endpoint[] {
    const all = new Map([...this.#options.servers, ...this.#discovered].map((each) => [nameOf(each), each]));
    for (const [name, control] of this.#control) {
      if (all.has(name)) continue;
      control.close();
      this.#control.delete(name);
    }
    return [...all.values()];
  }

  async #ask(endpoint: Endpoint): Promise<Look> {
    const name = nameOf(endpoint);
    const control = this.#control.get(name) ?? new ControlConnection(endpoint, this.#options);
    this.#control.set(name, control);
    try {
      return { endpoint, info: await control.info() };
    } catch (error) {
      return { endpoint, error: explain(error) };
    }
  }

  /**
   * Takes over the primary and the replicas it names; without a primary, also those whom replicas name as theirs.
   * @returns whether there are some that were not asked yet
   */
  #discover(looks: readonly Look[], primary: Endpoint | undefined): boolean {
    if (!this.#options.discover) return false;
    const seen = looks.filter((look) => 'info' in look);
    const look = seen.find(({ endpoint }) => endpoint === primary);
    this.#discovered = look
      ? [look.endpoint, ...replicasOf(look.info)]
      : [...this.#discovered, ...seen.flatMap(({ info }) => primaryOf(info) ?? [])];
    const asked = new Set(looks.map(({ endpoint }) => nameOf(endpoint)));
    return this.#discovered.some((each) => !asked.has(nameOf(each)));
  }
}
