import { describe, expect, it } from 'vitest';
import { FieldNames } from '../../../src/formats/field-names.ts';
import { PatternParser } from '../../../src/formats/parsers/pattern.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const by =
  (pattern: string, definitions?: Record<string, string>) =>
  (names: FieldNames): PatternParser =>
    new PatternParser(names, pattern, definitions);

const COMBINED =
  '2001:db8::1 - bob [01/Jan/2023:00:00:16 +0000] "GET /api?x=1 HTTP/1.1" 200 57 "https://e/x" "Moz \\"q\\" (X11)"';

const LINES = [
  {
    name: "grok's combined log",
    pattern: '%{COMBINEDAPACHELOG}',
    in: COMBINED,
    out: {
      clientip: '2001:db8::1',
      ident: '-',
      auth: 'bob',
      timestamp: '01/Jan/2023:00:00:16 +0000',
      verb: 'GET',
      request: '/api?x=1',
      httpversion: '1.1',
      response: '200',
      bytes: '57',
      referrer: '"https://e/x"',
      agent: '"Moz \\"q\\" (X11)"',
    },
  },
  {
    name: 'a request that is none, no bytes',
    pattern: '%{COMMONAPACHELOG}',
    in: '10.0.0.1 - - [01/Jan/2023:00:00:16 +0000] "\\x16\\x03" 400 -',
    out: {
      clientip: '10.0.0.1',
      ident: '-',
      auth: '-',
      timestamp: '01/Jan/2023:00:00:16 +0000',
      rawrequest: '\\x16\\x03',
      response: '400',
    },
  },
  {
    name: 'lazy before greedy, types, nested names',
    pattern: '%{DATA:a} %{GREEDYDATA:[b][c]} %{INT:n:int} %{NUMBER:f:float} %{WORD:t:boolean}',
    in: 'x y z 42 -1.5 true',
    out: { a: 'x', 'b.c': 'y z', n: 42, f: -1.5, t: true },
  },
  {
    name: 'a type that the value is not',
    pattern: '%{NOTSPACE:n:int} %{WORD:t:bool}',
    in: '007 yes',
    out: { n: '007', t: 'yes' },
  },
  {
    name: 'definitions of the user, within each other and over the library',
    pattern: '%{LINE}',
    definitions: { LINE: '%{WORD:first} %{OWN:id}', OWN: 'ID-%{INT}', WORD: '[a-z]+' },
    in: 'ABcd ID-7',
    out: { first: 'cd', id: 'ID-7' },
  },
  {
    name: 'a plain regular expression with named groups',
    pattern: String.raw`^(?<ip>\d+(?:\.\d+){3})\s(?P<rest>.*)$`,
    in: '1.2.3.4 x',
    out: { ip: '1.2.3.4', rest: 'x' },
  },
  {
    name: 'one name twice: the first that took part',
    pattern: '(?:<(?<v>[a-z]+)>|(?<v>[0-9]+))',
    in: 'x12<a>',
    out: { v: '12' },
  },
  {
    name: 'empty captures give nothing',
    pattern: 'a(?<none>b*)c(?<d>d)',
    in: 'acd',
    out: { d: 'd' },
  },
  {
    name: 'syslog',
    pattern: '%{SYSLOGLINE}',
    in: 'Mar  7 04:02:16 avas clamd[11165]: /var/x: Mytob',
    out: {
      timestamp: 'Mar  7 04:02:16',
      logsource: 'avas',
      program: 'clamd',
      pid: '11165',
      message: '/var/x: Mytob',
    },
  },
];

describe('a pattern reads', () => {
  it.each(LINES)('$name', ({ pattern, definitions, in: line, out }) => {
    expect(fieldsOf(by(pattern, definitions), line)).toEqual(out);
  });
});

it('says how far it came and what it wanted there', () => {
  const parser = by('^%{TIMESTAMP_ISO8601:t} %{LOGLEVEL:level} %{INT:n}$');
  expect(outcomeOf(parser, '2023-01-01T00:00:00Z INFO x')).toEqual({ failedAt: 26, expected: '\\d' });
  expect(outcomeOf(parser, '2023-01-01T00:00:00Z INFO 12!')).toEqual({
    failedAt: 28,
    expected: 'the end of the line',
  });
});

it.each([
  { pattern: '%{NOPE:x}', says: 'no pattern is called NOPE' },
  { pattern: '%{greedydata:x}', says: 'did you mean GREEDYDATA?' },
  { pattern: '%{INT:x:date}', says: 'no type date' },
  { pattern: '%{INT}', says: 'captures nothing' },
  { pattern: '(?<x>a', says: '( without )' },
  { pattern: '(?<x>(a)\\1)', says: 'back reference' },
  { pattern: '(?<x>a(?=bc))', says: 'more than one character' },
])('$pattern: $says', ({ pattern, says }) => {
  expect(() => by(pattern)(new FieldNames())).toThrow(says);
});

it('refuses definitions that use themselves', () => {
  expect(() => by('%{A:x}', { A: 'a%{B}', B: 'b%{A}' })(new FieldNames())).toThrow('A is defined by itself');
});

it('takes hostile input', () => {
  for (const { pattern, definitions, in: line } of LINES)
    expect(hardened(by(pattern, definitions), [line])).toBeGreaterThan(0);
});
