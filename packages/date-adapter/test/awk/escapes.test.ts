import { describe, expect, test } from 'vitest';
import { resolveEscapes } from '../../src/awk/escapes.ts';

const rows = [
  { name: 'nothing', in: 'plain é', out: 'plain é' },
  { name: 'the usual', in: String.raw`\a\b\f\n\r\t\v\\\"\/`, out: '\x07\b\f\n\r\t\v\\"/' },
  { name: 'octal, one to three digits', in: String.raw`\0\7\101\1012\8`, out: '\0\x07AA28' },
  { name: 'octal beyond a byte', in: String.raw`\501`, out: 'A' },
  { name: 'hexadecimal, one or two digits', in: String.raw`\x41\x4Z\x414`, out: 'A\x04ZA4' },
  { name: 'hexadecimal without digits', in: String.raw`\xg`, out: 'xg' },
  { name: 'code points', in: String.raw`\u41\ue9\u1F600\u0000041`, out: 'Aé😀A' },
  { name: 'no code points', in: String.raw`\u110000\uD800\uz`, out: '??uz' },
  { name: 'no escapes', in: String.raw`\q\.\&`, out: 'q.&' },
  { name: 'bytes that are a character', in: String.raw`\303\251\xF0\x9F\x98\x80`, out: 'é😀' },
  { name: 'bytes that are none', in: String.raw`\303x\251\377`, out: '\udcc3x\udca9\udcff' },
  { name: 'a byte of the text and one of an escape', in: '\udcc3\\251', out: 'é' },
  { name: 'a line that goes on', in: 'a\\\nb\\\r\nc', out: 'abc' },
  { name: 'a backslash before a wide character', in: '\\😀', out: '😀' },
  { name: 'a backslash at the end', in: 'a\\', out: 'a\\' },
];

describe('escapes', () => {
  test.each(rows)('$name', (row) => {
    expect(resolveEscapes(row.in, { posix: false })).toBe(row.out);
  });

  test('code points are gawk’s', () => {
    expect(resolveEscapes(String.raw`\u41`, { posix: true })).toBe('u41');
  });
});
