// Identities: the same for the same login, database and protocol version, and bounded however many are tried.
import { expect, test } from 'vitest';
import { Identities } from '../src/client-state.ts';

test('who is alike shares, who differs in anything does not, and the key holds no secret', () => {
  const identities = new Identities();
  const login = { username: 'a', password: 'secret' };
  const all = [
    identities.of(0, 2, undefined),
    identities.of(1, 2, undefined),
    identities.of(0, 3, undefined),
    identities.of(0, 2, login),
    identities.of(0, 2, { username: '', password: 'secret' }),
    identities.of(0, 2, { username: 'a', password: '' }),
    identities.of(1, 2, login),
  ];
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  expect(identities.of(0, 2, { ...login })).toBe(all[3]);
  expect(identities.of(0, 2, undefined)).toBe(all[0]);
  for (const { key } of all) expect(key).not.toContain('secret');
});

test('a million logins are not remembered, the ones in use are', () => {
  const identities = new Identities();
  const ours = identities.of(0, 2, undefined);
  const first = identities.of(0, 2, { username: 'u', password: '0' });
  for (let i = 1; i < 3000; i++) {
    identities.of(0, 2, { username: 'u', password: String(i) });
    expect(identities.of(0, 2, undefined)).toBe(ours);
  }
  const again = identities.of(0, 2, { username: 'u', password: '0' });
  expect(again).not.toBe(first);
  expect(again.key).not.toBe(first.key);
});
