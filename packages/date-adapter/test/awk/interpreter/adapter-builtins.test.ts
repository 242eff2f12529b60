// strptime, convtime, json, logfmt, now and strftime with a zone, on both engines; and that programs which use these
// names for their own things run as before.
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/awk/source-error.ts';
import { runOn } from '../compiler/both-engines.ts';

type Case = {
  name: string;
  program: string;
  stdin?: string | Uint8Array;
  zone?: string;
  options?: readonly string[];
  out: string;
};

const table: Case[] = [
  {
    name: 'strptime: seconds with their fraction, whatever follows',
    program: 'BEGIN { printf "%.1f\\n", strptime("2023-11-14T22:13:20.5Z and more", "rfc3339") }',
    out: '1700000000.5\n',
  },
  {
    name: 'strptime: no such date is the empty string',
    program: 'BEGIN { print "[" strptime("soon", "%F") "]" }',
    out: '[]\n',
  },
  {
    name: 'strptime: a zone for stamps without one',
    program: 'BEGIN { print strptime("14.11.2023 23:13:20", "dd.MM.yyyy HH:mm:ss", "Europe/Berlin") }',
    out: '1700000000\n',
  },
  {
    name: 'strptime: else that of TZ, as mktime has it',
    program: 'BEGIN { print strptime("2023-11-14 17:13:20", "%F %T"), mktime("2023 11 14 17 13 20") }',
    zone: 'America/New_York',
    out: '1700000000 1700000000\n',
  },
  {
    name: 'convtime: the date only, digits of its fraction kept',
    program: '{ print convtime($0, "yyyy-MM-dd HH:mm:ss.SSS", "rfc3339", "UTC", "Europe/Berlin") }',
    stdin: '2023-11-14 22:13:20.123456789\n',
    out: '2023-11-14T23:13:20.123456789+01:00\n',
  },
  {
    name: 'convtime: what is no date stays what it is',
    program: '{ print convtime($0, "%F", "rfc3339") }',
    stdin: Buffer.from('no date \xff\n', 'latin1'),
    out: 'no date \xff\n',
  },
  {
    name: 'json: numbers and numeric strings that JSON writes the same way are numbers',
    program: '{ print json("a", $1, "b", $2, "c", $3, "d", $4, "e", NF, "f", 0.1 + 0.2, "g", $9, "h", "5") }',
    stdin: '404 007 4.50 +5\n',
    out: '{"a":404,"b":"007","c":4.50,"d":"+5","e":4,"f":0.30000000000000004,"g":"","h":"5"}\n',
  },
  {
    name: 'json: what JSON has no number for',
    program: 'BEGIN { print json("nan", log(-1), "inf", 2 ^ 1024, "big", 2 ^ 70, 1, 2), json() }',
    out: '{"nan":null,"inf":null,"big":1180591620717411303424,"1":2} {}\n',
  },
  {
    name: 'json: strings are escaped, bytes that are no UTF-8 are U+FFFD',
    program: '{ print json("k\\"", $0, "u", "\\u00e9\\t") }',
    stdin: Buffer.from('a"b\\c\x01\xff', 'latin1'),
    out: Buffer.from('{"k\\"":"a\\"b\\\\c\\u0001\ufffd","u":"é\\t"}\n').toString('latin1'),
  },
  {
    name: 'logfmt: quotes where they are needed, keys without what they cannot hold',
    program:
      'BEGIN { print logfmt("msg", "two words", "n", 5, "e", "", "a b", "q=\\""); print "[" logfmt() "]" }',
    out: 'msg="two words" n=5 e="" a_b="q=\\""\n[]\n',
  },
  {
    name: 'strftime: a third argument that is the name of a zone',
    program:
      'BEGIN { print strftime("%F %T %Z", 1700000000, "Europe/Berlin"), strftime("%H", 0, 1), strftime("%H", 0, "no zone") }',
    zone: 'Asia/Tokyo',
    out: '2023-11-14 23:13:20 CET 00 00\n',
  },
  { name: 'now: a number', program: 'BEGIN { print (now() - systime() < 1), (now() > 1) }', out: '1 1\n' },
  {
    name: 'functions and variables of the program with these names come first',
    program: `function json(x) { return "mine " x } function strptime(a) { return a }
BEGIN { now = 3; convtime["k"] = 1; logfmt = "l"; print json(1), strptime(2), now, convtime["k"], logfmt (4) }`,
    out: 'mine 1 2 3 1 l4\n',
  },
  {
    name: 'with --posix they are nothing special',
    program: 'function json(x) { return x } BEGIN { now = json(1); print now, strptime + 0 }',
    options: ['--posix'],
    out: '1 0\n',
  },
];

const SETUP = 'BEGIN { getline < "/dev/null" } ';

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  test.each(table)('$name', ({ program, stdin = '', zone = 'UTC', options = [], out }) => {
    const result = runOn(engine, { args: [...options, program], stdin, environment: { TZ: zone } });
    expect(result).toMatchObject({ stdout: out, stderr: '', status: 0 });
  });

  test('a layout that is none is a fault with its place', () => {
    const program = `${SETUP}\nBEGIN { print strptime("x", "YYYY-MM-DD") }`;
    expect(runOn(engine, { args: [program], files: { '/dev/null': '' } }).status).toMatch(
      /^command line:2: strptime: YYYY is the week-based year/,
    );
  });

  test('a zone that is none, too', () => {
    expect(
      runOn(engine, { args: ['BEGIN { print convtime("x", "%F", "%F", "Mars/Base") }'] }).status,
    ).toMatch(/^command line:1: convtime: .*Mars\/Base/);
  });
});

test.each(['BEGIN { print json("a") }', 'BEGIN { print logfmt("a", 1, "b") }'])(
  'a key without a value is refused: %s',
  (program) => {
    expect(() => runOn('compiled', { args: [program] })).toThrow(SourceError);
  },
);

test('unknown with --posix', () => {
  expect(() => runOn('compiled', { args: ['--posix', 'BEGIN { print json("a", 1) }'] })).toThrow(
    'function json is not defined',
  );
});
