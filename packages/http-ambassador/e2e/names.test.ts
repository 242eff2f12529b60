// Promise: names are followed while they change, with their TTL, SRV records and the search list, and no request is lost
// by it; a name server that fails changes nothing, and a name that is gone for good loses its addresses.
import { eventually } from '@podmate/testkit/eventually';
import { NodeBackend } from '@podmate/testkit/http-backend';
import { freePort, scrape } from '@podmate/testkit/image';
import { NameServer } from '@podmate/testkit/name-server';
import { expect, test } from 'vitest';
import { startAmbassador, startLoad } from './running.ts';

/** A backend at this address that answers with its name; all of them have one port, as behind one A record. */
const backendAt = (host: string, port: number): Promise<NodeBackend> =>
  NodeBackend.start((_request, response) => response.end(host), { host, port });

const whoAnswers = async (url: string): Promise<string> => {
  const response = await fetch(url);
  return response.ok ? response.text() : `${response.status} ${response.headers.get('x-ambassador-reason')}`;
};

test('addresses that change under load: no request is lost, and each change is seen when the TTL is over', async () => {
  await using one = await backendAt('127.0.0.2', 0);
  const { port } = one;
  await using two = await backendAt('127.0.0.3', port);
  await using three = await backendAt('127.0.0.4', port);
  await using names = await NameServer.start([
    'host-record=app.test,127.0.0.2,1',
    'host-record=app.test,127.0.0.3,1',
  ]);
  const args = `--dns-servers ${names.address} --dns-search nowhere.test,test --dns-min-refresh 200ms --dns-hold-gone 1s`;
  await using proxy = await startAmbassador(`http://app:${port}`, args.split(' '));
  const lookups = async (result: string): Promise<number> =>
    (await scrape(proxy.admin)).get(
      `http_ambassador_dns_lookups_total{upstream="http://app:${port}",result="${result}"}`,
    ) ?? 0;
  const answers = new Map<string, number>();
  const load = startLoad(3, async () => {
    const answer = await whoAnswers(proxy.url).catch(String);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  });
  await eventually(() => expect([...answers.keys()].toSorted()).toEqual(['127.0.0.2', '127.0.0.3']));
  await names.serve(['host-record=app.test,127.0.0.4,1']);
  await eventually(() => expect(answers.get('127.0.0.4')).toBeGreaterThan(0));
  // What is no longer named is no longer asked, and may go.
  await one.stop();
  await two.stop();
  await names.stop();
  await eventually(async () => expect(await lookups('failed')).toBeGreaterThan(1));
  await load.end();
  expect([...answers.keys()].toSorted()).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4']);
  expect(three.requests.length).toBe(answers.get('127.0.0.4'));

  // The server is back, and the name does not exist any more: that is believed after a while, and mended at once.
  await names.serve([]);
  expect(await whoAnswers(proxy.url)).toBe('127.0.0.4');
  await eventually(async () => expect(await whoAnswers(proxy.url)).toBe('503 no-endpoint'));
  const before = await lookups('gone');
  for (let at = 0; at < 20; at++) await whoAnswers(proxy.url);
  expect((await lookups('gone')) - before).toBeLessThan(10);
  await names.serve(['host-record=app.test,127.0.0.4,300']);
  await eventually(async () => expect(await whoAnswers(proxy.url)).toBe('127.0.0.4'));

  // However long its TTL, an address that stops working has its name looked up again.
  await using again = await backendAt('127.0.0.2', port);
  await names.serve(['host-record=app.test,127.0.0.2,300']);
  await three.stop();
  await eventually(async () => expect(await whoAnswers(proxy.url)).toBe('127.0.0.2'), { withinMs: 10_000 });
  expect(again.requests.length).toBeGreaterThan(0);
});

const service = (host: string, port: number, priority: number, weight: number): string =>
  `srv-host=_http._tcp.app.test,${host}.test,${port},${priority},${weight}`;

test('SRV: hosts and ports of the first priority by weight, of the second when the first is down', async () => {
  await using one = await backendAt('127.0.0.2', await freePort());
  await using two = await backendAt('127.0.0.3', await freePort());
  await using spare = await backendAt('127.0.0.4', await freePort());
  const hosts = [
    'host-record=one.test,127.0.0.2,1',
    'host-record=two.test,127.0.0.3,1',
    'host-record=spare.test,127.0.0.4,1',
  ];
  await using names = await NameServer.start([
    ...hosts,
    service('one', one.port, 10, 90),
    service('two', two.port, 10, 10),
    service('spare', spare.port, 20, 50),
  ]);
  const args = `--dns-servers ${names.address} --balance round-robin --eject-after 1 --eject-most 1`;
  await using proxy = await startAmbassador('http+srv://_http._tcp.app.test', args.split(' '));
  for (let at = 0; at < 20; at++) await whoAnswers(proxy.url);
  expect([one, two, spare].map(({ requests }) => requests.length)).toEqual([18, 2, 0]);
  await one.stop();
  await two.stop();
  for (let at = 0; at < 5; at++) expect(await whoAnswers(proxy.url)).toBe('127.0.0.4');
});
