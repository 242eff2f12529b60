// Hash slots: CRC16 and hash tags. The e2e test holds the same function against CLUSTER KEYSLOT of a real node.
import { expect, test } from 'vitest';
import { SLOTS, slotOf } from '../../src/cluster/slots.ts';

const of = (key: string): number => slotOf(Buffer.from(`<${key}>`), 1, 1 + Buffer.byteLength(key));

// The specification gives the checksum of "123456789" as 31C3; the rest is what Redis 7.0 says.
test.each([
  { name: 'the check value of the CRC', in: '123456789', out: 0x31c3 },
  { name: 'an empty key', in: '', out: 0 },
  { name: 'a word', in: 'foo', out: 12182 },
  { name: 'another', in: 'a', out: 15495 },
  { name: 'the tag counts', in: '{foo}bar', out: 12182 },
  { name: 'wherever it stands', in: 'bar{foo}', out: 12182 },
  { name: 'the first one', in: '{foo}{bar}', out: 12182 },
  { name: 'up to the first closing brace', in: '{foo}}', out: 12182 },
])('$name: $in', ({ in: key, out }) => expect(of(key)).toBe(out & (SLOTS - 1)));

/** The checksum bit by bit, of all bytes. */
const plain = (text: string): number => {
  let crc = 0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc & (SLOTS - 1);
};

test.each(['foo{}bar', '{}foo', 'foo{bar', 'foo}bar{', '{', '}', '{}', '{}{foo}'])(
  '%s has no tag: the whole key counts',
  (key) => {
    expect(of(key)).toBe(plain(key));
  },
);

test('many keys are spread over all slots', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i++) seen.add(of(`key:${i}`));
  expect(seen.size).toBe(SLOTS);
});
