// The kernel against loops in JavaScript, on random bytes at every alignment; and that it was assembled after the last
// change of its source.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { byteSet, complement, kernelSet } from '../../../src/awk/runtime/byte-set.ts';
import {
  ADVANCED,
  FOUND_LENGTH,
  instantiateKernel,
  READS_AS_ASCII,
  READS_AS_OTHER,
  READS_AS_UTF8,
  REPLACED,
  SCANNED,
  SIFTED_TO,
  SIFTED_WITH,
  SIFTED_WITHOUT,
  SOUGHT_AFTER,
  SOUGHT_END,
  SOUGHT_START,
} from '../../../src/awk/runtime/kernel.ts';
import { assembledKernel } from '../../../wasm/assemble.ts';

const kernel = instantiateKernel();
const bytes = new Uint8Array(kernel.memory.buffer);
const ints = new Int32Array(kernel.memory.buffer);
const TEXT = 4096;
const LIST = 65_536;
const OUT = 32_768;
const SET = 1024;
const NOT_SET = 1152;

/** Random bytes of an alphabet, with others around them that must not be looked at. */
function place(dice: SeededRandom, alphabet: string): { at: number; end: number; text: string } {
  const at = TEXT + dice.integer(0, 20);
  const text = Array.from(
    { length: dice.integer(0, 70) },
    () => alphabet[dice.integer(0, alphabet.length - 1)],
  ).join('');
  bytes.fill(dice.integer(0, 1) === 0 ? 32 : 97, TEXT - 32, TEXT + 200);
  bytes.set(Buffer.from(text, 'latin1'), at);
  return { at, end: at + text.length, text };
}

function pairs(count: number): string[] {
  return Array.from({ length: count }, (_, field) =>
    Buffer.from(bytes.subarray(ints[LIST / 4 + field * 2], ints[LIST / 4 + field * 2 + 1])).toString(
      'latin1',
    ),
  );
}

function repeat(check: (dice: SeededRandom) => void): void {
  for (let seed = 1; seed <= 500; seed++) check(new SeededRandom(seed));
}

test('is assembled from the source', async () => {
  const code = readFileSync(new URL('../../../src/awk/runtime/kernel-code.ts', import.meta.url), 'utf8');
  expect(code).toBe(await assembledKernel());
});

test('positions', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab\n');
    const count = kernel.positions(at, end, 10, LIST, 1000);
    const found = [...ints.subarray(LIST / 4, LIST / 4 + count)].map((position) => position - at);
    expect(found).toEqual([...text.matchAll(/\n/g)].map(({ index }) => index));
    expect(ints[SCANNED]).toBe(end);
  }));

test('blankFields', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab \t\n');
    const count = kernel.blankFields(at, end, LIST, 1000);
    expect(pairs(count)).toEqual(text.split(/[ \t\n]+/).filter((field) => field !== ''));
  }));

test('separatedFields', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab/T\xff');
    if (text === '') return;
    bytes.set(kernelSet(byteSet(Buffer.from('/T\xff', 'latin1'))), SET);
    expect(pairs(kernel.separatedFields(at, end, SET, LIST, 1000))).toEqual(text.split(/[/T\xff]/));
  }));

test('find', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'aab');
    const literal = ['b', 'aa', 'aba', 'abaab'][dice.integer(0, 3)]!;
    bytes.set(Buffer.from(literal), SET);
    const index = text.indexOf(literal);
    expect(kernel.find(at, end, SET, literal.length)).toBe(index === -1 ? -1 : at + index);
  }));

test('findLast and countByte', () =>
  repeat((dice) => {
    const { at, text } = place(dice, dice.integer(0, 1) === 0 ? 'ab\n' : 'aaaaaaaaaaaaaaaaaaaaaaaaa\n');
    for (const end of [at, at + 1, at + text.length]) {
      const within = text.slice(0, end - at);
      const last = within.lastIndexOf('\n');
      expect(kernel.findLast(at, Math.min(end, at + text.length), 10)).toBe(last === -1 ? -1 : at + last);
      expect(kernel.countByte(at, at + within.length, 10)).toBe(within.split('\n').length - 1);
    }
  }));

