// A shape recognizes the replies that differ in nothing but numbers, and reads them as the values would be read.

import { expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { isText, JsonReader } from '../../src/jolokia/json-reader.ts';
import { JsonShape, MISMATCH, type Slot, SlotClaims, type SlotKind } from '../../src/jolokia/json-shape.ts';
import { flatValue } from '../../src/jolokia/json-values.ts';
import { JavaObject } from '../../src/jser/java-value.ts';

/** The shape of `"<learned>"` with one slot, and what it makes of `"<text>"`. */
function matched(kind: SlotKind, learned: string, text: string): number | undefined {
  const bytes = Buffer.from(`{"A":"${learned}"}`);
  const slot: Slot = { at: 6, end: 6 + learned.length, kind };
  const numbers = new Float64Array(1);
  const other = Buffer.from(`{"A":"${text}"}`);
  const end = new JsonShape(bytes, 0, bytes.length, [slot]).match(other, 0, numbers);
  return end === MISMATCH ? undefined : numbers[0];
}

const cases: [SlotKind, text: string, value: number | undefined][] = [
  ['integer', '0', 0],
  ['integer', '-42', -42],
  ['integer', '9007199254740991', 2 ** 53 - 1],
  ['integer', '9007199254740993', undefined], // its digits are not in the number
  ['integer', '5.0', undefined],
  ['integer', '5E3', undefined],
  ['integer', '', undefined],
  ['integer', '-', undefined],
  ['integer', 'NaN', undefined],
  ['integer', '5 ', undefined],
  ['decimal', '5.0', 5],
  ['decimal', '-0.0', -0],
  ['decimal', '0.1', 0.1],
  ['decimal', '1.0E10', 1e10],
  ['decimal', '1.7976931348623157E308', Number.MAX_VALUE],
  ['decimal', '4.9E-324', Number.MIN_VALUE],
  ['decimal', '0.30000000000000004', 0.1 + 0.2],
  ['decimal', 'NaN', Number.NaN],
  ['decimal', '-Infinity', -Infinity],
  ['decimal', '5', undefined],
  ['decimal', '5.', undefined],
  ['decimal', '5.0E', undefined],
  ['decimal', '.5', undefined],
  ['decimal', 'Nan', undefined],
  ['float', '0.1', Math.fround(0.1)],
  ['boolean', 'true', 1],
  ['boolean', 'false', 0],
  ['boolean', 'truth', undefined],
  ['address', '1f', 0],
  ['address', '', 0],
  ['address', 'x', undefined],
  ['anything', String.raw`a \"word\" \\`, 0],
];

test.each(cases)('%s: %s', (kind, text, value) => {
  expect(matched(kind, 'learned', text)).toBe(value);
});

const TYPES = [
  'long',
  'int',
  'double',
  'float',
  'boolean',
  'java.lang.String',
  'java.lang.Object',
  'java.util.List',
];
const TEXTS = [
  '0',
  '-17',
  '1234567890123',
  '5.0',
  '1.25E-7',
  'NaN',
  'true',
  'false',
  'words',
  '[a, b]',
  'Foo@1f2e',
];

/** Bytes that come near to what a slot takes. */
const NOISE: readonly number[] = Buffer.from('0123456789.-E"\\truefalsNI@ab{,:}').toJSON().data;

/** A flat answer: its bytes, and what is made of it. */
function learn(
  bytes: Buffer,
): { claims: SlotClaims; values: unknown[]; numbers: Map<number, number> } | undefined {
  const claims = new SlotClaims();
  const numbers = new Map<number, number>();
  try {
    const reader = new JsonReader(bytes);
    const node = reader.value();
    if (!(node instanceof Map) || reader.at !== bytes.length) return undefined;
    const values = [...node].map(([name, one]) => {
      const value = flatValue(name.split(' ')[1] ?? '', one, claims);
      if (!(value instanceof JavaObject)) return value;
      const [held] = value.fields;
      if (value.slot >= 0) numbers.set(value.slot, Number(held));
      return [
        value.desc.name,
        value.slot,
        value.slot >= 0 || value.desc.fields[0]?.name === 'text' ? '' : held,
      ];
    });
    return { claims, values, numbers };
  } catch {
    return undefined;
  }
}

test('what a shape takes is read with the same numbers, and as the same values otherwise', () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  let taken = 0;
  for (let round = 0; round < 3000; round++) {
    const answer = (): Record<string, string> =>
      Object.fromEntries(TYPES.map((type, i) => [`A${i} ${type}`, random.pick(TEXTS)]));
    const first = answer();
    const bytes = Buffer.from(JSON.stringify(first));
    const learned = learn(bytes);
    if (learned === undefined) throw new Error('not read');
    const second = Buffer.from(JSON.stringify({ ...first, ...(random.chance(0.5) ? answer() : {}) }));
    for (let i = random.integer(0, 3); i > 0; i--)
      second[random.integer(0, second.length - 1)] = random.pick(NOISE);
    const numbers = new Float64Array(learned.claims.slots.length);
    const end = new JsonShape(bytes, 0, bytes.length, learned.claims.slots).match(second, 0, numbers);
    if (end !== second.length) continue;
    const again = learn(second);
    if (again === undefined) continue; // a wrong escape in a text that nobody looks at: no JSON, and no matter
    taken++;
    expect({ seed, round, values: again?.values }).toEqual({ seed, round, values: learned.values });
    for (const [slot, number] of again?.numbers ?? [])
      expect({ seed, round, slot, number: numbers[slot] }).toEqual({ seed, round, slot, number });
  }
  expect(taken).toBeGreaterThan(300);
});

test('isText tells tokens from the rest', () => {
  expect([null, [], new Map(), { quoted: true, text: '', at: 0, end: 0 }].map(isText)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
