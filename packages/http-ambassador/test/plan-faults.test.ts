// What a settings file says that would never do what was meant: refused, everything at once, and what is right is not.
import { SettingErrors } from '@podmate/base/errors';
import { loadSettings } from '@podmate/base/settings';
import { expect, test } from 'vitest';
import { settings } from '../src/settings.ts';

/** What is refused of one listener with these keys, beside `listen`. */
async function refused(keys: string, rest = ''): Promise<string[]> {
  const file = `listeners: [{ listen: '127.0.0.1:1', ${keys} }]\n${rest}`;
  const source = { argv: ['--config', 'config.yaml'], env: {}, readFile: () => file };
  try {
    await loadSettings(settings, source);
    return [];
  } catch (error) {
    if (!(error instanceof SettingErrors)) throw error;
    return error.message.split('\n');
  }
}

const route = (keys: string): string => `routes: [{ to: 'http://a', ${keys} }]`;

const right: string[] = [
  route(`host: A.example, path: /a/b~c, replacePath: /, hostHeader: 'b.example:81'`),
  route(`host: '*.a_b.example', path: /%61/..a/, replacePath: /v1/, removeRequestHeaders: [X-A]`),
  route(`host: '[::1]'`),
  `to: 'http://a', ${route('path: /a')}`,
  `routes: [{ to: 'http://a' }, { to: 'http://b', host: b }, { to: 'http://b', host: b, path: /b }]`,
  `mode: forward, allow: ['*', a, '*.b', 'a:1', '*.b:443', '[::1]:80', 10.0.0.1]`,
  `mode: forward`,
];

test.each(right)('right: %s', async (keys) => {
  expect(await refused(keys)).toEqual([]);
});

const wrong: { in: string; out: RegExp }[] = [
  { in: route(`host: ''`), out: /routes\[0\].host.*fits no host/ },
  { in: route(`host: 'a:80'`), out: /routes\[0\].host a:80: fits no host/ },
  { in: route(`host: 'a*.b'`), out: /routes\[0\].host a\*.b: fits no host/ },
  { in: route(`path: api`), out: /routes\[0\].path api: no path/ },
  { in: route(`path: '/a?b'`), out: /routes\[0\].path .*: no path/ },
  { in: route(`path: /a/../b`), out: /routes\[0\].path .*: no path/ },
  { in: route(`replacePath: v1`), out: /routes\[0\].replacePath v1: no path/ },
  { in: route(`replacePath: "/a b"`), out: /routes\[0\].replacePath .*: no path/ },
  { in: route(`hostHeader: "a b"`), out: /routes\[0\].hostHeader a b: no value/ },
  { in: route(`removeResponseHeaders: ['a b']`), out: /removeResponseHeaders a b: no name/ },
  {
    in: `routes: [{ to: 'http://a', host: A }, { to: 'http://b', host: a }]`,
    out: /routes\[1\].*earlier route/,
  },
  { in: `to: 'http://b', ${route('path: /')}`, out: /\.to http:\/\/b: an earlier route/ },
  { in: `to: 'http://b', allow: [a]`, out: /\.allow: mode http allows all/ },
  { in: `mode: forward, allow: ['https://a']`, out: /\.allow https:\/\/a: fits no host/ },
  { in: `mode: forward, allow: ['*:443']`, out: /\.allow \*:443: fits no host/ },
];

test.each(wrong)('wrong: $in', async ({ in: keys, out }) => {
  const said = await refused(keys);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(out);
});

test('all of it at once, and two upstreams of one name', async () => {
  const said = await refused(
    `routes: [{ to: a, path: x, replacePath: y }, { to: a, host: '*' }]`,
    `upstreams: [{ name: a, targets: ['http://a'] }, { name: a, targets: ['http://b'] }]`,
  );
  expect(said).toHaveLength(4);
});
