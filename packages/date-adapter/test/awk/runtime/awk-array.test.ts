// Arrays of the compiled program against a Map, by random operations through all three ways in; and the lazy pieces
// of split.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { AwkArray } from '../../../src/awk/runtime/awk-array.ts';

const KEYS = [
  '',
  '0',
  '1',
  '2',
  '007',
  '12',
  '-1',
  '1.5',
  'a',
  'abc',
  '999999999',
  '1000000000',
  '\xe9',
  '70',
  '300',
];

function keyOf(dice: SeededRandom): string {
  return dice.integer(0, 2) === 0 ? KEYS[dice.integer(0, KEYS.length - 1)]! : String(dice.integer(0, 400));
}

/** The entry of a key, by one of the ways that fit it. */
function entryOf(array: AwkArray, key: string, dice: SeededRandom, make: boolean): number {
  const bytes = Buffer.from(`..${key}..`, 'latin1');
  const isInteger = /^(?:0|[1-9]\d{0,8})$/.test(key);
  switch (dice.integer(0, isInteger ? 2 : 1)) {
    case 0:
      return make ? array.entryText(key) : array.findText(key);
    case 1:
      return make ? array.entryRange(bytes, 2, 2 + key.length) : array.findRange(bytes, 2, 2 + key.length);
    default:
      return make ? array.entryInteger(Number(key)) : array.findInteger(Number(key));
  }
}

test('random operations', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const dice = new SeededRandom(seed);
    const array = new AwkArray();
    const model = new Map<string, number>();
    const found: unknown[] = [];
    const wanted: unknown[] = [];
    for (let turn = 0; turn < 1500; turn++) {
      const key = keyOf(dice);
      const what = dice.integer(0, 20);
      if (what < 10) {
        array.set(entryOf(array, key, dice, true), turn);
        model.set(key, turn);
      } else if (what < 15) {
        const entry = entryOf(array, key, dice, false);
        found.push(entry === -1 ? undefined : array.get(entry));
        wanted.push(model.get(key));
      } else if (what < 20 || dice.integer(0, 20) > 0) {
        array.delete(entryOf(array, key, dice, false));
        model.delete(key);
      } else {
        array.clear();
        model.clear();
      }
      found.push(array.size);
      wanted.push(model.size);
    }
    expect(found).toEqual(wanted);
    expect(array.keys()).toEqual([...model.keys()]);
  }
});

test('a queue of integers does not grow', () => {
  const array = new AwkArray();
  for (let turn = 0; turn < 300_000; turn++) {
    array.set(array.entryInteger(turn), turn);
    if (turn >= 10) array.delete(array.findInteger(turn - 10));
  }
  expect(array.keys()).toEqual(Array.from({ length: 10 }, (_, index) => String(299_990 + index)));
});

const bytes = Buffer.from('..Jan/12/x');

function pieces(): AwkArray {
  const array = new AwkArray();
  array.setPieces(bytes, 2, bytes.length, Int32Array.of(2, 5, 6, 8, 9, 10), 0, 3, false);
  return array;
}

test.each([
  {
    name: 'values',
    in: (array: AwkArray) => [1, 2, 3].map((key) => array.get(array.findInteger(key))),
    out: ['Jan', 12, 'x'],
  },
  { name: 'keys', in: (array: AwkArray) => array.keys(), out: ['1', '2', '3'] },
  {
    name: 'what is not there',
    in: (array: AwkArray) => [array.findInteger(4), array.findText('a'), array.findInteger(0)],
    out: [-1, -1, -1],
  },
  {
    name: 'a new element leaves the others',
    in: (array: AwkArray) => {
      array.set(array.entryText('k'), 7);
      return [array.size, array.get(array.findText('2')), array.get(array.findText('k'))];
    },
    out: [4, 12, 7],
  },
  {
    name: 'an entry keeps its number when it is set',
    in: (array: AwkArray) => {
      const entry = array.entryInteger(2);
      array.set(entry, 'new');
      return [array.get(array.findText('2')), array.get(array.findText('1'))];
    },
    out: ['new', 'Jan'],
  },
  {
    name: 'deleted',
    in: (array: AwkArray) => {
      array.delete(array.findInteger(1));
      return array.keys();
    },
    out: ['2', '3'],
  },
])('pieces: $name', ({ in: use, out }) => expect(use(pieces())).toEqual(out));
