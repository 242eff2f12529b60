// Bytes to text and back: nothing is lost, whatever the bytes.
import { describe, expect, test } from 'vitest';
import { sequenceLength, textCodec } from '../../../src/awk/interpreter/bytes.ts';

const utf8 = textCodec(true);
const bytes = textCodec(false);

const hostile: { name: string; in: readonly number[]; out: string }[] = [
  { name: 'nothing', in: [], out: '' },
  { name: 'ASCII with NUL', in: [0x61, 0, 0x7f], out: 'a\0\u007f' },
  {
    name: 'two, three and four bytes',
    in: [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80],
    out: 'é€😀',
  },
  { name: 'a byte order mark stays', in: [0xef, 0xbb, 0xbf, 0x61], out: '\ufeffa' },
  { name: 'a lone continuation', in: [0x80, 0x61], out: '\udc80a' },
  { name: 'a cut sequence', in: [0xe2, 0x82], out: '\udce2\udc82' },
  { name: 'a sequence cut by a letter', in: [0xe2, 0x61, 0x82], out: '\udce2a\udc82' },
  { name: 'overlong forms', in: [0xc0, 0xaf, 0xe0, 0x80, 0xaf], out: '\udcc0\udcaf\udce0\udc80\udcaf' },
  { name: 'a surrogate in UTF-8', in: [0xed, 0xa0, 0x80], out: '\udced\udca0\udc80' },
  { name: 'beyond Unicode', in: [0xf4, 0x90, 0x80, 0x80], out: '\udcf4\udc90\udc80\udc80' },
  { name: 'bytes that never are', in: [0xfe, 0xff], out: '\udcfe\udcff' },
];

describe.each(hostile)('$name', ({ in: list, out }) => {
  const given = Uint8Array.from(list);
  test('decodes', () => expect(utf8.decode(given)).toBe(out));
  test('encodes back', () => expect(utf8.encode(utf8.decode(given))).toEqual(given));
  test('passes as bytes', () => expect(bytes.encode(bytes.decode(given))).toEqual(given));
  test('goes from the model to bytes and back', () => expect(bytes.toModel(bytes.fromModel(out))).toBe(out));
});

test('as bytes each byte is one character', () => {
  expect(bytes.decode(Uint8Array.from([0xc3, 0xa9]))).toBe('\u00c3\u00a9');
  expect(bytes.fromModel('é')).toBe('\u00c3\u00a9');
});

test('long texts as bytes', () => {
  const long = new Uint8Array(100_000).fill(0xe9);
  expect(bytes.encode(bytes.decode(long))).toEqual(long);
});

test('all pairs of bytes', () => {
  const pairs = Array.from({ length: 65_536 }, (_, pair) => Uint8Array.of(pair >> 8, pair & 0xff));
  expect(pairs.filter((pair) => !Buffer.from(utf8.encode(utf8.decode(pair))).equals(pair))).toEqual([]);
  expect(sequenceLength(Uint8Array.of(0xc3, 0xa9), 0)).toBe(2);
});
