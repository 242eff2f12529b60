// The exchange: to whom reads go in turn.
import { expect, test } from 'vitest';
import { ExchangeCounts } from '../../src/upstream/exchange-counts.ts';
import { Exchange, type Sighting } from '../../src/upstream/exchange.ts';

function exchange(): Exchange {
  return new Exchange({
    reach: { login: undefined, tls: undefined, connectTimeoutMs: 1000 },
    readFrom: 'prefer-replica',
    balance: 'round-robin',
    zone: undefined,
    zones: new Map(),
    now: () => 0,
    failoverTimeoutMs: 1000,
    failoverQueueBytes: 1000,
    commandTimeoutMs: 1000,
    maxStalenessMs: Infinity,
    counts: new ExchangeCounts(),
    slowMs: Infinity,
    onSlow: () => {},
    report: () => {},
  });
}

const sighting: Sighting = {
  primary: { host: 'p', port: 1 },
  replicas: [1, 2, 3].map((port) => ({ host: 'r', port })),
  complaints: [],
  version: '7.0.15',
};

test('reads that no replica is fit for take no turn from those that are read at replicas', () => {
  const [of, dirty] = [exchange(), 7];
  of.see(sighting);
  for (const replica of of.replicas) replica.clean = dirty - 1;
  const read: (string | undefined)[] = [];
  for (let i = 0; i < 6; i++) {
    read.push(of.pickReader(0)?.name);
    expect(of.pickReader(dirty)).toBeUndefined();
  }
  expect(read).toEqual(['r:1', 'r:2', 'r:3', 'r:1', 'r:2', 'r:3']);
});

test('the turn of a replica that is down is not the next one’s twice', () => {
  const of = exchange();
  of.see(sighting);
  for (const replica of of.replicas) replica.clean = 0;
  of.replicas[1]!.up = false;
  const read = Array.from({ length: 4 }, () => of.pickReader(0)?.name);
  expect(read).toEqual(['r:1', 'r:3', 'r:1', 'r:3']);
});
