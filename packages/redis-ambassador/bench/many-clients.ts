// Race 5: as many clients as may be (10,000): all are served, over how many connections to the servers, in how much memory.
import { temporaryDirectory } from '@podmate/testkit/files';
import { startReplicated } from '@podmate/testkit/redis-server';
import { enter } from './contestants.ts';
import type { Race } from './course.ts';
import { residentMib } from './process-account.ts';
import { atMost } from './race-table.ts';
import { RawClient } from './raw-client.ts';

/** Connected at a time; a listening socket takes 511 that wait. */
const AT_ONCE = 200;

export const manyClients: Race = async ({ scale, say }) => {
  await using folder = await temporaryDirectory('race');
  await using servers = await startReplicated(1);
  await using contestants = await enter(['redis-ambassador'], { server: servers.primary, folder });
  const [ours] = contestants.field;
  if (ours?.pid === undefined) throw new Error('nobody to race');
  const before = residentMib(ours.pid).now;
  using clients = new DisposableStack();
  const all: RawClient[] = [];
  while (all.length < scale.clients) {
    const more = await Promise.all(Array.from({ length: AT_ONCE }, () => RawClient.open(ours.port)));
    all.push(...more.map((client) => clients.use(client)));
  }
  for (let round = 0; round < 3; round++) {
    const replies = await Promise.all(all.map((client, n) => client.ask('SET', `k${n}`, `${round}`)));
    if (!replies.every((reply) => String(reply) === '+OK\r\n')) throw new Error('a client was not served');
    const read = await Promise.all(all.map((client, n) => client.ask('GET', `k${n}`)));
    if (!read.every((reply) => String(reply) === `$1\r\n${round}\r\n`))
      throw new Error('a stale or wrong reply');
  }
  const list = await Promise.all(
    [servers.primary, ...servers.replicas].map((each) => each.ask('CLIENT', 'LIST')),
  );
  const lanes = list.join('').match(/name=redis-ambassador /g)?.length ?? 0;
  const perClient = ((residentMib(ours.pid).now - before) * 1024) / all.length;
  say(`${all.length} clients: ${lanes} connections, ${perClient.toFixed(1)} KiB each`);
  const race = `${all.length} clients, each answered: connections to two servers`;
  return [
    atMost(race, 8, lanes, 'connections', [0, '']),
    { race: `${all.length} clients: memory of each`, target: '', measured: `${perClient.toFixed(1)} KiB` },
  ];
};
