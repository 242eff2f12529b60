// Several targets of one upstream, each followed for itself.
import { createLog } from '@podmate/base/log';
import { expect, test } from 'vitest';
import { type Answer, NoSuchName } from '../../src/dns/answer.ts';
import { FollowedNames, type Lookup, type Place } from '../../src/dns/followed-names.ts';
import { isServerAddress } from '../../src/dns/server-address.ts';

const log = createLog({ write: ({ length }) => length });
const bounds = { minMs: 0, maxMs: 0, holdGoneMs: 0 };

/** Names and what is answered; an Error is thrown. */
class Zone implements Lookup {
  readonly asked: string[] = [];
  readonly #records: Record<string, string[] | Error>;

  constructor(records: Record<string, string[] | Error>) {
    this.#records = records;
  }

  async resolve({ host, port }: { host: string; port: number }): Promise<Answer> {
    this.asked.push(host);
    const record = this.#records[host] ?? new NoSuchName(host);
    if (record instanceof Error) throw record;
    const found = record.map((address) => ({ host: address, port, priority: 0, weight: 0 }));
    return { found, ttlMs: 0 };
  }

  put(host: string, record: string[] | Error): void {
    this.#records[host] = record;
  }
}

const follow = (lookup: Lookup, places: Place[]): FollowedNames =>
  new FollowedNames(places, bounds, 'app', { lookup, log, random: () => 0 });

const hosts = (names: FollowedNames): string[] =>
  names.addresses.map(({ address }) => ('host' in address ? address.host : address.path));

test('addresses and sockets are there at once and never looked up', () => {
  const zone = new Zone({});
  const names = follow(zone, [{ host: '10.0.0.1', port: 1 }, { host: '::1', port: 2 }, { path: '/a' }]);
  expect(names.addresses.map(({ address }) => address)).toEqual([
    { host: '10.0.0.1', port: 1 },
    { host: '::1', port: 2 },
    { path: '/a' },
  ]);
  expect(names.isDue(0)).toBe(false);
  expect(zone.asked).toEqual([]);
});

test('one name that fails does not hold up the others; one that is gone goes', async () => {
  const zone = new Zone({ a: ['10.0.0.1'], b: ['10.0.0.2', '10.0.0.3'] });
  const names = follow(zone, [
    { host: 'a', port: 1 },
    { host: 'b', port: 1 },
    { host: '10.0.0.9', port: 1 },
  ]);
  let changes = 0;
  const refresh = (): Promise<void> => names.refresh(performance.now(), () => changes++);
  const [first, second] = [refresh(), refresh()];
  expect(second).toBe(first);
  await first;
  expect(hosts(names)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.9']);
  zone.put('a', new Error('timed out'));
  zone.put('b', ['10.0.0.4']);
  await refresh();
  expect(hosts(names)).toEqual(['10.0.0.1', '10.0.0.4', '10.0.0.9']);
  zone.put('a', new NoSuchName('a'));
  await refresh();
  expect(hosts(names)).toEqual(['10.0.0.4', '10.0.0.9']);
  expect(names.counts).toEqual({ answered: 4, failed: 1, gone: 1 });
  expect(changes).toBe(6);
});

test('who comes after begins with what was known, and asks at once', async () => {
  const zone = new Zone({ a: ['10.0.0.1'], b: ['10.0.0.2'] });
  const places = [
    { host: 'a', port: 1 },
    { host: 'b', port: 1 },
  ];
  const former = follow(zone, places);
  await former.refresh(performance.now(), () => {});
  zone.put('a', new Error('timed out'));
  const ground = { lookup: zone, log, random: () => 0 };
  const next = new FollowedNames(
    [...places.slice(0, 1), { host: 'b', port: 2 }],
    bounds,
    'app',
    ground,
    former,
  );
  expect(hosts(next)).toEqual(['10.0.0.1']);
  expect(next.isDue(performance.now())).toBe(true);
  await next.refresh(performance.now(), () => {});
  expect(hosts(next)).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a weight of 0 is a small one', async () => {
  const names = follow(new Zone({ a: ['10.0.0.1'] }), [{ host: 'a', port: 1 }]);
  await names.refresh(performance.now(), () => {});
  expect(names.addresses[0]?.weight).toBeGreaterThan(0);
});

test.each([
  { in: '10.0.0.1', out: true },
  { in: '10.0.0.1:53', out: true },
  { in: 'fd00::1', out: true },
  { in: '[fd00::1]', out: true },
  { in: '[fd00::1]:5353', out: true },
  { in: 'ns.example', out: false },
  { in: '10.0.0.1:x', out: false },
  { in: '', out: false },
])('a name server: $in: $out', ({ in: text, out }) => {
  expect(isServerAddress(text)).toBe(out);
});
