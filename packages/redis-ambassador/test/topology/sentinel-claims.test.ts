// Which of several Sentinels to believe.
import { expect, test } from 'vitest';
import { type Claim, judge, replicaOfEvent } from '../../src/topology/sentinel-claims.ts';

const at = (port: number): { host: string; port: number } => ({ host: 'h', port });
const claim = (port: number, epoch: number, of = 3): Claim => ({ primary: at(port), epoch, of });
const believed = (port: number, epoch: number): { primary: ReturnType<typeof at>; epoch: number } => ({
  primary: at(port),
  epoch,
});

test.each([
  { name: 'nothing known, nothing said', claims: [], before: undefined, out: undefined },
  { name: 'the first', claims: [claim(1, 0)], before: undefined, out: believed(1, 0) },
  {
    name: 'at first the newest',
    claims: [claim(1, 4), claim(1, 4), claim(2, 5)],
    before: undefined,
    out: believed(2, 5),
  },
  { name: 'a failover', claims: [claim(2, 5)], before: believed(1, 4), out: believed(2, 5) },
  {
    name: 'the others have not heard of it',
    claims: [claim(1, 4), claim(1, 4), claim(2, 5)],
    before: believed(2, 5),
    out: believed(2, 5),
  },
  { name: 'a lone one that was cut off', claims: [claim(1, 4)], before: believed(2, 5), out: believed(2, 5) },
  { name: 'nobody is there', claims: [], before: believed(2, 5), out: believed(2, 5) },
  {
    name: 'set up anew by an operator: most agree',
    claims: [claim(3, 0), claim(3, 0)],
    before: believed(2, 5),
    out: believed(3, 0),
  },
  {
    name: 'set up anew before there was any failover',
    claims: [claim(3, 0), claim(3, 0), claim(1, 0)],
    before: believed(1, 0),
    out: believed(1, 0),
  },
  {
    name: 'the only Sentinel there is, set up anew',
    claims: [claim(3, 0, 1)],
    before: believed(2, 5),
    out: believed(3, 0),
  },
])('$name', ({ claims, before, out }) => {
  expect(judge(claims, before)).toEqual(out);
});

test.each([
  ['slave 10.0.0.2:6379 10.0.0.2 6379 @ mine 10.0.0.1 6379', { host: '10.0.0.2', port: 6379 }],
  ['slave [::2]:6379 ::2 6379 @ mine ::1 6379', { host: '::2', port: 6379 }],
  ['slave 10.0.0.2:6379 10.0.0.2 6379 @ other 10.0.0.1 6379', undefined],
  ['master mine 10.0.0.1 6379', undefined],
  ['', undefined],
])('the replica in the event "%s"', (message, out) => {
  expect(replicaOfEvent(message, 'mine')).toEqual(out);
});
