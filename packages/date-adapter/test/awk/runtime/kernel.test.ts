// The kernel against loops in JavaScript, on random bytes at every alignment; and that it was assembled after the last
// change of its source.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { byteSet, complement, kernelSet } from '../../../src/awk/runtime/byte-set.ts';
import { instantiateKernel } from '../../../src/awk/runtime/kernel.ts';
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
    expect(kernel.scanned.value).toBe(end);
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
    expect(kernel.replaced.value).toBe([...text.matchAll(/\d+/g)].length);
  }));