test('seek', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'aaaaaaaabbb\n');
    const literal = ['b', 'ab', 'bab', 'b\na'][dice.integer(0, 3)]!;
    bytes.set(Buffer.from(literal), SET);
    const hit = text.indexOf(literal);
    const stop = hit === -1 ? -1 : text.indexOf('\n', hit);
    const found = kernel.seek(at, end, SET, literal.length, 10);
    expect(found).toBe(stop === -1 ? -1 : at + hit);
    if (stop === -1) return;
    const start = text.lastIndexOf('\n', hit - 1) + 1;
    const before = text.slice(0, hit === 0 ? 0 : start).split('\n').length - 1;
    expect([ints[SOUGHT_START]! - at, ints[SOUGHT_END]! - at, ints[SOUGHT_AFTER]]).toEqual([
      hit === 0 ? 0 : start,
      stop,
      before,
    ]);
  }));

test('sift', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'aaaaaaaabbb\n');
    const literal = ['b', 'ab', 'bab', ''][dice.integer(0, 3)]!;
    bytes.set(Buffer.from(literal), SET);
    const what = dice.integer(0, 3);
    const out = kernel.sift(at, end, SET, literal.length, 10, what, OUT);
    const records = text.slice(0, text.lastIndexOf('\n') + 1).match(/.*\n/g) ?? [];
    const has = (record: string): boolean => literal !== '' && record.includes(literal);
    const kept = records.filter((record) => (what & (has(record) ? 1 : 2)) !== 0);
    expect(Buffer.from(bytes.subarray(OUT, out)).toString()).toBe(kept.join(''));
    const hits = records.filter(has).length;
    expect([ints[SIFTED_TO]! - at, ints[SIFTED_WITH], ints[SIFTED_WITHOUT]]).toEqual([
      text.lastIndexOf('\n') + 1,
      hits,
      records.length - hits,
    ]);
  }));

test('countByte of many', () => {
  const length = 20_011;
  bytes.fill(10, LIST, LIST + length);
  expect(kernel.countByte(LIST + 3, LIST + length, 10)).toBe(length - 3);
});

test('findMember and findPair', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'aaaaaaaab\x80\xc3');
    bytes.set(kernelSet(byteSet(Buffer.from('b\xc3', 'latin1'))), SET);
    bytes.set(kernelSet(byteSet([0x80])), NOT_SET);
    const member = text.search(/[b\xc3]/);
    expect(kernel.findMember(at, end, SET)).toBe(member === -1 ? end : at + member);
    const pair = text.search(/[b\xc3]\x80/);
    expect(kernel.findPair(at, end, SET, NOT_SET)).toBe(pair === -1 ? -1 : at + pair);
  }));

test('byteFields', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab/');
    const found = pairs(kernel.byteFields(at, end, 47, LIST, 1000));
    expect(text === '' ? [''] : found).toEqual(text.split('/'));
  }));

test('mapCase', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'azAZ@[`{\x80\xff');
    kernel.mapCase(at, end, OUT, 97);
    const upper = text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
    expect(Buffer.from(bytes.subarray(OUT, OUT + text.length)).toString('latin1')).toBe(upper);
  }));

test('replaceRuns byte by byte', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab11');
    bytes.set(kernelSet(byteSet([49])), SET);
    bytes.set(Buffer.from('<n>'), 2048);
    const out = kernel.replaceRuns(at, end, SET, 0, 2048, 3, OUT);
    expect(Buffer.from(bytes.subarray(OUT, out)).toString()).toBe(text.replaceAll('1', '<n>'));
  }));

test('isAscii', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, dice.integer(0, 1) === 0 ? 'ab' : 'ababababab\x80');
    expect(kernel.isAscii(at, end)).toBe(text.includes('\x80') ? 0 : 1);
  }));

test('join', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab  \t');
    const count = kernel.blankFields(at, end, LIST, 1000);
    const out = kernel.join(LIST, count, 32, OUT);
    const fields = text.split(/[ \t]+/).filter((field) => field !== '');
    expect(Buffer.from(bytes.subarray(OUT, out)).toString()).toBe(fields.join(' '));
  }));

