// Targets, variables and header edits as they are written in settings.
import { SettingError } from '@podmate/base/errors';
import { expect, test } from 'vitest';
import { expand } from '../src/expand.ts';
import { targetOf } from '../src/plan.ts';

const targets: { in: string; out: object }[] = [
  { in: 'http://a', out: { scheme: 'http', address: { host: 'a', port: 80 }, authority: 'a' } },
  { in: 'https://a.b/', out: { scheme: 'https', address: { host: 'a.b', port: 443 }, authority: 'a.b' } },
  {
    in: 'http://[::1]:81',
    out: { scheme: 'http', address: { host: '::1', port: 81 }, authority: '[::1]:81' },
  },
  { in: 'tls://db:5432', out: { scheme: 'tls', address: { host: 'db', port: 5432 }, authority: 'db:5432' } },
  {
    in: 'http+srv://_http._tcp.api.example',
    out: {
      scheme: 'http',
      address: { host: '_http._tcp.api.example', port: 0, srv: true },
      authority: 'api.example',
    },
  },
  ...[
    ['postgres', 'postgres', 5432] as const,
    ['postgresql', 'postgres', 5432] as const,
    ['mysql', 'mysql', 3306] as const,
    ['mariadb', 'mysql', 3306] as const,
  ].map(([written, scheme, port]) => ({
    in: `${written}://db`,
    out: { scheme, address: { host: 'db', port }, authority: 'db' },
  })),
  { in: 'unix:/a', out: { scheme: 'http', address: { path: '/a' }, authority: 'localhost' } },
  { in: 'tcp+unix:/a', out: { scheme: 'tcp', address: { path: '/a' }, authority: 'localhost' } },
];

test.each(targets)('$in', ({ in: input, out }) => {
  expect(targetOf(input)).toEqual(out);
});

test.each([
  '',
  'a:80',
  'http://',
  'http://a/b',
  'http://u@a',
  'ftp://a',
  'tcp://a',
  'http://a:99999',
  'http://a b',
  'http+srv://a.example',
  'http+srv://_http._tcp.a:80',
])('no target: %s', (text) => {
  expect(() => targetOf(text)).toThrow(SettingError);
});

test('variables, defaults, and what is missing', () => {
  const env = { A: '1', EMPTY: '' };
  expect(expand('${A}-${B:-two}-${EMPTY:-three}-$A', env)).toBe('1-two-three-$A');
  expect(() => expand('${B}', env)).toThrow('variable B is not set');
  expect(() => expand('${EMPTY}', env)).toThrow('variable EMPTY is not set');
});
