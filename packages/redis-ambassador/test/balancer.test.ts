// The balancer: turns, load and delay, and whoever is not usable is passed over.
import { expect, test } from 'vitest';
import { type Candidate, pick } from '../src/balancer.ts';

const server = (outstanding: number, latencyMs = 1, usable = true): Candidate => ({
  outstanding,
  latencyMs,
  usable,
  near: false,
  clean: 0,
});
const near = (of: Candidate): Candidate => ({ ...of, near: true });
const clean = (epoch: number): Candidate => ({ ...server(0), clean: epoch });
const down = server(0, 0, false);

test.each([
  { name: 'nobody', of: [], balance: 'round-robin', turn: 0, out: -1 },
  { name: 'nobody usable', of: [down, down], balance: 'least-outstanding', turn: 1, out: -1 },
  { name: 'its turn', of: [server(9), server(0)], balance: 'round-robin', turn: 0, out: 0 },
  { name: 'turn after turn', of: [server(9), server(0)], balance: 'round-robin', turn: 3, out: 1 },
  {
    name: 'the next when it is down',
    of: [server(0), down, server(0)],
    balance: 'round-robin',
    turn: 1,
    out: 2,
  },
  { name: 'round about', of: [server(0), down, down], balance: 'round-robin', turn: 2, out: 0 },
  {
    name: 'the idlest',
    of: [server(3), server(1), server(2)],
    balance: 'least-outstanding',
    turn: 0,
    out: 1,
  },
  {
    name: 'of equals, whose turn it is',
    of: [server(1), server(1)],
    balance: 'least-outstanding',
    turn: 1,
    out: 1,
  },
  { name: 'the nearest', of: [server(0, 5), server(0, 1)], balance: 'latency', turn: 0, out: 1 },
  { name: 'ours', of: [server(0), near(server(9))], balance: 'round-robin', turn: 0, out: 1 },
  {
    name: 'ours in turn',
    of: [near(server(0)), server(0), near(server(0))],
    balance: 'round-robin',
    turn: 1,
    out: 2,
  },
  {
    name: 'the best of ours',
    of: [near(server(5)), server(0), near(server(3))],
    balance: 'least-outstanding',
    turn: 0,
    out: 2,
  },
  { name: 'theirs when ours is down', of: [near(down), server(0)], balance: 'latency', turn: 0, out: 1 },
  {
    name: 'the one that has it',
    of: [clean(1), clean(5), clean(4)],
    balance: 'round-robin',
    turn: 2,
    needed: 5,
    out: 1,
  },
  { name: 'nobody has it', of: [clean(1), clean(2)], balance: 'round-robin', turn: 0, needed: 5, out: -1 },
  { name: 'not when it is busy', of: [server(0, 5), server(9, 1)], balance: 'latency', turn: 0, out: 0 },
] as const)('$name', (row) => {
  const { of, balance, turn, out } = row;
  expect(pick(of, balance, turn, 'needed' in row ? row.needed : 0)).toBe(out);
});
