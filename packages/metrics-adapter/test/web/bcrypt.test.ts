import { describe, expect, test } from 'vitest';
import { isBcrypt, passwordFits } from '../../src/web/bcrypt.ts';

const pause = async (): Promise<void> => {};

/** As libxcrypt's crypt(3) makes them. */
describe.each([
  { password: 'U*U', hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW' },
  { password: 'é'.repeat(50), hash: '$2y$04$abcdefghijklmnopqrstuuKiIlCeXB6chNXkLyAo8C7XcLPzh6zUe' },
  { password: '', hash: '$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq' },
])('$hash', ({ password, hash }) => {
  test('fits', async () => expect(await passwordFits(password, hash, pause)).toBe(true));
  test('and no other', async () => expect(await passwordFits(`x${password}`, hash, pause)).toBe(false));
});

test.each(['', 'secret', '$1$abc$def', '$2b$04$short'])('%s is no hash', async (hash) => {
  expect(isBcrypt(hash)).toBe(false);
  expect(await passwordFits('secret', hash, pause)).toBe(false);
});
