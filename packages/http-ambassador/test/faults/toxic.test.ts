// What each toxic does to a piece of so many bytes, with given dice.
import { expect, test } from 'vitest';
import {
  heldBy,
  mostBytes,
  parseToxic,
  slowCloseMs,
  stepsOf,
  type Toxic,
  type ToxicText,
} from '../../src/faults/toxic.ts';

function toxic(type: string, attributes: Record<string, number>): Toxic {
  const parsed = parseToxic({ type, attributes });
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const dice = (value: number) => () => value;

const steps: {
  name: string;
  toxics: Toxic[];
  bytes: number;
  ageMs?: number;
  dice?: number;
  out: [number, number][];
}[] = [
  { name: 'none', toxics: [], bytes: 10, out: [[0, 10]] },
  { name: 'latency', toxics: [toxic('latency', { latency: 100 })], bytes: 10, out: [[100, 10]] },
  {
    name: 'latency counts from when it came',
    toxics: [toxic('latency', { latency: 100 })],
    bytes: 10,
    ageMs: 70,
    out: [[30, 10]],
  },
  {
    name: 'jitter, least',
    toxics: [toxic('latency', { latency: 100, jitter: 20 })],
    bytes: 1,
    dice: 0,
    out: [[80, 1]],
  },
  {
    name: 'jitter, most',
    toxics: [toxic('latency', { latency: 100, jitter: 20 })],
    bytes: 1,
    dice: 1,
    out: [[120, 1]],
  },
  {
    name: 'bandwidth of 1 KB/s in tenths of a second',
    toxics: [toxic('bandwidth', { rate: 1 })],
    bytes: 250,
    out: [
      [100, 100],
      [100, 100],
      [50, 50],
    ],
  },
  { name: 'no bandwidth', toxics: [toxic('bandwidth', {})], bytes: 5, out: [[Infinity, 5]] },
  {
    name: 'slices, with a pause in µs',
    toxics: [toxic('slicer', { average_size: 4, delay: 500 })],
    bytes: 10,
    out: [
      [0, 4],
      [0.5, 4],
      [0.5, 2],
    ],
  },
  {
    name: 'slices vary',
    toxics: [toxic('slicer', { average_size: 4, size_variation: 2 })],
    bytes: 12,
    dice: 1,
    out: [
      [0, 6],
      [0, 6],
    ],
  },
  {
    name: 'slices have at least a byte',
    toxics: [toxic('slicer', { average_size: 1, size_variation: 5 })],
    bytes: 2,
    dice: 0,
    out: [
      [0, 1],
      [0, 1],
    ],
  },
  {
    name: 'one after the other',
    toxics: [
      toxic('latency', { latency: 50 }),
      toxic('slicer', { average_size: 1 }),
      toxic('bandwidth', { rate: 1 }),
    ],
    bytes: 2,
    out: [
      [51, 1],
      [1, 1],
    ],
  },
];

test.each(steps)('$name', ({ toxics, bytes, ageMs = 0, dice: value = 0.5, out }) => {
  expect(stepsOf(toxics, bytes, ageMs, dice(value)).map((step) => [step.waitMs, step.bytes])).toEqual(out);
});

test('ends: slow, limited, held back', () => {
  expect(slowCloseMs([toxic('slow_close', { delay: 30 }), toxic('latency', { latency: 5 })])).toBe(30);
  expect([mostBytes([]), mostBytes([toxic('limit_data', { bytes: 7 })])]).toEqual([Infinity, 7]);
  expect(heldBy([toxic('latency', {})])).toBeUndefined();
  expect(heldBy([toxic('timeout', { timeout: 5 })])).toEqual({ ms: 5, by: 'close' });
  expect(heldBy([toxic('timeout', {})])).toEqual({ ms: undefined, by: 'close' });
  expect(heldBy([toxic('reset_peer', {})])).toEqual({ ms: 0, by: 'reset' });
});

const wrong: { in: ToxicText; says: RegExp }[] = [
  { in: {}, says: /type/ },
  { in: { type: 'noise' }, says: /noise is none of/ },
  { in: { type: 'latency', stream: 'sideways' }, says: /stream/ },
  { in: { type: 'latency', toxicity: 1.1 }, says: /toxicity/ },
  { in: { type: 'latency', toxicity: NaN }, says: /toxicity/ },
  { in: { type: 'latency', attributes: { rate: 1 } }, says: /latency has no rate/ },
  { in: { type: 'latency', attributes: { latency: -1 } }, says: /below 0/ },
  { in: { type: 'abort' }, says: /status/ },
];

test.each(wrong)('refused: $in', ({ in: text, says }) => {
  expect(parseToxic(text)).toMatch(says);
});

test('a name and a stream where none is given', () => {
  expect(parseToxic({ type: 'slow_close' })).toEqual({
    name: 'slow_close_downstream',
    type: 'slow_close',
    stream: 'downstream',
    toxicity: 1,
    attributes: {},
  });
});
