// What goes wrong, one thing after another, seeded: connections cut, servers stopped, killed and started empty, replication
// delayed and cut, the primary changed with and without loss. Tells the history which changes may have lost writes.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import type { SeededRandom } from '@podmate/testkit/seeded-random';
import type { Fleet, Member } from './fleet.ts';
import type { LossySwitch } from './history.ts';

export type Mishap = (nemesis: Nemesis) => Promise<void>;

export class Nemesis {
  readonly switches: LossySwitch[] = [];
  /** What was done, and when. */
  readonly log: string[] = [];
  readonly fleet: Fleet;
  readonly random: SeededRandom;
  /** The address of the primary, as the ambassador sees it. */
  readonly #seen: () => Promise<string | undefined>;
  readonly #began = performance.now();

  constructor(fleet: Fleet, random: SeededRandom, seen: () => Promise<string | undefined>) {
    this.fleet = fleet;
    this.random = random;
    this.#seen = seen;
  }

  /** One mishap after another until the time is up, or there was enough. */
  async run(
    mishaps: readonly (keyof typeof catalogue)[],
    forMs: number,
    enough: () => boolean,
  ): Promise<void> {
    const until = performance.now() + forMs;
    while (performance.now() < until && !enough()) {
      await sleep(this.random.integer(50, 400));
      if (mishaps.length === 0) continue;
      const name = this.random.pick(mishaps);
      this.log.push(`${Math.round(performance.now() - this.#began)} ms: ${name}`);
      await catalogue[name](this);
    }
  }

  replica(): Member {
    return this.random.pick(this.fleet.replicas);
  }

  /** The primary changes by `act` in a way that may lose writes; ends when the ambassador has taken note. */
  async lossy(act: () => Promise<void>): Promise<void> {
    const from = performance.now();
    const change = { from, to: Infinity };
    this.switches.push(change);
    await act();
    await this.#noticed();
    change.to = performance.now();
    await this.fleet.untilInSync();
  }

  async #noticed(): Promise<void> {
    const address = `127.0.0.1:${this.fleet.primary.front.port}`;
    await eventually(async () => {
      const seen = await this.#seen();
      if (seen !== address) throw new Error(`the ambassador's primary is ${seen}, not ${address}`);
    });
  }
}

async function stopped({ server }: Member, forMs: number): Promise<void> {
  server.signal('SIGSTOP');
  try {
    await sleep(forMs);
  } finally {
    server.signal('SIGCONT');
  }
}

const catalogue = {
  /** Commands of all clients under way are lost, those of them that were executed too. */
  'cut the primary’s connections': async ({ fleet }) => fleet.primary.front.cut(),
  'lose replies of the primary': async ({ fleet, random }) => {
    const { front } = fleet.primary;
    front.deaf = true;
    await sleep(random.integer(1, 20));
    front.cut();
    front.deaf = false;
  },
  'cut a replica’s connections': async (nemesis) => nemesis.replica().front.cut(),
  'CLIENT KILL': async ({ fleet, random }) => {
    await random.pick(fleet.members).server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  },
  'stop the primary': async ({ fleet, random }) => stopped(fleet.primary, random.integer(10, 300)),
  'stop a replica': async (nemesis) => stopped(nemesis.replica(), nemesis.random.integer(10, 300)),
  'pause writes': async ({ fleet, random }) => {
    await fleet.primary.server.ask('CLIENT', 'PAUSE', String(random.integer(10, 200)), 'WRITE');
  },
  'delay replication': async (nemesis) => {
    nemesis.replica().link.delayMs = nemesis.random.pick([0, 0, 5, 20, 50]);
  },
  'cut replication': async (nemesis) => nemesis.replica().link.cut(),
  'restart a replica': async (nemesis) => {
    await nemesis.replica().restart(true);
  },
  'hand over': async (nemesis) => {
    await nemesis.fleet.handOver(nemesis.replica());
    await nemesis.fleet.untilInSync();
  },
  'promote a replica with loss': async (nemesis) =>
    nemesis.lossy(() => nemesis.fleet.follow(nemesis.replica())),
  'kill the primary': async (nemesis) => {
    const [dead, next] = [nemesis.fleet.primary, nemesis.replica()];
    await nemesis.lossy(async () => {
      dead.server.signal('SIGKILL');
      const others = nemesis.fleet.replicas.filter((member) => member !== next);
      nemesis.fleet.primary = next;
      await next.server.ask('REPLICAOF', 'NO', 'ONE');
      for (const other of others) await other.follow(next);
      dead.link.target = next.server.port;
      await dead.restart(true);
    });
  },
  'restart the primary empty': async (nemesis) =>
    nemesis.lossy(async () => {
      await nemesis.fleet.primary.restart(false);
      await nemesis.fleet.untilInSync();
    }),
} satisfies Record<string, Mishap>;

export type MishapName = keyof typeof catalogue;
export const mishapNames: readonly string[] = Object.keys(catalogue);
export const isMishap = (name: string): name is MishapName => name in catalogue;