test('replaceRuns', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, 'ab12345');
    const digits = byteSet(Buffer.from('0123456789'));
    bytes.set(kernelSet(digits), SET);
    bytes.set(kernelSet(complement(digits)), NOT_SET);
    bytes.set(Buffer.from('<n>'), 2048);
    const out = kernel.replaceRuns(at, end, SET, NOT_SET, 2048, 3, OUT);
    expect(Buffer.from(bytes.subarray(OUT, out)).toString()).toBe(text.replaceAll(/\d+/g, '<n>'));
    expect(ints[REPLACED]).toBe([...text.matchAll(/\d+/g)].length);
  }));

test('positions of more than four vectors, up to a limit', () => {
  const text = 'abc\n'.repeat(60);
  bytes.set(Buffer.from(text), TEXT);
  const all = Array.from({ length: 60 }, (_, line) => TEXT + line * 4 + 3);
  const count = kernel.positions(TEXT, TEXT + text.length, 10, LIST, 1);
  expect(count).toBe(16);
  expect([...ints.subarray(LIST / 4, LIST / 4 + count)]).toEqual(all.slice(0, 16));
  expect(ints[SCANNED]).toBe(TEXT + 64);
  kernel.positions(TEXT, TEXT + text.length, 10, LIST, 1000);
  expect([...ints.subarray(LIST / 4, LIST / 4 + 60)]).toEqual(all);
});

/** Characters of every length and at the edges of what is valid, and bytes that make them wrong. */
const CHARACTERS = ['a', 'xyz', 'é', '\u0800', '\ud7ff', '\ue000', '検', '\u{10000}', '😀', '\u{10ffff}'];
const WRONG = [
  [0x80],
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xe0, 0x9f, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
];

function placeCharacters(dice: SeededRandom): { at: number; end: number; bytes: Uint8Array } {
  const made = Array.from({ length: dice.integer(0, 24) }, () =>
    dice.chance(0.02) ? Buffer.from(dice.pick(WRONG)) : Buffer.from(dice.pick(CHARACTERS)),
  );
  const whole = Buffer.concat(made);
  const cut = dice.chance(0.2) ? whole.subarray(0, Math.max(0, whole.length - 1)) : whole;
  const at = TEXT + dice.integer(0, 20);
  bytes.fill(dice.pick([0x80, 0xc3, 32]), TEXT - 32, TEXT + 300);
  bytes.set(cut, at);
  return { at, end: at + cut.length, bytes: cut };
}

test('reading and advance', () =>
  repeat((dice) => {
    const { at, end, bytes: made } = placeCharacters(dice);
    const text = Buffer.from(made).toString();
    const isValid = Buffer.from(text).equals(made);
    const isAscii = made.every((byte) => byte < 0x80);
    const reading = isAscii ? READS_AS_ASCII : isValid ? READS_AS_UTF8 : READS_AS_OTHER;
    expect(kernel.reading(at, end)).toBe(reading);
    if (!isValid) return;
    const characters = Array.from(text);
    const count = dice.integer(0, characters.length + 2);
    const before = Buffer.from(characters.slice(0, count).join(''));
    expect(kernel.advance(at, end, count)).toBe(at + before.length);
    expect(ints[ADVANCED]).toBe(Math.min(count, characters.length));
  }));

test('findAny', () =>
  repeat((dice) => {
    const { at, end, text } = place(dice, dice.integer(0, 1) === 0 ? 'abc' : 'aaaaaaaaaaaaaaaaaaaabc');
    const literals = dice.pick([
      ['ab', 'ca'],
      ['abc', 'ab', 'cc'],
      ['bcab', 'cb'],
    ]);
    const list = SET + 128;
    bytes.set(kernelSet(byteSet(literals.map((literal) => literal.charCodeAt(0)))), SET);
    bytes.set(kernelSet(byteSet(literals.map((literal) => literal.charCodeAt(1)))), SET + 64);
    for (const [index, literal] of literals.entries()) {
      bytes.set(Buffer.from(literal), 2048 + index * 16);
      ints.set([2048 + index * 16, literal.length], list / 4 + index * 2);
    }
    const wanted = new RegExp(literals.join('|')).exec(text);
    const found = kernel.findAny(at, end, SET, SET + 64, list, literals.length);
    const length = found === -1 ? 0 : ints[FOUND_LENGTH];
    expect([found, length]).toEqual(wanted === null ? [-1, 0] : [at + wanted.index, wanted[0].length]);
  }));
