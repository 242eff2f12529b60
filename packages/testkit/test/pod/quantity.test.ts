import { expect, test } from 'vitest';
import { parseQuantity } from '../../src/pod/quantity.ts';

test.for([
  { in: '0', out: 0 },
  { in: 2, out: 2 },
  { in: 0.5, out: 0.5 },
  { in: '1.5', out: 1.5 },
  { in: '.5', out: 0.5 },
  { in: '5.', out: 5 },
  { in: '+1', out: 1 },
  { in: '-1', out: -1 },
  { in: '100m', out: 0.1 },
  { in: '1001m', out: 1.001 },
  { in: '5u', out: 0.000_005 },
  { in: '7n', out: 0.000_000_007 },
  { in: '1k', out: 1000 },
  { in: '1.1G', out: 1_100_000_000 },
  { in: '2M', out: 2_000_000 },
  { in: '1T', out: 1e12 },
  { in: '1P', out: 1e15 },
  { in: '1E', out: 1e18 },
  { in: '1E3', out: 1000 },
  { in: '12e6', out: 12_000_000 },
  { in: '1e-3', out: 0.001 },
  { in: '1Ki', out: 1024 },
  { in: '64Mi', out: 67_108_864 },
  { in: '1.5Gi', out: 1_610_612_736 },
  { in: '1Ti', out: 2 ** 40 },
  { in: '1Pi', out: 2 ** 50 },
  { in: '1Ei', out: 2 ** 60 },
])('$in is $out', ({ in: text, out }) => {
  expect(parseQuantity(text)).toBe(out);
});

test.for(['', ' 1', '1 Mi', '1K', '1ki', '1mi', '1MB', '64mb', '1e3Mi', '0x10', '.', '1,5', 'Mi', 'NaN'])(
  '%j is refused',
  (text) => {
    expect(() => parseQuantity(text)).toThrow(`${text}: not a Kubernetes quantity`);
  },
);
