// Finds the shards of a cluster: asks every node that is known for CLUSTER NODES and INFO, again and again: a second apart
// while all is well, a tenth of it when something is amiss, slots are on the move, or a redirect has told us that something
// changed. Begins with the nodes of the settings, and asks them again when no other can be reached.
import { explain } from '@podmate/base/errors';
import { ControlConnection, type ControlOptions } from '../topology.ts';
import type { Endpoint } from '../upstream/dial.ts';
import { type ClusterLook, type ClusterSighting, combine, endpointOf, readNodes } from './cluster-view.ts';

export type ClusterNodesOptions = ControlOptions & {
  /** Some nodes of the cluster. */
  readonly seeds: readonly Endpoint[];
  readonly intervalMs: number;
};

const URGENT_MS = 100;
const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`;

export class ClusterNodes {
  readonly #options: ClusterNodesOptions;
  readonly #control = new Map<string, ControlConnection>();
  #known: readonly Endpoint[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #stopped = false;
  #complete = false;
  #report: (sighting: ClusterSighting) => void = () => {};

  constructor(options: ClusterNodesOptions) {
    this.#options = options;
  }

  start(report: (sighting: ClusterSighting) => void): void {
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
    const sighting = combine(looks, this.#byName);
    const fresh = this.#learn(looks);
    // The first picture is only shown when it is whole.
    this.#complete ||= !fresh;
    if (this.#complete) this.#report(sighting);
    const amiss = sighting.complaints.length > 0 || sighting.moving || fresh || this.#again;
    this.#again = false;
    this.#timer = setTimeout(() => void this.#look(), amiss ? URGENT_MS : this.#options.intervalMs);
  }

  /** Certificates are for names. */
  get #byName(): boolean {
    return this.#options.reach.tls !== undefined;
  }

  #endpoints(): Endpoint[] {
    const { seeds } = this.#options;
    const wanted = this.#known.length > 0 ? this.#known : seeds;
    const all = new Map(wanted.map((each) => [nameOf(each), each]));
    for (const [name, control] of this.#control) {
      if (all.has(name)) continue;
      control.close();
      this.#control.delete(name);
    }
    return [...all.values()];
  }

  async #ask(endpoint: Endpoint): Promise<ClusterLook> {
    const name = nameOf(endpoint);
    const control = this.#control.get(name) ?? new ControlConnection(endpoint, this.#options);
    this.#control.set(name, control);
    try {
      const [nodes, info] = await Promise.all([control.clusterNodes(), control.info()]);
      return { endpoint, nodes: this.#placed(readNodes(nodes), endpoint), info };
    } catch (error) {
      return { endpoint, error: explain(error) };
    }
  }

  /** A node that does not know its own address yet is where we reached it. */
  #placed(nodes: ReturnType<typeof readNodes>, endpoint: Endpoint): ReturnType<typeof readNodes> {
    return nodes.map((node) => (node.endpoint.host === '' && node.myself ? { ...node, endpoint } : node));
  }

  /** Takes over which nodes there are. @returns whether there are some that were not asked yet */
  #learn(looks: readonly ClusterLook[]): boolean {
    const nodes = looks.flatMap((look) => ('nodes' in look ? look.nodes : []));
    const gone = new Set(nodes.filter((node) => node.gone).map(({ id }) => id));
    const there = nodes.filter(({ id, endpoint }) => !gone.has(id) && endpoint.host !== '');
    const known = new Map(
      there.map((node) => endpointOf(node, this.#byName)).map((each) => [nameOf(each), each]),
    );
    this.#known = [...known.values()];
    const asked = new Set(looks.map(({ endpoint }) => nameOf(endpoint)));
    return this.#known.some((each) => !asked.has(nameOf(each)));
  }
}
