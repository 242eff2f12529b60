// One run of the checker: an ambassador (the product, or one that is broken on purpose) before a fleet, clients at work, a
// nemesis, and the judgement of what the clients saw. All dice come from the seed; times do not, so a seed finds the same
// faults in the same order, not at the same microsecond.
import { eventually } from '@podmate/testkit/eventually';
import { freePort, imageCommand, RunningImage } from '@podmate/testkit/image';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { check } from './check.ts';
import { RawClient } from './client.ts';
import type { Fleet } from './fleet.ts';
import type { History } from './history.ts';
import type { Scope, Violation } from './key-history.ts';
import { type MishapName, Nemesis } from './nemesis.ts';
import { Workload } from './workload.ts';

export type RunOptions = {
  readonly fleet: Fleet;
  readonly seed: number;
  readonly forMs: number;
  readonly mishaps: readonly MishapName[];
  readonly consistency?: Scope;
  /** The program; the product by default. */
  readonly command?: readonly [string, ...string[]];
  readonly clients?: number;
  readonly depth?: number;
  /** Ends the run as soon as it is found. */
  readonly untilFound?: Violation['rule'];
};

export type Judgement = {
  readonly violations: readonly Violation[];
  readonly history: History;
  /** What went wrong on purpose, and what the ambassador said. */
  readonly log: string;
};

export async function run(options: RunOptions): Promise<Judgement> {
  const { fleet, seed, consistency = 'key' } = options;
  const random = new SeededRandom(seed);
  await fleet.reset();
  const port = await freePort();
  const [program, ...args] = options.command ?? imageCommand('redis-ambassador');
  await using ambassador = new RunningImage([program, ...args, ...settings(fleet, port, consistency)]);
  const seen = (): Promise<string | undefined> => primaryOf(port);
  await eventually(async () => {
    const primary = await seen().catch(() => undefined);
    if (primary === undefined) throw new Error(`no primary: ${ambassador.stderr}`);
  });
  const workload = new Workload({
    port,
    random: random.branch('workload'),
    clients: options.clients ?? 8,
    depth: options.depth ?? 16,
  });
  const nemesis = new Nemesis(fleet, random.branch('nemesis'), seen);
  const history = { operations: workload.operations, switches: nemesis.switches };
  const found = (): boolean =>
    options.untilFound !== undefined &&
    check(history, consistency).some(({ rule }) => rule === options.untilFound);
  workload.start();
  try {
    await nemesis.run(options.mishaps, options.forMs, found);
  } finally {
    await workload.stop();
  }
  const log = [`seed ${seed}`, ...nemesis.log, ambassador.stderr].join('\n');
  return { history, violations: check(history, consistency), log };
}

function settings(fleet: Fleet, port: number, consistency: Scope): string[] {
  const servers = fleet.addresses.flatMap((address) => ['--servers', address]);
  const listen = ['--listen', `127.0.0.1:${port}`];
  return [...servers, '--no-discover', ...listen, '--consistency', consistency, '--poll-interval', '100ms'];
}

/** The primary's address by AMBASSADOR STATUS; undefined while there is none. */
async function primaryOf(port: number): Promise<string | undefined> {
  const client = new RawClient(port);
  try {
    await client.connect();
    const { promise, resolve } = Promise.withResolvers<string>();
    client.send([['AMBASSADOR', 'STATUS']], [(reply) => resolve(typeof reply === 'string' ? reply : '')]);
    return /^(\S+) primary up/m.exec(await promise)?.[1];
  } finally {
    client.close();
  }
}

/** For people: the first few violations, each with what its client sent and got. */
export function tell({ violations, history, log }: Judgement): string {
  const lines = violations.slice(0, 10).map(({ rule, text, operation }) => {
    const { client, kind, key, invoked, completed } = operation;
    const time = `${invoked.toFixed(1)}..${completed.toFixed(1)} ms`;
    return `${rule}: client ${client} ${kind} ${key} at ${time}: ${text}`;
  });
  const switches = history.switches.map(({ from, to }) => `lossy: ${from.toFixed(1)}..${to.toFixed(1)} ms`);
  return [`${violations.length} violations`, ...lines, ...switches, log].join('\n');
}
