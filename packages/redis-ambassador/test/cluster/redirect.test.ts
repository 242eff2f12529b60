// What nodes of a cluster say: redirects to follow, troubles to wait out, and errors that are the client's business.
import { describe, expect, test } from 'vitest';
import { readRedirect } from '../../src/cluster/redirect.ts';

const read = (line: string): ReturnType<typeof readRedirect> => {
  const data = Buffer.from(`+OK\r\n-${line}\r\n+OK\r\n`);
  return readRedirect(data, 5, 5 + line.length + 3, 'asked');
};

test.each([
  {
    name: 'a slot that is elsewhere',
    in: 'MOVED 3999 127.0.0.1:6381',
    out: { kind: 'moved', slot: 3999, to: { host: '127.0.0.1', port: 6381 } },
  },
  {
    name: 'an IPv6 address',
    in: 'MOVED 1 fd00::7:6381',
    out: { kind: 'moved', slot: 1, to: { host: 'fd00::7', port: 6381 } },
  },
  {
    name: 'a hostname',
    in: 'ASK 16383 redis-0.redis.default.svc:6379',
    out: { kind: 'ask', slot: 16_383, to: { host: 'redis-0.redis.default.svc', port: 6379 } },
  },
  {
    name: 'no host: the one that was asked',
    in: 'MOVED 7 :7001',
    out: { kind: 'moved', slot: 7, to: { host: 'asked', port: 7001 } },
  },
  {
    name: 'an unknown host (cluster-preferred-endpoint-type unknown-endpoint)',
    in: 'MOVED 7 ?:7001',
    out: { kind: 'moved', slot: 7, to: { host: 'asked', port: 7001 } },
  },
])('$name', ({ in: line, out }) => expect(read(line)).toEqual(out));

test.each([
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'later'],
  ['CLUSTERDOWN Hash slot not served', 'later'],
  ['CLUSTERDOWN The cluster is down', 'later'],
  ["READONLY You can't write against a read only replica.", 'unfit'],
  ['LOADING Redis is loading the dataset in memory', 'unfit'],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'unfit'],
])('%s', (line, kind) => expect(read(line)).toEqual({ kind, why: line }));

describe('is no redirect', () => {
  test.each([
    'ERR unknown command',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "CROSSSLOT Keys in request don't hash to the same slot",
    'MOVED',
    'MOVED x 127.0.0.1:1',
    'MOVED 1 127.0.0.1',
    'MOVEDX 1 127.0.0.1:1',
    'READONLY script says so',
  ])('%s', (line) => expect(read(line)).toBeUndefined());
});
