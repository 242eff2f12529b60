import { expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

test('a set shows the last full window, or the present one where it is larger', () => {
  const bench = new Workbench();
  const at = (nowMs: number, ...members: string[]): string[] => {
    bench.ingest.nowMs = nowMs;
    bench.sets.sweep(nowMs);
    return bench.send(members.map((member) => `users:${member}|s`).join('\n')).series();
  };
  expect(at(0, 'ann', 'bob', 'ann')).toEqual(['users 2']);
  expect(at(59_000, 'cid')).toEqual(['users 3']);
  expect(at(60_000, 'ann')).toEqual(['users 3']);
  expect(at(61_000, 'bob', 'cid', 'dan')).toEqual(['users 4']);
  expect(at(120_000)).toEqual(['users 4']);
  expect(at(180_000)).toEqual(['users 0']);
});

test('a set that expired begins anew', () => {
  const bench = new Workbench(undefined, 'defaults: {ttl: 1s}');
  bench.send('users:ann|s').store.expire(5000);
  bench.sets.sweep(5000);
  bench.ingest.nowMs = 5000;
  expect(bench.send('users:bob|s').series()).toEqual(['users 1']);
});
