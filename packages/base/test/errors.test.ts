import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { SettingError, SettingErrors, explain, nearest } from '@podmate/base/errors';

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const circular: Record<string, unknown> = {};
circular['self'] = circular;
const inCircles = new Error('outer');
inCircles.cause = new Error('inner', { cause: inCircles });

describe('explain', () => {
  test.for([
    { name: 'a plain error', error: new Error('no room'), out: 'no room' },
    { name: 'a chain', error: new Error('a', { cause: new Error('b', { cause: 'c' }) }), out: 'a: b: c' },
    { name: 'a repeated message once', error: new Error('a', { cause: new Error('a') }), out: 'a' },
    { name: 'a chain that bites its tail', error: inCircles, out: 'outer: inner' },
    { name: 'several lines', error: new Error('one\n  two'), out: 'one two' },
    { name: 'an error without a message', error: new TypeError(''), out: 'TypeError' },
    { name: 'several attempts', error: new AggregateError([new Error('a'), new Error('b')]), out: 'a, b' },
    { name: 'a string', error: 'gone', out: 'gone' },
    {
      name: 'a setting error once',
      error: new SettingError({ what: 'a', cause: new Error('b') }),
      out: 'a: b',
    },
    { name: 'nothing', error: undefined, out: 'unknown error' },
    { name: 'an object', error: { status: 4 }, out: '{ status: 4 }' },
    { name: 'an object in circles', error: circular, out: '<ref *1> { self: [Circular *1] }' },
    { name: 'a big integer', error: 5n, out: '5n' },
  ])('$name', ({ error, out }) => {
    expect(explain(error)).toBe(out);
  });

  test("tells a system error in the kernel's words, with call, object and code", () => {
    expect(explain(thrown(() => readFileSync('/does/not/exist')))).toBe(
      'open /does/not/exist: no such file or directory (ENOENT)',
    );
    expect(explain(thrown(() => readFileSync('/')))).toBe('read: illegal operation on a directory (EISDIR)');
  });

  test('tells which name is unknown', () => {
    const fields = { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname: 'redis' };
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND redis'), fields);
    expect(explain(error)).toBe('getaddrinfo redis: unknown node or service (ENOTFOUND)');
  });

  test('tells which address refused', async () => {
    const error = await new Promise((resolve) =>
      connect({ host: '127.0.0.1', port: 1 }).on('error', resolve),
    );
    expect(explain(error)).toBe('connect 127.0.0.1:1: connection refused (ECONNREFUSED)');
  });
});

describe('SettingError', () => {
  test.for([
    { fault: { setting: '--a', value: 'b', what: 'wrong' }, out: '--a b: wrong' },
    { fault: { setting: '--a', what: 'not set', todo: 'set it' }, out: '--a: not set; set it' },
    { fault: { what: 'not a size' }, out: 'not a size' },
    {
      fault: {
        setting: '--dir',
        value: '/s',
        what: 'cannot create',
        cause: new Error('full'),
        todo: 'make room',
      },
      out: '--dir /s: cannot create: full; make room',
    },
  ])('$out', ({ fault, out }) => {
    const error = new SettingError(fault);
    expect(error.message).toBe(out);
    expect(error.exitCode).toBe(64);
  });

  test('several are one error, one a line', () => {
    const all = new SettingErrors([new SettingError({ what: 'a' }), new SettingError({ what: 'b' })]);
    expect(all.message).toBe('a\nb');
    expect(all.exitCode).toBe(64);
  });
});

describe('nearest', () => {
  const names = ['--drain-timeout', '--linger', '--once', '--log-level', 'raw', '-n'];
  test.for([
    { word: '--drian-timeout', out: '--drain-timeout' },
    { word: '--draintimeout', out: '--drain-timeout' },
    { word: 'DRAIN_TIMEOUT', out: '--drain-timeout' },
    { word: '--lingre', out: '--linger' },
    { word: '--loglevle', out: '--log-level' },
    { word: 'rwa', out: undefined },
    { word: 'rav', out: 'raw' },
    { word: '-x', out: undefined },
    { word: '--entirely-else', out: undefined },
    { word: '', out: undefined },
  ])('$word -> $out', ({ word, out }) => {
    expect(nearest(word, names)).toBe(out);
  });

  test('of several, the closest', () => {
    expect(nearest('format', ['formats', 'format2s', 'forma'])).toBe('formats');
  });
});
