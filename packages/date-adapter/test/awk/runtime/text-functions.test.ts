// length, substr, index, match and split on ranges give what they give on strings, whatever the bytes are: ASCII, UTF-8
// or neither.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { AwkArray } from '../../../src/awk/runtime/awk-array.ts';
import { BlankSplitter, RegexSplitter } from '../../../src/awk/runtime/field-splitter.ts';
import { Machine } from '../../../src/awk/runtime/machine.ts';
import { Pattern } from '../../../src/awk/runtime/pattern.ts';
import { rangeLength, rangeText, stage } from '../../../src/awk/runtime/ranges.ts';
import {
  indexRange,
  indexText,
  matchRange,
  splitRange,
  splitText,
  substrRange,
  substrText,
  textLength,
} from '../../../src/awk/runtime/text-functions.ts';

const PIECES = ['a', 'b ', 'a long word', 'é', '😀', '検索', '\n'];
const BROKEN = ['\xff', '\xc3', '\xe2\x82', '\xed\xa0\x80', '\xc0\x80'];

function newMachine(utf8: boolean): Machine {
  return new Machine({ write: () => {}, flush: () => {}, close: () => 0 }, utf8);
}

function values(array: AwkArray): unknown[] {
  return array.keys().map((key) => array.get(array.findText(key)));
}

/** A byte string: mostly ASCII, mostly UTF-8, or with bytes that are none. */
function randomText(dice: SeededRandom): string {
  const kind = dice.integer(1, 3);
  const pieces = kind === 1 ? PIECES.slice(0, 3) : PIECES;
  const one = (): string =>
    kind === 3 && dice.chance(0.2) ? dice.pick(BROKEN) : Buffer.from(dice.pick(pieces)).toString('latin1');
  return Array.from({ length: dice.integer(0, 25) }, one).join('');
}

describe.each([{ utf8: true }, { utf8: false }])('utf8: $utf8', ({ utf8 }) => {
  function repeat(check: (machine: Machine, text: string, dice: SeededRandom) => void): void {
    const machine = newMachine(utf8);
    for (let seed = 1; seed <= 1000; seed++) {
      const dice = new SeededRandom(seed);
      const text = randomText(dice);
      stage(machine, text);
      check(machine, text, dice);
    }
  }

  test('length', () =>
    repeat((machine, text) =>
      expect(rangeLength(machine, machine.rs, machine.re)).toBe(textLength(machine, text)),
    ));

  test('substr', () =>
    repeat((machine, text, dice) => {
      const { rs, re } = machine;
      const start = dice.pick([NaN, -Infinity, Infinity, -3, 0, 1, 1.9, dice.integer(2, 60)]);
      const length = dice.pick([NaN, -1, 0, 0.5, 2.5, Infinity, dice.integer(1, 60)]);
      substrRange(machine, rs, re, start, length);
      const found = rangeText(machine, machine.rs, machine.re);
      expect(found, `${start}, ${length}`).toBe(substrText(machine, text, start, length));
    }));

  test('index', () =>
    repeat((machine, text, dice) => {
      const { rs, re } = machine;
      const wanted = Buffer.from(dice.pick(['a', 'é', '検', 'word', '😀'])).toString('latin1');
      const literal = machine.constant(Buffer.from(wanted, 'latin1'));
      expect(indexRange(machine, rs, re, literal, wanted.length)).toBe(indexText(machine, text, wanted));
    }));

  test('match', () =>
    repeat((machine, _, dice) => {
      const { rs, re } = machine;
      const source = dice.pick(['a', 'é+', 'b .', 'a|long', 'o[^ ]*', 'x*$']);
      const pattern = new Pattern(machine, Buffer.from(source), { posix: false, utf8, ignoreCase: false });
      const start = matchRange(machine, pattern, rs, re);
      const length = machine.rs;
      const [from, to] = start === 0 ? [rs, rs] : [pattern.matchStart, pattern.matchEnd];
      const before = textLength(machine, rangeText(machine, rs, from));
      const match = textLength(machine, rangeText(machine, from, to));
      expect([start, length]).toEqual(start === 0 ? [0, -1] : [before + 1, match]);
    }));

  test('split', () =>
    repeat((machine, text, dice) => {
      const { rs, re } = machine;
      const pattern = new Pattern(machine, Buffer.from('o|é|b +'), { posix: false, utf8, ignoreCase: false });
      const splitter = dice.chance(0.5) ? new BlankSplitter() : new RegexSplitter(pattern);
      const [ofRange, ofText] = [new AwkArray(), new AwkArray()];
      const found = splitRange(machine, rs, re, ofRange, splitter);
      expect(splitText(machine, text, ofText, splitter)).toBe(found);
      expect(values(ofRange)).toEqual(values(ofText));
      expect(values(ofRange)).toHaveLength(found);
    }));
});
