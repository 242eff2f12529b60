// Each transform through the real settings, whole and line by line: how the input comes makes no difference.
import { describe, expect, test } from 'vitest';
import { ByteOutput } from '../../src/byte-output.ts';
import { lineEnds, makeTransform, pushAll } from './transforming.ts';

const RULES = {
  '/config.yaml': `
rules:
  - match: '^[01] '
    from: [unix]
  - match: '^\\{'
    parse: json
    output: logfmt
  - match: '^20'
    parse: 'pattern:%d{yyyy} %m%n'
    output: json
    add: [app=shop]
  - match: ';'
    awk: 'BEGIN { FS = ";" } { print n++, $2 }'
`,
};

const CASES = [
  {
    name: 'dates',
    argv: ['--from', 'unix', '--to', 'rfc3339'],
    in: '0 a\nbad\n\tat x\n86400 b',
    out: '1970-01-01T00:00:00Z a\nbad\n\tat x\n1970-01-02T00:00:00Z b',
    counts: { converted: 2, passed: 2 },
  },
  {
    name: 'dates anywhere in the line',
    argv: ['--from', 'yyyy-MM-dd', '--to', 'dd.MM.yyyy', '--at', 'anywhere'],
    in: 'x=1 on 2022-12-01 and 2022-12-02\n[2022-12-01] y\n2022-12-01\n',
    out: 'x=1 on 01.12.2022 and 2022-12-02\n[01.12.2022] y\n01.12.2022\n',
    counts: { converted: 3 },
  },
  {
    name: 'dates behind a match',
    argv: ['--from', 'unix', '--to', 'yyyy', '--at', 'regex:time='],
    in: '7 time=0 x\n',
    out: '7 time=1970 x\n',
    counts: { converted: 1 },
  },
  {
    name: 'dates where the group of a match is',
    argv: ['--from', 'unix', '--to', 'yyyy', '--at', 'regex:(0) seconds'],
    in: 'x 0 seconds\n0\n',
    out: 'x 1970 seconds\n0\n',
    counts: { converted: 1, passed: 1 },
  },
  {
    name: 'formats',
    argv: [
      '--parse',
      'logfmt',
      '--output',
      'json',
      '--rename',
      'a=b',
      '--drop',
      'c',
      '--add',
      'd=4',
      '--type',
      'a=number',
    ],
    in: 'a=1 c=2\n?\n',
    out: '{"b":1,"d":"4"}\n?\n',
    counts: { converted: 1, passed: 1 },
  },
  {
    name: 'stack traces join their record',
    argv: ['--parse', 'pattern:%d{yyyy} %m%n', '--output', 'json'],
    in: '2022 a\njava.io.IOException: x\n\tat y\n2023 b\n',
    out: '{"timestamp":"2022","message":"a\\njava.io.IOException: x\\n\\tat y"}\n{"timestamp":"2023","message":"b"}\n',
    counts: { converted: 2 },
  },
  {
    name: 'an awk program',
    argv: ['{ print NR, $1 } END { print "end", NR }'],
    in: 'a b\nc d\ne',
    out: '1 a\n2 c\n3 e\nend 3\n',
    counts: { converted: 3 },
  },
  {
    name: 'rules, in the order of the lines',
    argv: ['--config', '/config.yaml'],
    files: RULES,
    in: '0 a\n{"b":1}\n2022 c\n\tat d\n1 e\nx;f\ny;g\nnone\n',
    out: '1970-01-01T00:00:00Z a\nb=1\n{"timestamp":"2022","message":"c\\n\\tat d","app":"shop"}\n1970-01-01T00:00:01Z e\n0 f\n1 g\nnone\n',
    counts: { converted: 6, passed: 1 },
  },
];

describe('whole, and line by line', () => {
  test.each(CASES)('$name', async ({ argv, files = {}, in: text, out, counts }) => {
    const input = Buffer.from(text);
    for (const cuts of [[], lineEnds(input)]) {
      const made = await makeTransform(argv, files);
      expect(pushAll(made.transform, input, cuts)).toBe(out);
      expect(made.counts).toMatchObject(counts);
    }
  });
});

test('an awk program takes its bytes one by one, in chunks of any size', async () => {
  const input = Buffer.from('a bb\n\nccc\nd e f\n');
  const expected = '1 2\n2 0\n3 1\n4 3\nd e f\n';
  for (const step of [1, 2, 3, 5, 7]) {
    const { transform } = await makeTransform(['{ print NR, NF } END { print $0 }']);
    const cuts = Array.from({ length: Math.floor((input.length - 1) / step) }, (_, n) => (n + 1) * step);
    expect(pushAll(transform, input, cuts)).toBe(expected);
  }
});

test('rules over several files: each record goes on in its own file, whatever comes between', async () => {
  const { transform } = await makeTransform(['--config', '/config.yaml'], RULES);
  const out = new ByteOutput();
  const push = (source: string, text: string, round: number): void => {
    const bytes = Buffer.from(text);
    transform.push(
      { bytes, start: 0, end: bytes.length, source, startsLine: true, endsLine: true },
      out,
      round,
    );
  };
  transform.begin(out);
  push('a', '2022 c\n', 1);
  push('b', '0 x\n2023 d\n', 2);
  push('a', '\tat e\n', 3);
  push('b', '\tat f\n', 4);
  expect(transform.heldSince).toBe(1);
  push('a', '0 y\n', 5);
  expect(transform.heldSince).toBe(2);
  transform.end(out);
  expect(transform.heldSince).toBe(Infinity);
  expect(out.toString()).toBe(
    '1970-01-01T00:00:00Z x\n{"timestamp":"2022","message":"c\\n\\tat e","app":"shop"}\n' +
      '1970-01-01T00:00:00Z y\n{"timestamp":"2023","message":"d\\n\\tat f","app":"shop"}\n',
  );
});
