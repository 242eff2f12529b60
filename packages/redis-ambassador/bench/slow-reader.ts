// Race 4: a client asks for 1 GB of replies and does not read them: what the proxy's memory grows by, whether it comes
// back, and what the other client notices.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { startReplicated } from '@podmate/testkit/redis-server';
import { type Contestant, enter, type Name } from './contestants.ts';
import type { Race } from './course.ts';
import { residentMib } from './process-account.ts';
import { atMost, median, quantile } from './race-table.ts';
import { RawClient } from './raw-client.ts';

const VALUE_BYTES = 10_000;
const ROUNDS = 3;
const GROWTH_MIB = 32;
/** How long memory may take to come back after the client has gone. */
const RETURN_MS = 10_000;

type Outcome = { readonly grownMib: number; readonly keptMib: number; readonly p99: number };

export const slowReader: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(0);
  const names: Name[] = ['redis-ambassador', 'haproxy'];
  await using contestants = await enter(names, { server: servers.primary, folder });
  const outcomes = new Map<Name, Outcome[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of contestants.field) {
      const outcome = await abuse(each, scale.unreadBytes, (scale.seconds * 500) / ROUNDS);
      outcomes.get(each.name)?.push(outcome);
      say(`slow reader: ${each.name} ${JSON.stringify(outcome)}`);
    }
  }
  const ours = middle(outcomes.get('redis-ambassador'));
  const theirs = middle(outcomes.get('haproxy'));
  const grown = `HAProxy ${theirs.grownMib.toFixed(1)}`;
  const kept = `HAProxy ${theirs.keptMib.toFixed(1)}`;
  const race = `${scale.unreadBytes / 1e9} GB of replies unread`;
  return [
    atMost(`${race}: memory grows by`, GROWTH_MIB, ours.grownMib, 'MiB', [1, grown]),
    atMost(`${race}: after its end still`, GROWTH_MIB / 2, ours.keptMib, 'MiB', [1, kept]),
    atMost(`${race}: p99 of the other client`, 1, ours.p99 / theirs.p99, '× HAProxy'),
  ];
};

/** The worst memory, the median of the times; NaN for who is absent. */
function middle(outcomes: readonly Outcome[] = []): Outcome {
  const none = outcomes.length === 0;
  return {
    grownMib: none ? NaN : Math.max(...outcomes.map(({ grownMib }) => grownMib)),
    keptMib: none ? NaN : Math.max(...outcomes.map(({ keptMib }) => keptMib)),
    p99: median(outcomes.map(({ p99 }) => p99)),
  };
}

async function abuse({ port, pid }: Contestant, bytes: number, durationMs: number): Promise<Outcome> {
  if (pid === undefined) throw new Error('no process to look at');
  using other = await RawClient.open(port);
  await other.ask('SET', 'value', 'x'.repeat(VALUE_BYTES));
  for (let n = 0; n < 3000; n++) await other.ask('GET', 'value'); // warm
  const before = residentMib(pid).now;
  const slow = connect(port, '127.0.0.1').pause();
  slow.on('error', () => {});
  slow.write('GET value\r\n'.repeat(bytes / VALUE_BYTES));
  const took: number[] = [];
  let most = before;
  for (const until = performance.now() + durationMs; performance.now() < until;) {
    const began = performance.now();
    await other.ask('GET', 'value');
    took.push(performance.now() - began);
    if (took.length % 50 === 0) most = Math.max(most, residentMib(pid).now);
    if (took.length % 50 === 0) await sleep(1); // the slow client's requests must get through, too
  }
  slow.destroy();
  const gone = performance.now() + RETURN_MS;
  await eventually(
    async () => {
      await other.ask('GET', 'value');
      const over = performance.now() >= gone || residentMib(pid).now - before <= GROWTH_MIB / 2;
      if (!over) throw new Error('memory has not come back');
    },
    { withinMs: 2 * RETURN_MS },
  );
  return { grownMib: most - before, keptMib: residentMib(pid).now - before, p99: quantile(took, 0.99) };
}
