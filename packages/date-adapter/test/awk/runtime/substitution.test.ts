// sub and gsub on ranges against the interpreter's, for every shape of regex the kernel knows something about.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { textCodec } from '../../../src/awk/interpreter/bytes.ts';
import { Regexes } from '../../../src/awk/interpreter/regexes.ts';
import { readReplacement, substitute as model } from '../../../src/awk/interpreter/substitution.ts';
import { Machine } from '../../../src/awk/runtime/machine.ts';
import { Pattern } from '../../../src/awk/runtime/pattern.ts';
import { rangeText, stage } from '../../../src/awk/runtime/ranges.ts';
import { Replacement, substitute, substituteText } from '../../../src/awk/runtime/substitution.ts';

const OPTIONS = { posix: false, utf8: true, ignoreCase: false };
const regexes = new Regexes(textCodec(true), false);

function newMachine(): Machine {
  return new Machine({ write: () => {}, flush: () => {}, close: () => 0 }, true);
}

function made(
  machine: Machine,
  source: string,
  text: string,
): { pattern: Pattern; replacement: Replacement } {
  return {
    pattern: new Pattern(machine, Buffer.from(source), OPTIONS),
    replacement: new Replacement(latin1(text), (bytes) => machine.constant(bytes), false),
  };
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

const SOURCES = [
  'a',
  'ab',
  'é',
  '[ab]',
  '[0-9]+',
  '[^ ]+',
  'ab*',
  'a[0-9]+',
  'é[^a]*',
  'ab|abc|é1',
  '(ab|1a)',
  'a|a.*b',
  '^a',
  'b$',
  'x*',
  '(a|b)+1',
  '.',
  '[é1]',
  '[[:alpha:]]+',
  'a{2}',
  'ab|c?',
];
const REPLACEMENTS = [
  '',
  '-',
  '<&>',
  '&&',
  '\\&',
  'éé',
  'a long replacement of more than sixteen bytes & more',
];
const LETTERS = ['a', 'b', 'c', '1', ' ', 'é', '😀', 'ab', 'a1', 'ab1'];

test.each(SOURCES)('/%s/', (source) => {
  const machine = newMachine();
  for (let seed = 1; seed <= 200; seed++) {
    const dice = new SeededRandom(seed);
    const text = Array.from({ length: dice.integer(0, 40) }, () => dice.pick(LETTERS)).join('');
    const by = dice.pick(REPLACEMENTS);
    const isGlobal = dice.chance(0.6);
    const { pattern, replacement } = made(machine, source, by);
    stage(machine, latin1(text));
    const count = substitute(machine, pattern, replacement, machine.rs, machine.re, isGlobal);
    const wanted = model(regexes, regexes.compile(source), text, readReplacement(by), isGlobal ? 0 : 1);
    const result = count === 0 ? latin1(text) : rangeText(machine, machine.rs, machine.re);
    expect([count, result], `seed ${seed}`).toEqual([wanted.count, latin1(wanted.text)]);
  }
});

test('a text whose substitution outgrows its room', () => {
  const machine = newMachine();
  const { pattern, replacement } = made(machine, '(a|b)', '<&>');
  const text = 'ab'.repeat(50_000);
  const result = substituteText(machine, pattern, replacement, text, true);
  expect(result).toBe('<a><b>'.repeat(50_000));
  expect(machine.rs).toBe(100_000);
});

test('many matches of which each looks to the end take no longer than one', () => {
  const machine = newMachine();
  const { pattern, replacement } = made(machine, 'a|a.*b', '');
  // Quadratic time would be minutes.
  expect(substituteText(machine, pattern, replacement, 'a'.repeat(200_000), true)).toBe('');
});
