// What a request line asks for, and the paths that would lead a server elsewhere than they seem to.
import { expect, test } from 'vitest';
import { Head } from '../../src/http1/head.ts';
import { hasDotSegment, Target } from '../../src/http1/target.ts';

test.each([
  { in: '/a/../b', out: true },
  { in: '/a/..', out: true },
  { in: '/./b', out: true },
  { in: '/..', out: true },
  { in: '/%2e%2E/b', out: true },
  { in: '/a/.%2e', out: true },
  { in: '/a%2f..%2fb', out: true },
  { in: '/a\\..\\b', out: true },
  { in: '/a%5c..%5Cb', out: true },
  { in: '/a/..;/b', out: true },
  { in: '/a/.;x=y/b', out: true },
  { in: '/a/..%3b/b', out: true },
  { in: '/a/..?x', out: true },
  { in: '/a..b/...', out: false },
  { in: '/a;..', out: false },
  { in: '/a;x=../b', out: false },
  { in: '/.well-known/x', out: false },
  { in: '/a?x=/../', out: false },
  { in: '/a/%252e%252e/b', out: false },
  { in: '/a%3f/..', out: true },
  { in: '/%', out: false },
  { in: '/a/..%', out: false },
  { in: '/a/..%2', out: false },
  { in: '/', out: false },
  { in: '', out: false },
])('a dot segment in $in: $out', ({ in: path, out }) => {
  const bytes = Buffer.from(`x${path}/../y`);
  expect(hasDotSegment(bytes, 1, 1 + path.length)).toBe(out);
});

const read = (text: string): object => {
  const [head, target] = [new Head(), new Target()];
  const bytes = Buffer.from(text);
  expect(head.parseRequest(bytes, 0, bytes.length)).toBe(bytes.length);
  const reason = target.read(head);
  const { form, scheme } = target;
  const authority = head.text(target.authorityStart, target.authorityEnd);
  return reason === undefined
    ? { form, scheme, authority, path: head.text(target.pathStart, target.pathEnd) }
    : { reason };
};

test.each([
  { in: 'GET /a?b', out: { form: 'origin', authority: 'h', path: '/a?b' } },
  { in: 'GET //a/b', out: { form: 'origin', authority: 'h', path: '//a/b' } },
  { in: 'OPTIONS *', out: { form: 'asterisk', path: '*' } },
  { in: 'GET http://H/a', out: { form: 'absolute', scheme: 'http', authority: 'H', path: '/a' } },
  { in: 'GET HTTPS://h?q', out: { form: 'absolute', scheme: 'https', authority: 'h', path: '?q' } },
  { in: 'GET http://other/', out: { reason: 'host-differs-from-target' } },
  { in: 'GET http://h:80/', out: { reason: 'host-differs-from-target' } },
  { in: 'CONNECT h:443', out: { reason: 'host-differs-from-target' } },
  { in: 'CONNECT h', out: { reason: 'target' } },
  { in: 'GET *', out: { reason: 'target' } },
  { in: 'GET h/a', out: { reason: 'target' } },
])('$in', ({ in: line, out }) => {
  expect(read(`${line} HTTP/1.1\r\nHost: h\r\n\r\n`)).toMatchObject(out);
});
