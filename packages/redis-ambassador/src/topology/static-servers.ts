// Finds roles by asking every server of a list, and those that the primary names, again and again: a second apart while all
// is well, a tenth of it when something is amiss or a connection has told us that something is. With DNS names for primary
// and replicas instead, as managed services give them, the names decide who may be which, and are looked up as often.
import type { Endpoint } from '../upstream/dial.ts';
import type { Sighting } from '../upstream/exchange.ts';
import type { ControlOptions, Topology } from '../topology.ts';
import { decide, type Look, primaryOf, replicasOf, supersededBy } from './decide.ts';
import type { NamedServers } from './named-servers.ts';
import { Watches } from './watches.ts';

export type StaticOptions = ControlOptions & {
  /** Any of them may be primary. */
  readonly servers: readonly Endpoint[];
  /** Only what the one name leads to may be primary; the others are replicas. */
  readonly named: NamedServers | undefined;
  /** Also ask, and read from, the replicas that the primary names. */
  readonly discover: boolean;
  readonly intervalMs: number;
};

const URGENT_MS = 100;
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class StaticServers implements Topology {
  readonly #options: StaticOptions;
  readonly #watches: Watches;
  #discovered: readonly Endpoint[] = [];
  #begun = false;
  #primary: string | undefined;
  readonly #superseded = new Set<string>();
  #report: (sighting: Sighting) => void = () => {};

  constructor(options: StaticOptions) {
    this.#options = options;
    this.#watches = new Watches(options, URGENT_MS, () => this.#conclude());
  }

  start(report: (sighting: Sighting) => void): void {
    this.#report = report;
    const { named } = this.#options;
    if (!named) return this.#watch();
    named.start(() => {
      this.#watch();
      if (named.endpoints.length === 0) this.#conclude();
    });
  }

  nudge(doubted?: string): void {
    this.#options.named?.nudge();
    this.#watches.nudge(doubted);
  }

  stop(): void {
    this.#options.named?.stop();
    this.#watches.close();
  }

  #watch(): void {
    const { servers, named } = this.#options;
    this.#watches.watch([...servers, ...(named?.endpoints ?? []), ...this.#discovered]);
  }

  #conclude(): void {
    // At first nobody is taken for the primary before all were heard: it might be one that was replaced.
    this.#begun ||= this.#watches.complete;
    if (!this.#begun) return;
    const { named, discover, intervalMs } = this.#options;
    const { looks } = this.#watches;
    const circumstances = { current: this.#primary, superseded: this.#superseded, appointed: named?.primary };
    const sighting = decide(looks, circumstances);
    const primary = looks.find(({ endpoint }) => endpoint === sighting.primary);
    if (primary && 'info' in primary) {
      this.#primary = nameOf(primary.endpoint);
      const before = supersededBy(primary.info);
      if (before !== undefined) this.#superseded.add(before);
    }
    const complaints = [...sighting.complaints, ...(named?.complaints ?? [])];
    this.#report({ ...sighting, complaints });
    if (discover) this.#discover(looks, primary);
    this.#watches.pace(sighting.primary ? intervalMs : Math.min(URGENT_MS, intervalMs));
  }

  /** Takes over the primary and the replicas it names; without a primary, also those whom replicas name as theirs. */
  #discover(looks: readonly Look[], primary: Look | undefined): void {
    const seen = looks.filter((look) => 'info' in look);
    this.#discovered =
      primary && 'info' in primary
        ? [primary.endpoint, ...replicasOf(primary.info)]
        : [...this.#discovered, ...seen.flatMap(({ info }) => primaryOf(info) ?? [])];
    this.#watch();
  }
}
