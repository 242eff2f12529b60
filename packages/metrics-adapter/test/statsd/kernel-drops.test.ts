import { expect, test } from 'vitest';
import { dropsIn, kernelDrops } from '../../src/statsd/kernel-drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  100: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4242 2 0000000000000000 17
  101: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4243 2 0000000000000000 5
`;

test('sums the drops of our sockets alone', () => {
  expect(dropsIn(TABLE, new Set(['4242']))).toBe(17);
  expect(dropsIn(TABLE, new Set(['4242', '4243']))).toBe(22);
  expect(dropsIn('', new Set(['1']))).toBe(0);
});

test('reads the real tables', () => expect(kernelDrops()).toBe(0));
