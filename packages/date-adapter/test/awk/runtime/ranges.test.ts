// Ranges as numbers, values and truths are what their strings are; what main input's buffer was seen to be never
// outlives its bytes.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { Machine } from '../../../src/awk/runtime/machine.ts';
import {
  advance,
  rangeEquals,
  rangeLength,
  rangeNumber,
  rangeText,
  rangeTruth,
  rangeValue,
  stage,
  writeText,
} from '../../../src/awk/runtime/ranges.ts';
import { RecordReader } from '../../../src/awk/runtime/record-reader.ts';
import { textLength } from '../../../src/awk/runtime/text-functions.ts';
import { inputValue, isTrue, toNumber, toText } from '../../../src/awk/runtime/value.ts';
import { MemoryWorld } from '../interpreter/memory-world.ts';

function newMachine(): Machine {
  return new Machine({ write: () => {}, flush: () => {}, close: () => 0 }, true);
}

const NUMBERS = [
  '0',
  '-0',
  '00',
  '7',
  '-7',
  '+7',
  '404',
  '12345678901234',
  '123456789012345678',
  '1.5',
  '.5',
];
const OTHERS = [
  '5.',
  '.',
  '-',
  '1e3',
  '1e',
  '0x1A',
  ' 12 ',
  '\t3',
  '1 2',
  '3x',
  '12.3.4',
  'inf',
  '+nan',
  'abc',
  '',
];

test.each([...NUMBERS, ...OTHERS])('%j', (text) => {
  const machine = newMachine();
  stage(machine, text);
  const { rs, re } = machine;
  const value = inputValue(text, false);
  expect(rangeText(machine, rs, re)).toBe(text);
  expect(rangeNumber(machine, rs, re)).toBe(toNumber(value));
  expect(rangeTruth(machine, rs, re)).toBe(isTrue(value));
  const found = rangeValue(machine, rs, re);
  expect(toText(found, '%.6g')).toBe(text);
  expect(typeof found === 'string').toBe(typeof value === 'string');
});

test('strings that were made once', () => {
  const machine = newMachine();
  for (let seed = 1; seed <= 5000; seed++) {
    const text = new SeededRandom(seed).text(seed % 30);
    stage(machine, text);
    expect(rangeText(machine, machine.rs, machine.re)).toBe(text);
  }
});

test('equal bytes', () => {
  const machine = newMachine();
  stage(machine, 'abcabd');
  const { rs } = machine;
  expect(rangeEquals(machine, rs, rs + 2, rs + 3, 2)).toBe(true);
  expect(rangeEquals(machine, rs, rs + 3, rs + 3, 3)).toBe(false);
  expect(rangeEquals(machine, rs, rs + 2, rs + 3, 3)).toBe(false);
});

const LINES = [
  'plain',
  'a longer line of nothing but ASCII, to fill more than a vector',
  'é',
  '検索 x',
  '',
  '\xff',
  '\xc3',
];

test('characters of main input, line by line, as the buffer is filled again and again', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const dice = new SeededRandom(seed);
    const known = dice.integer(1, LINES.length);
    const lines = Array.from({ length: 40 }, () => {
      const line = LINES[dice.integer(0, known - 1)]!;
      return line.length === 1 && line !== 'é' ? line : Buffer.from(line).toString('latin1');
    });
    const stdin = Buffer.from(lines.join('\n'), 'latin1');
    const machine = newMachine();
    const source = new MemoryWorld({ stdin, chunkBytes: dice.integer(1, 100), inPlace: dice.chance(0.5) })
      .stdin;
    machine.reader = new RecordReader(machine, source, () => {}, 64, 16);
    for (const line of lines) {
      if (!machine.next()) break;
      // Not every record is asked about.
      if (dice.chance(0.3)) continue;
      const { s, e } = machine;
      expect(rangeLength(machine, s, e), `seed ${seed}`).toBe(textLength(machine, line));
      const one = advance(machine, s, e, 1);
      expect(rangeLength(machine, s, one) + rangeLength(machine, one, e)).toBe(textLength(machine, line));
    }
  }
});

test('what is written where the reader has been is looked at anew', () => {
  const machine = newMachine();
  const source = new MemoryWorld({ stdin: 'abc\n' }).stdin;
  const reader = new RecordReader(machine, source, () => {}, 64, 16);
  machine.reader = reader;
  machine.next();
  const { s, e } = machine;
  expect(rangeLength(machine, s, e)).toBe(3);
  reader.close();
  machine.reader = undefined;
  writeText(machine, s, '\xc3\xa9a');
  expect(rangeLength(machine, s, e)).toBe(2);
});
