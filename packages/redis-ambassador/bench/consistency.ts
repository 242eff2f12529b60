// Does a read ever miss a write that was acknowledged before? Ten connections, as of a pool: a key is written over one and
// read over the next, together with other reads. Ours before a primary and two replicas, close by and 20 ms behind; with
// `--consistency eventual` the same load shows that it can see staleness.
//   node packages/redis-ambassador/bench/consistency.ts [--quick] [--write]
// --quick for a look, --write puts the table into the README. Exit code 1 when a read was stale, or when fewer than 95 % of
// the other reads, whose keys nobody writes, were answered by replicas.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replaceBetween } from '@podmate/base/settings-docs';
import { eventually } from '@podmate/testkit/eventually';
import { freePort, imageCommand, RunningImage } from '@podmate/testkit/image';
import { RawClient, type Reply } from '../e2e/checker/client.ts';
import { Fleet, type Member } from '../e2e/checker/fleet.ts';

const CONNECTIONS = 10;
/** Other reads that go out together with each read of what was written. */
const OTHERS = 9;
const KEYS = 1000;
const GOAL = 0.95;

type Case = { readonly consistency: 'key' | 'eventual'; readonly delayMs: number; readonly share: number };
type Result = Case & { readonly reads: number; readonly stale: number; readonly atReplicas: number };

const cases: readonly Case[] = [
  { consistency: 'key', delayMs: 0, share: 1 },
  { consistency: 'key', delayMs: 20, share: 1 },
  { consistency: 'eventual', delayMs: 20, share: 0.1 },
];

async function measure(fleet: Fleet, of: Case, reads: number): Promise<Result> {
  await fleet.reset();
  for (const { link } of fleet.replicas) link.delayMs = of.delayMs;
  const port = await freePort();
  const servers = fleet.addresses.flatMap((address) => ['--servers', address]);
  const listen = ['--listen', `127.0.0.1:${port}`, '--no-discover', '--consistency', of.consistency];
  const [program, ...first] = imageCommand('redis-ambassador');
  await using _ = new RunningImage([program, ...first, ...servers, ...listen]);
  const clients = Array.from({ length: CONNECTIONS }, () => new RawClient(port));
  for (const client of clients) await eventually(() => client.connect());
  await eventually(async () => {
    const [status = ''] = await ask(clients[0]!, [['AMBASSADOR', 'STATUS']]);
    const up = typeof status === 'string' ? status.match(/replica up/g) : [];
    if (up?.length !== fleet.replicas.length) throw new Error('not ready');
  });
  for (const { server } of fleet.members) await server.ask('CONFIG', 'RESETSTAT');
  const stale = await load(clients, reads);
  for (const client of clients) client.close();
  const atPrimary = await calls(fleet.primary);
  const total = (await Promise.all(fleet.members.map(calls))).reduce((sum, each) => sum + each, 0);
  return { ...of, reads, stale, atReplicas: 1 - atPrimary / total };
}

/** One writer for each connection; gives how many reads did not see what was written. */
async function load(clients: readonly RawClient[], reads: number): Promise<number> {
  let stale = 0;
  const one = async (writer: RawClient, id: number): Promise<void> => {
    const reader = clients[(id + 1) % clients.length]!;
    for (let n = 0; n < reads / clients.length; n++) {
      const [key, value] = [`written:${id}:${n % KEYS}`, String(n)];
      const [written] = await ask(writer, [['SET', key, value]]);
      if (written !== 'OK') throw new Error(`SET: ${JSON.stringify(written)}`);
      const others = Array.from({ length: OTHERS }, (_, i) => ['STRLEN', `other:${(n * OTHERS + i) % KEYS}`]);
      const [read] = await ask(reader, [['GET', key], ...others]);
      if (read !== value) stale++;
    }
  };
  await Promise.all(clients.map(one));
  return stale;
}

/** Sends them in one write; gives all replies. */
function ask(client: RawClient, commands: readonly (readonly string[])[]): Promise<Reply[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply[]>();
  const replies: Reply[] = [];
  const take = (reply: Reply | undefined): void => {
    if (reply === undefined) return reject(new Error('the connection ended'));
    if (replies.push(reply) === commands.length) resolve(replies);
  };
  client.send(
    commands,
    commands.map(() => take),
  );
  return promise;
}

/** How many of the other reads it answered. */
async function calls({ server }: Member): Promise<number> {
  const stats = await server.ask('INFO', 'commandstats');
  return Number(/cmdstat_strlen:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

const kept = ({ consistency, stale, atReplicas }: Result): boolean =>
  consistency === 'eventual' ? stale > 0 : stale === 0 && atReplicas >= GOAL;

function markdown(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const { consistency, delayMs, reads, stale, atReplicas } = result;
    const behind = delayMs === 0 ? 'close by' : `${delayMs} ms behind`;
    const share = `${(100 * atReplicas).toFixed(1)} %`;
    return `| \`${consistency}\` | ${behind} | ${reads.toLocaleString('en')} | ${stale.toLocaleString('en')} | ${share} |`;
  });
  const head =
    '| `--consistency` | Replicas | Reads of what was just written | Stale | Other reads at replicas |';
  return [head, '|---|---|---|---|---|', ...lines].join('\n');
}

const { quick, write } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
}).values;
if (quick && write) throw new Error('--write: the README takes a whole run only');
await using fleet = await Fleet.start();
const results: Result[] = [];
for (const each of cases) results.push(await measure(fleet, each, (quick ? 5000 : 100_000) * each.share));
const table = markdown(results);
process.stdout.write(`${table}\n`);
const readme = join(import.meta.dirname, '..', 'README.md');
if (write) writeFileSync(readme, replaceBetween(readFileSync(readme, 'utf8'), 'consistency', table));
process.exitCode = results.every(kept) ? 0 : 1;
