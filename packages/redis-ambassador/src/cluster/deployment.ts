// A cluster as a whole, for ambassador.ts: its shards, the control plane that watches its nodes, and what is said of them.
import type { Exchange } from '../upstream/exchange.ts';
import { ClusterNodes, type ClusterNodesOptions } from '../topology/cluster-nodes.ts';
import { Shards, type ShardsOptions } from './shards.ts';

export class ClusterDeployment {
  readonly shards: Shards;
  readonly #nodes: ClusterNodes;

  constructor(shards: ShardsOptions, nodes: ClusterNodesOptions) {
    this.shards = new Shards(shards);
    this.#nodes = new ClusterNodes(nodes);
    this.shards.nudge = () => this.#nodes.nudge();
  }

  get exchanges(): Exchange[] {
    return [this.shards.nowhere, ...this.shards.all].map(({ exchange }) => exchange);
  }

  start(complain: (complaints: readonly string[]) => void): void {
    this.#nodes.start((sighting) => {
      this.shards.see(sighting);
      complain(sighting.complaints);
    });
  }

  stop(): void {
    this.#nodes.stop();
    this.shards.close();
  }

  /** Not ready before there is a shard that can be written to; a lost shard is a warning: the others go on. */
  ready(): string[] {
    const { all, complaints } = this.shards;
    return all.some(({ exchange }) => exchange.primary?.up) ? [] : ['no shard has a primary', ...complaints];
  }

  complaints(): readonly string[] {
    return this.shards.complaints;
  }
}
