import { isUtf8 } from 'node:buffer';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { escapeInto, MAX_ESCAPED_BYTES } from '../src/json-escape.ts';

function escaped(bytes: Buffer): Buffer {
  const target = Buffer.alloc(bytes.length * MAX_ESCAPED_BYTES + 1, 0xee);
  const end = escapeInto(target, 0, bytes, 0, bytes.length);
  expect(target.subarray(end).every((byte) => byte === 0xee)).toBe(true);
  return target.subarray(0, end);
}

test('every byte as JSON.stringify has it', () => {
  for (let code = 0; code < 0x80; code++) {
    const character = String.fromCharCode(code);
    expect(`"${escaped(Buffer.from(character)).toString()}"`).toBe(JSON.stringify(character));
  }
});

test('what JSON.parse makes of it is the text', () => {
  const random = new SeededRandom(11);
  for (let round = 0; round < 500; round++) {
    const text = String.fromCodePoint(
      ...Array.from({ length: random.integer(0, 60) }, () =>
        random.pick([
          random.integer(0, 0x7f),
          0x22,
          0x5c,
          random.integer(0x80, 0xd7ff),
          random.integer(0x10000, 0x10ffff),
        ]),
      ),
    );
    expect(JSON.parse(`"${escaped(Buffer.from(text)).toString()}"`)).toBe(text);
  }
});

test('bytes that are no UTF-8 pass as they are: who calls has seen to that', () => {
  const bytes = Buffer.from('ff22fe', 'hex');
  expect(isUtf8(bytes)).toBe(false);
  expect(escaped(bytes).toString('hex')).toBe('ff5c22fe');
});

test('a part of the bytes, at a place in the target', () => {
  const target = Buffer.from('........');
  expect(escapeInto(target, 2, Buffer.from('a"b"'), 1, 3)).toBe(5);
  expect(target.toString()).toBe('..\\"b...');
});
