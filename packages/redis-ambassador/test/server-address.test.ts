// Addresses as people write them, and what is said of those that are none.
import { expect, test } from 'vitest';
import { loginOf, parseServerAddress } from '../src/server-address.ts';

const plain = { tls: false, login: undefined };

test.each([
  ['redis-0.redis', { host: 'redis-0.redis', port: 6379, ...plain }],
  ['redis-0:6380', { host: 'redis-0', port: 6380, ...plain }],
  ['[::1]:6380', { host: '::1', port: 6380, ...plain }],
  [':6380', { host: '127.0.0.1', port: 6380, ...plain }],
  ['redis://r', { host: 'r', port: 6379, ...plain }],
  ['redis://r:1/0', { host: 'r', port: 1, ...plain }],
  ['rediss://r:1', { host: 'r', port: 1, tls: true, login: undefined }],
  ['REDIS://:p@r', { host: 'r', port: 6379, tls: false, login: { username: '', password: 'p' } }],
  [
    'redis://app:p%40s%3As:x@[::1]:7/',
    { host: '::1', port: 7, tls: false, login: { username: 'app', password: 'p@s:s:x' } },
  ],
])('%s', (text, out) => {
  expect(parseServerAddress(text)).toEqual(out);
});

test.each([
  ['6379', 'not an address'],
  ['a:b', 'not an address'],
  ['unix:/run/redis', 'not a server'],
  ['redis://', 'not an address'],
  ['http://r', 'not an address'],
  ['redis://u:p@r/3', 'names the database 3'],
  ['redis://u:%zz@r', 'begins no character'],
])('%s is refused', (text, why) => {
  expect(() => parseServerAddress(text)).toThrow(why);
});

test('servers without a port of their own get the one of their kind', () => {
  expect(parseServerAddress('sentinel', 26_379)).toMatchObject({ port: 26_379 });
});

test('one login for all', () => {
  const addresses = ['redis://a:b@r', 'redis://a:b@s', 't'].map((text) => parseServerAddress(text));
  expect(loginOf(addresses)).toEqual({ username: 'a', password: 'b' });
  expect(() => loginOf([...addresses, parseServerAddress('redis://a:c@r')])).toThrow('different logins');
});
