// Characters of text: code points, whatever JavaScript's units; order as bytes have it.
import { describe, expect, test } from 'vitest';
import { textCodec } from '../../../src/awk/interpreter/bytes.ts';
import {
  characterCount,
  characterOffset,
  characterSlice,
  compareText,
  joinText,
  mapCase,
} from '../../../src/awk/interpreter/characters.ts';

const codec = textCodec(true);
const renew = (text: string): string => codec.decode(codec.encode(text));

test.each([
  ['', 0],
  ['abc', 3],
  ['é😀x', 3],
  ['\udcff\udce9', 2],
])('%j has %d characters', (text, count) => expect(characterCount(text)).toBe(count));

test.each([
  ['abcdef', 1, 3, 'bc'],
  ['a😀b😀', 1, 3, '😀b'],
  ['a😀', 1, 99, '😀'],
  ['a😀', 5, 9, ''],
  ['\udcff😀\udcfe', 0, 2, '\udcff😀'],
])('characters of %j from %d to %d are %j', (text, from, to, out) => {
  expect(characterSlice(text, from, to)).toBe(out);
});

test('the place of a unit', () => {
  expect(characterOffset('😀😀b', 4)).toBe(2);
  expect(characterOffset('abc', 2)).toBe(2);
});

describe('the order is that of the bytes', () => {
  const texts = [
    '',
    'a',
    'ab',
    'B',
    'é',
    '\u{ffff}',
    '😀',
    '\ue000',
    '\udc80',
    '\udcc3',
    '\udcff',
    'a\udcff',
    'a😀',
  ];
  test.each(texts.flatMap((left) => texts.map((right) => [left, right] as const)))(
    '%j and %j',
    (left, right) => {
      const bytewise = Buffer.compare(Buffer.from(codec.encode(left)), Buffer.from(codec.encode(right)));
      expect(Math.sign(compareText(left, right))).toBe(Math.sign(bytewise));
    },
  );
});

test('bytes that make a character are renewed, others stay', () => {
  expect(joinText('a\udcc3', '\udca9b', renew)).toBe('aéb');
  expect(joinText('a\udcc3', 'b', renew)).toBe('a\udcc3b');
  expect(joinText('\ud83d\udc80', '\udca9', renew)).toBe('\ud83d\udc80\udca9');
  expect(joinText('', '\udca9', renew)).toBe('\udca9');
});

test.each([
  ['aé😀ß', true, 'AÉ😀ß'],
  ['İSTANBUL ÀΣ', false, 'İstanbul àσ'],
  ['\udcff', true, '\udcff'],
])('case of %j', (text, upper, out) => expect(mapCase(text, upper)).toBe(out));
