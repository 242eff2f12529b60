import { isIP } from 'node:net';
import { expect, it } from 'vitest';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { isIpAddress } from '../../src/formats/ip-address.ts';

const isAddress = (text: string): boolean =>
  isIpAddress(Buffer.from(`1${text}1`), 1, Buffer.byteLength(text) + 1);

it.each([
  ['1.2.3.4', true],
  ['255.255.255.255', true],
  ['256.1.1.1', false],
  ['01.2.3.4', false],
  ['1.2.3', false],
  ['1.2.3.4.5', false],
  ['', false],
  ['::', true],
  ['::1', true],
  ['1::', true],
  ['2001:db8::1', true],
  ['1:2:3:4:5:6:7:8', true],
  ['1:2:3:4:5:6:7', false],
  ['1:2:3:4:5:6:7:8:9', false],
  ['1::2::3', false],
  [':1:2', false],
  ['1:', false],
  [':::', false],
  ['::ffff:1.2.3.4', true],
  ['1.2.3.4:80', false],
  ['12345::', false],
  ['example.com', false],
])('%j: %s', (text, expected) => {
  expect(isAddress(text)).toBe(expected);
});

it("agrees with Node's about random texts", () => {
  const random = new SeededRandom(9);
  for (let round = 0; round < 5000; round++) {
    const parts = Array.from({ length: random.integer(1, 9) }, () =>
      random.pick(['1', 'ab', '255', '0', 'f00', '', '1.2.3.4']),
    );
    const text = parts.join(random.pick([':', ':', '.']));
    expect({ text, is: isAddress(text) }).toEqual({ text, is: isIP(text) !== 0 });
  }
});
