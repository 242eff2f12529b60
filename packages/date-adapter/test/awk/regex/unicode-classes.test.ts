// Classes of characters beyond ASCII, as gawk has them in the C.UTF-8 locale; over blocks that new versions of Unicode
// leave alone, since the C library and Node have different ones.
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/awk/regex/regex.ts';
import { asciiOfClass, isClassName, rangesBeyondAscii } from '../../../src/awk/regex/unicode-classes.ts';
import { peers, whyNot } from '../../conformance/peers.ts';

const NAMES = 'alpha alnum upper lower digit xdigit space blank punct print graph cntrl'.split(' ');
const BLOCKS = [
  [0x80, 0x250], // Latin
  [0x391, 0x481], // Greek, Cyrillic
  [0x5d0, 0x5ea], // Hebrew
  [0x660, 0x66f], // Arabic digits
  [0x1e00, 0x1eff], // more Latin
  [0x2000, 0x2063], // spaces, dashes, quotes
  [0x2190, 0x21ff], // arrows
  [0x3001, 0x30ff], // Japanese
  [0x4e00, 0x4e80], // Han
  [0xac00, 0xac80], // Hangul
  [0x1f600, 0x1f64f], // faces
] as const;

const points = BLOCKS.flatMap(([low, high]) =>
  Array.from({ length: high - low + 1 }, (_, index) => low + index),
);

test('ranges are sorted, disjoint and beyond ASCII', () => {
  for (const name of NAMES) {
    expect(isClassName(name)).toBe(true);
    const ranges = rangesBeyondAscii(name);
    expect(
      ranges.every(
        (point, index) => point >= 0x80 && (index % 2 === 1 || index === 0 || point > ranges[index - 1]!),
      ),
    ).toBe(true);
    expect(ranges.every((point, index) => index % 2 === 0 || point >= ranges[index - 1]!)).toBe(true);
  }
  expect(isClassName('word')).toBe(false);
  expect(isClassName('toString')).toBe(false);
});

test('ASCII is as in the C locale', () => {
  const counts = Object.fromEntries(NAMES.map((name) => [name, asciiOfClass(name).length]));
  expect(counts).toEqual({
    alpha: 52,
    alnum: 62,
    upper: 26,
    lower: 26,
    digit: 10,
    xdigit: 22,
    space: 6,
    blank: 2,
    punct: 32,
    print: 95,
    graph: 94,
    cntrl: 33,
  });
});

const gawk = peers.find((peer) => peer.name === 'gawk')!;

describe.skipIf(whyNot(gawk) !== undefined)('gawk has the same members', () => {
  test.each(NAMES)('[:%s:]', (name) => {
    const input = points.map((point) => `${String.fromCodePoint(point)}\n`).join('');
    const env = { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] };
    const out = execFileSync('gawk', [`{ print $0 ~ /^[[:${name}:]]$/ }`], { input, env, encoding: 'utf8' });
    const regex = compileRegex(`^[[:${name}:]]$`);
    const ours = points.filter((point) => {
      const bytes = new TextEncoder().encode(String.fromCodePoint(point));
      return regex.test(bytes, 0, bytes.length);
    });
    const theirs = points.filter((_, index) => out[2 * index] === '1');
    expect(ours.map(hex)).toEqual(theirs.map(hex));
  });
});

function hex(point: number): string {
  return point.toString(16);
}
