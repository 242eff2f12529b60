// A real Redis Cluster for tests and the demo: primaries with one replica each on free loopback ports, put together by
// `redis-cli --cluster create`. The node timeout is short, so that a failover takes about a second.
// Invariant: a cluster that is returned covers all slots, and every node knows every other's role.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findCommand } from './debian.ts';
import { eventually } from './eventually.ts';
import { freePort } from './image.ts';
import { RedisServer } from './redis-server.ts';

const run = promisify(execFile);

/** A primary is given up by the others after this long without an answer. */
const NODE_TIMEOUT_MS = 1000;

export type ClusterNode = {
  readonly server: RedisServer;
  readonly id: string;
  readonly role: 'primary' | 'replica';
  /** Of a replica: whom it follows. */
  readonly primaryId: string | undefined;
  /** As CLUSTER NODES writes them: `0-5460`, `7000`. */
  readonly slots: readonly string[];
};

export type SlotMove = {
  readonly from: ClusterNode;
  /** Moves these keys; the replica that lost them knows it, too. */
  keys(...keys: readonly string[]): Promise<void>;
  /** The slot belongs to the other one now. */
  finish(): Promise<void>;
};

export class RedisCluster implements AsyncDisposable {
  readonly servers: RedisServer[];

  private constructor(servers: RedisServer[]) {
    this.servers = servers;
  }

  /** @throws when there is no redis-server or redis-cli, or they do not become a cluster */
  static async start(primaries = 3): Promise<RedisCluster> {
    const started = await Promise.allSettled(Array.from({ length: 2 * primaries }, startNode));
    const cluster = new RedisCluster(
      started.filter((each) => each.status === 'fulfilled').map(({ value }) => value),
    );
    try {
      const failed = started.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
      const addresses = cluster.servers.map(({ address }) => address);
      await clusterCli('create', ...addresses, '--cluster-replicas', '1', '--cluster-yes');
      await cluster.untilSettled();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Every node as the first that runs sees it. */
  async nodes(): Promise<ClusterNode[]> {
    const witness = this.servers.find(({ running }) => running);
    if (!witness) throw new Error('no node of the cluster runs');
    return readNodes(await witness.ask('CLUSTER', 'NODES'), this.servers);
  }

  /** The primary that has the key's slot, and the replicas that follow it. */
  async ofKey(key: string): Promise<{ primary: ClusterNode; replicas: readonly ClusterNode[] }> {
    const slot = Number(
      (await this.servers.find(({ running }) => running)!.ask('CLUSTER', 'KEYSLOT', key)).slice(1),
    );
    const nodes = await this.nodes();
    const primary = nodes.find(({ slots }) => slots.some((range) => covers(range, slot)));
    if (!primary) throw new Error(`nobody has slot ${slot}`);
    return { primary, replicas: nodes.filter(({ primaryId }) => primaryId === primary.id) };
  }

  /** Until every running node sees all slots covered, and every replica is in sync. */
  async untilSettled(): Promise<void> {
    const running = this.servers.filter((server) => server.running);
    await eventually(async () => {
      for (const server of running) {
        const info = await server.ask('CLUSTER', 'INFO');
        if (!info.includes('cluster_state:ok')) throw new Error(`${server.address}: ${info}`);
        const nodes = readNodes(await server.ask('CLUSTER', 'NODES'), running);
        if (nodes.length < running.length) throw new Error(`${server.address} knows ${nodes.length} nodes`);
        const empty = nodes.find(({ role, slots }) => role === 'primary' && slots.length === 0);
        if (empty) throw new Error(`${server.address}: ${empty.server.address} has no role yet`);
        const replication = await server.ask('INFO', 'replication');
        if (replication.includes('master_link_status:down'))
          throw new Error(`${server.address} is not in sync`);
      }
    });
  }

  /** Moves slots from one primary to another, as an operator would. */
  async reshard(from: ClusterNode, to: ClusterNode, slots: number): Promise<void> {
    const { address } = this.servers.find(({ running }) => running)!;
    const ids = ['--cluster-from', from.id, '--cluster-to', to.id];
    await clusterCli('reshard', address, ...ids, '--cluster-slots', String(slots), '--cluster-yes');
  }

  /** Begins to move the slot of `key` to another primary, by hand: the keys follow one by one, then the slot. */
  async beginMove(key: string, to: ClusterNode): Promise<SlotMove> {
    const { primary: from, replicas } = await this.ofKey(key);
    const slot = (await from.server.ask('CLUSTER', 'KEYSLOT', key)).slice(1).trim();
    await to.server.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.server.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    const { host, port } = to.server;
    return {
      from,
      keys: async (...keys) => {
        await from.server.ask('MIGRATE', host, String(port), '', '0', '5000', 'KEYS', ...keys);
        await eventually(async () => {
          const left = await keysInSlot(from, slot);
          for (const replica of replicas)
            if ((await keysInSlot(replica, slot)) !== left)
              throw new Error(`${replica.server.address} has more keys`);
        });
      },
      finish: async () => {
        for (const { server } of [to, from]) await server.ask('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
      },
    };
  }

  /** A further primary, without slots yet. */
  async addNode(): Promise<ClusterNode> {
    const added = await startNode();
    const { address } = this.servers.find(({ running }) => running)!;
    this.servers.push(added);
    await clusterCli('add-node', added.address, address);
    return eventually(async () => {
      const node = (await this.nodes()).find(({ server }) => server === added);
      if (!node) throw new Error('the cluster does not know the new node yet');
      return node;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

const keysInSlot = ({ server }: ClusterNode, slot: string): Promise<string> =>
  server.ask('CLUSTER', 'COUNTKEYSINSLOT', slot);

async function startNode(): Promise<RedisServer> {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)];
  return RedisServer.start({ args: [...cluster, '--cluster-port', String(await freePort())] });
}

async function clusterCli(...args: readonly string[]): Promise<string> {
  const program = findCommand('redis-cli');
  if (program === undefined) throw new Error('no redis-cli here; Debian has it in the package redis-tools');
  const { stdout } = await run(program, ['--cluster', ...args], { timeout: 60_000 });
  return stdout;
}

/** CLUSTER NODES: `<id> <ip:port@bus> <flags> <primary> <ping> <pong> <epoch> <link> <slots...>` per line. */
function readNodes(text: string, servers: readonly RedisServer[]): ClusterNode[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', address = '', flags = '', primaryId, , , , , ...slots] = line.trim().split(' ');
    const server = servers.find((each) => address.startsWith(`${each.address}@`));
    if (!server || /handshake|noaddr|fail\b/.test(flags)) return [];
    const role = flags.includes('slave') ? 'replica' : 'primary';
    const following = role === 'replica' ? primaryId : undefined;
    return [{ server, id, role, primaryId: following, slots: slots.filter((slot) => !slot.startsWith('[')) }];
  });
}

function covers(range: string, slot: number): boolean {
  const [first = '', last = first] = range.split('-');
  return slot >= Number(first) && slot <= Number(last);
}
