import { describe, expect, it } from 'vitest';
import { patternNames } from '../../../src/formats/grok/grok-library.ts';
import { expandGrok } from '../../../src/formats/grok/grok-expansion.ts';
import { PatternMatcher } from '../../../src/formats/grok/pattern-matcher.ts';

/** Whether the pattern of that name is all of the text. */
function takes(name: string, text: string): boolean {
  const bytes = Buffer.from(text);
  return new PatternMatcher(expandGrok(`^%{${name}}$`)).match(bytes, 0, bytes.length);
}

const EXAMPLES: Readonly<
  Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>
> = {
  WORD: { yes: ['abc', 'a_1'], no: ['', 'a b', 'a-b'] },
  NOTSPACE: { yes: ['a-b!'], no: ['', 'a b'] },
  INT: { yes: ['0', '-12', '+3', '007'], no: ['', '1.5', 'x'] },
  POSINT: { yes: ['1', '90'], no: ['0', '-1', '01'] },
  NUMBER: { yes: ['1', '-1.5', '.5', '+12.25'], no: ['1.', 'x', '1.2.3'] },
  BASE16NUM: { yes: ['0xFF', 'ab12'], no: ['0x', 'g'] },
  QUOTEDSTRING: { yes: ['""', '"a \\" b"', "'x'", '`y`'], no: ['"', '"a" "b"', 'a'] },
  UUID: { yes: ['123e4567-e89b-12d3-a456-426614174000'], no: ['123e4567e89b12d3a456426614174000'] },
  MAC: { yes: ['00:1a:2B:3c:4d:5e', '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e'], no: ['00:1a:2b'] },
  IPV4: { yes: ['1.2.3.4', '255.255.255.255'], no: ['256.1.1.1', '1.2.3', '1.2.3.4.5'] },
  IPV6: {
    yes: ['::', '::1', '2001:db8::1', 'fe80::1%eth0', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
    no: ['12:34:56', '1:2:3:4:5:6:7', ':1', 'g::'],
  },
  IPORHOST: {
    yes: ['1.2.3.4', 'a.example.com', 'localhost', '::1', '1.2.3.4.example.com'],
    no: ['', 'a b', '-a'],
  },
  HOSTPORT: { yes: ['a:80', '1.2.3.4:8080'], no: ['a', 'a:0'] },
  EMAILADDRESS: { yes: ['a.b+c@example.com'], no: ['a@', '@b'] },
  UNIXPATH: { yes: ['/', '/var/log/x-1.log'], no: ['', 'var', '/a b'] },
  WINPATH: { yes: ['C:\\Windows\\x.log', '\\\\host\\share'], no: ['C:', '/a'] },
  URI: {
    yes: ['http://example.com', 'https://user:pw@example.com:8443/a/b?x=1&y[]=2', 'ftp://10.0.0.1/'],
    no: ['example.com', 'http//x'],
  },
  TIMESTAMP_ISO8601: {
    yes: [
      '2023-01-01T00:00:00Z',
      '2023-1-1 10:00',
      '2023-01-01T00:00:00.123456789+01:00',
      '2023-01-01 00:00:60,5',
    ],
    no: ['2023-13-01T00:00:00', '2023-01-01', '01/01/2023 10:00'],
  },
  HTTPDATE: { yes: ['01/Jan/2023:00:00:16 +0000'], no: ['1/1/2023:00:00:16 +0000', '01/Jan/2023 00:00:16'] },
  SYSLOGTIMESTAMP: { yes: ['Jan  1 00:00:00', 'Dec 31 23:59:59'], no: ['Jan 1', 'Foo 1 00:00:00'] },
  LOGLEVEL: { yes: ['INFO', 'warn', 'Warning', 'ERROR', 'err', 'Fatal'], no: ['INF', 'loud', ''] },
  MONTH: { yes: ['Jan', 'sept', 'December', 'May'], no: ['Janu', '13'] },
  DATESTAMP_RFC2822: { yes: ['Mon, 02 Jan 2006 15:04:05 -0700'], no: ['Mon, Jan 02 2006 15:04:05'] },
  HTTPDERROR_DATE: { yes: ['Fri Sep 09 10:42:29.902022 2011'], no: ['Fri Sep 09 2011'] },
  JAVASTACKTRACEPART: {
    yes: ['\tat a.b.C$D.<init>(C.java:12)', '  at a.B.m(Native Method)'],
    no: ['at a.B.m(B.java:1)'],
  },
};

describe.each(Object.entries(EXAMPLES))('%s', (name, { yes, no }) => {
  it.each(yes)('is %j', (text) => {
    expect(takes(name, text)).toBe(true);
  });
  it.each(no)('is not %j', (text) => {
    expect(takes(name, text)).toBe(false);
  });
});

it.each([...patternNames()])('%s compiles', (name) => {
  expect(() => new PatternMatcher(expandGrok(`%{${name}:x}`))).not.toThrow();
});
