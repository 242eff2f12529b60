// The mean delay of a server: what it is after samples, and how it fades until the server is asked again.
import { describe, expect, test } from 'vitest';
import { expectedMs, Latency } from '../../src/upstream/latency.ts';

/** Samples as [at, took]. */
const after = (...samples: readonly (readonly [at: number, took: number])[]): Latency => {
  const latency = new Latency();
  for (const [at, took] of samples) latency.sample(took, at);
  return latency;
};

describe('measured', () => {
  test.each([
    { name: 'nothing', samples: [], out: 0 },
    { name: 'the first counts in full', samples: [[0, 20]], out: 20 },
    {
      name: 'the next a fifth',
      samples: [
        [0, 20],
        [1, 10],
      ],
      out: 18,
    },
    {
      name: 'one after half a second half',
      samples: [
        [0, 20],
        [500, 10],
      ],
      out: 15,
    },
    {
      name: 'one after ten seconds all but in full',
      samples: [
        [0, 20],
        [10_000, 10],
      ],
      out: 10,
    },
  ] as const)('$name', ({ samples, out }) => {
    expect(after(...samples).measuredMs).toBeCloseTo(out, 0);
  });
});

test('a slow server is expected to be as fast as a quick one after some seconds', () => {
  const [slow, quick] = [[{ latency: after([0, 20]) }], [{ latency: after([3500, 0.2]) }]];
  expect(expectedMs(slow, 500)).toBe(10);
  expect(expectedMs(slow, 3500)).toBeLessThan(expectedMs(quick, 3500));
});

test.each([
  { name: 'of none', connections: [], out: 0 },
  { name: 'of one that nothing was sent on', connections: [after()], out: 0 },
  { name: 'the quickest', connections: [after([5000, 8]), after([5000, 3]), after()], out: 3 },
  { name: 'not what was quick long ago', connections: [after([0, 1]), after([5000, 8])], out: 8 },
] as const)('expected: $name', ({ connections, out }) => {
  expect(
    expectedMs(
      connections.map((latency) => ({ latency })),
      5000,
    ),
  ).toBe(out);
});
