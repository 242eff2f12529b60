import { describe, expect, test } from 'vitest';
import { parseCount, readCall, shellWords, startPosition } from '../src/tail-arguments.ts';

describe('readCall', () => {
  test.each([
    { argv: ['/app/main.js', '-F', '/a'], out: ['-F', '/a'], asTail: false },
    { argv: ['/usr/bin/tail', '-n+1', '-F', '/a'], out: ['-n+1', '-F', '/a'], asTail: true },
    { argv: ['log-tailer', 'tail', '-F', '/a'], out: ['-F', '/a'], asTail: true },
    { argv: ['log-tailer', '/usr/bin/tail', '-F', '/a'], out: ['-F', '/a'], asTail: true },
    { argv: ['busybox', 'tail', '-F', '/a'], out: ['-F', '/a'], asTail: true },
    { argv: ['log-tailer', 'busybox', 'tail', '/a'], out: ['/a'], asTail: true },
    { argv: ['log-tailer', '/bin/sh', '-c', 'tail -n+1 -F /a'], out: ['-n+1', '-F', '/a'], asTail: true },
    {
      argv: ['sh', '-c', 'exec tail -n +1 -F "/var/log/my app.log"'],
      out: ['-n', '+1', '-F', '/var/log/my app.log'],
      asTail: true,
    },
    { argv: ['sh', '-c', ' /usr/bin/tail  -F\t/a '], out: ['-F', '/a'], asTail: true },
    { argv: ['bash', '-c', 'busybox tail -f /a'], out: ['-f', '/a'], asTail: true },
    // A file may be called as a command is.
    { argv: ['log-tailer', 'sh', 'b'], out: ['sh', 'b'], asTail: false },
    { argv: ['tail', '-5', 'f'], out: ['-n', '5', 'f'], asTail: true },
    { argv: ['tail', '-5f', 'f'], out: ['-n', '5', '-f', 'f'], asTail: true },
    { argv: ['tail', '-20c', 'f'], out: ['-c', '20', 'f'], asTail: true },
    { argv: ['tail', '-2b', 'f'], out: ['-c', '2b', 'f'], asTail: true },
    { argv: ['tail', '-7l', 'f'], out: ['-n', '7', 'f'], asTail: true },
    { argv: ['tail', '+5', 'f'], out: ['-n', '+5', 'f'], asTail: true },
    { argv: ['tail', '+5cf', 'f'], out: ['-c', '+5', '-f', 'f'], asTail: true },
    { argv: ['tail', 'f', '-5'], out: ['f', '-5'], asTail: true },
    { argv: ['tail'], out: [], asTail: true },
    { argv: [], out: [], asTail: false },
  ])('$argv', ({ argv, out, asTail }) => {
    expect(readCall(argv)).toEqual({ argv: out, asTail });
  });

  test.each([
    [['sh', '-c', 'tail -F /a | grep x']],
    [['sh', '-c', 'tail -F $LOG']],
    [['sh', '-c', 'while true; do tail /a; done']],
    [['sh', '-c', 'cat /a']],
    [['sh', '-c', '']],
    [['sh', '-c']],
    [['sh']],
    [['sh', 'script.sh']],
    [['log-tailer', 'sh', '-c', 'sleep 5']],
  ])('%j is refused, and says what there is', (argv) => {
    expect(readCall(argv).refused).toMatch(/no shell.*tail -n\+1 -F/);
  });
});

describe('shellWords', () => {
  test.each([
    { script: 'a b  c', words: ['a', 'b', 'c'] },
    { script: '  a\n', words: ['a'] },
    { script: `'a b' "c d"e\\ f`, words: ['a b', 'c de f'] },
    { script: `''`, words: [''] },
    { script: `a'b'"c"d`, words: ['abcd'] },
    { script: `'$x|y' "a;b"`, words: ['$x|y', 'a;b'] },
    { script: '', words: [] },
    { script: '/var/log/*.log', words: ['/var/log/*.log'] },
    { script: String.raw`"\$1\"\\" "a\n"`, words: ['$1"\\', String.raw`a\n`] },
  ])('$script', ({ script, words }) => expect(shellWords(script)).toEqual(words));

  test.each([
    'a $b',
    'a "$b"',
    'a; b',
    'a & b',
    'a | b',
    'a > b',
    'a < b',
    '`a`',
    '(a)',
    "a 'b",
    'a "b',
    'a # b',
    '! a',
  ])('more than words: %s', (script) => expect(shellWords(script)).toBeUndefined());
});

describe('parseCount', () => {
  test.each([
    { text: '10', out: { count: 10, fromStart: false } },
    { text: '-10', out: { count: 10, fromStart: false } },
    { text: '+5', out: { count: 5, fromStart: true } },
    { text: '2b', out: { count: 1024, fromStart: false } },
    { text: '1kB', out: { count: 1000, fromStart: false } },
    { text: '1K', out: { count: 1024, fromStart: false } },
    { text: '1k', out: { count: 1024, fromStart: false } },
    { text: '1KiB', out: { count: 1024, fromStart: false } },
    { text: '2MB', out: { count: 2_000_000, fromStart: false } },
    { text: '2M', out: { count: 2 * 1024 ** 2, fromStart: false } },
    { text: '+1GiB', out: { count: 1024 ** 3, fromStart: true } },
  ])('$text', ({ text, out }) => expect(parseCount(text)).toEqual(out));

  test.each(['', 'x', '-', '+', '5x', '1.5', ' 5', '5 ', '0x5', '1kb', 'constructor', '1constructor'])(
    'not %j',
    (text) => expect(parseCount(text)).toBeUndefined(),
  );
});

test.each([
  { values: { startAt: 'beginning' }, out: { kind: 'beginning' } },
  { values: { startAt: 'end' }, out: { kind: 'end' } },
  { values: { startAt: 'end', lines: '5' }, out: { kind: 'lastLines', count: 5 } },
  { values: { startAt: 'end', lines: '+5' }, out: { kind: 'fromLine', count: 5 } },
  { values: { startAt: 'end', lines: '5', bytes: '7' }, out: { kind: 'lastBytes', count: 7 } },
  { values: { startAt: 'end', bytes: '+7' }, out: { kind: 'fromByte', count: 7 } },
])('startPosition $values', ({ values, out }) => expect(startPosition(values)).toEqual(out));
