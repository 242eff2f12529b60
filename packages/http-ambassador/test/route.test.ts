// The most exact host wins, then the longest path, then what was written first; nothing fits by chance.
import { describe, expect, test } from 'vitest';
import { findRoute, type RouteRule, routeTable } from '../src/route.ts';

type Named = RouteRule & { name: string };
const rules: Named[] = [
  { name: 'any', path: '/' },
  { name: 'api', path: '/api' },
  { name: 'deep', path: '/api/v2/' },
  { name: 'suffix', host: '*.example', path: '/' },
  { name: 'long suffix', host: '*.a.example', path: '/' },
  { name: 'host', host: 'b.example', path: '/' },
  { name: 'host and path', host: 'b.example', path: '/x' },
];

const cases: { host: string; path: string; out: string }[] = [
  { host: '', path: '/', out: 'any' },
  { host: 'x:80', path: '/api', out: 'api' },
  { host: 'x', path: '/api/users', out: 'api' },
  { host: 'x', path: '/api?q', out: 'api' },
  { host: 'x', path: '/apis', out: 'any' },
  { host: 'x', path: '/API', out: 'any' },
  { host: 'x', path: '/api/v2/y', out: 'deep' },
  { host: 'x', path: '/api/v2', out: 'api' },
  { host: 'B.EXAMPLE:8080', path: '/', out: 'host' },
  { host: 'b.example', path: '/x/y', out: 'host and path' },
  { host: 'c.example', path: '/api', out: 'suffix' },
  { host: 'c.a.example', path: '/', out: 'long suffix' },
  { host: 'example', path: '/', out: 'any' },
  { host: '.example', path: '/', out: 'any' },
  { host: 'xb.example.evil', path: '/', out: 'any' },
];

test.each(cases)('$host $path -> $out', ({ host, path, out }) => {
  expect(findRoute(routeTable(rules), host, path)?.name).toBe(out);
});

describe('routeTable', () => {
  test('one rule for everything needs no look', () => {
    expect(routeTable([{ path: '/' }])).toMatchObject({ only: { path: '/' }, looksAtPaths: false });
    expect(routeTable([{ path: '/a' }])).toMatchObject({ only: undefined, looksAtPaths: true });
    expect(routeTable([{ path: '/', host: 'a' }]).only).toBeUndefined();
    expect(routeTable([{ path: '/', replacePath: '/v1' }]).looksAtPaths).toBe(true);
  });

  test('nothing fits: nothing is found', () => {
    expect(findRoute(routeTable([{ path: '/a' }]), 'x', '/b')).toBeUndefined();
  });
});
