import { expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { Syslog5424Parser } from '../../../src/formats/parsers/syslog-5424.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const make = (names: FieldNames): Syslog5424Parser => new Syslog5424Parser(names);

const LINES = [
  {
    name: 'section 6.5, example 1: a message with a byte order mark, no structured data',
    in: "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
    out: {
      priority: 34,
      facility: 'auth',
      severity: 'crit',
      version: 1,
      timestamp: '2003-10-11T22:14:15.003Z',
      hostname: 'mymachine.example.com',
      appname: 'su',
      msgid: 'ID47',
      message: "'su root' failed for lonvick on /dev/pts/8",
    },
  },
  {
    name: 'example 4: structured data only, two elements',
    in: '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]',
    out: {
      priority: 165,
      facility: 'local4',
      severity: 'notice',
      version: 1,
      timestamp: '2003-10-11T22:14:15.003Z',
      hostname: 'mymachine.example.com',
      appname: 'evntslog',
      msgid: 'ID47',
      'exampleSDID@32473.iut': '3',
      'exampleSDID@32473.eventSource': 'Application',
      'exampleSDID@32473.eventID': '1011',
      'examplePriority@32473.class': 'high',
    },
  },
  {
    name: 'escapes in values; a backslash before anything else is itself; an element without parameters',
    in: '<14>1 - - - - - [a@1 x="\\"q\\" \\\\ \\] \\n" y=""][b] text',
    out: {
      priority: 14,
      facility: 'user',
      severity: 'info',
      version: 1,
      'a@1.x': '"q" \\ ] \\n',
      'a@1.y': '',
      b: true,
      message: 'text',
    },
  },
  {
    name: 'nil everywhere and no message',
    in: '<0>1 - - - - - -',
    out: { priority: 0, facility: 'kern', severity: 'emerg', version: 1 },
  },
  {
    name: 'an empty message',
    in: '<191>1 - h a 12 - - ',
    out: {
      priority: 191,
      facility: 'local7',
      severity: 'debug',
      version: 1,
      hostname: 'h',
      appname: 'a',
      procid: '12',
      message: '',
    },
  },
];

it.each(LINES)('$name', ({ in: line, out }) => {
  expect(fieldsOf(make, line)).toEqual(out);
});

it('knows which fields are time, level, message and host', () => {
  expect(outcomeOf(make, LINES[0]!.in).roles).toEqual({
    time: 'timestamp',
    level: 'severity',
    message: 'message',
    host: 'hostname',
  });
  expect(outcomeOf(make, LINES[3]!.in).roles).toEqual({ level: 'severity' });
});

it.each([
  { name: 'no priority', in: '1 - - - - - -', failedAt: 0, expected: '<priority>' },
  {
    name: 'a priority beyond 191',
    in: '<192>1 - - - - - -',
    failedAt: 1,
    expected: 'a priority of at most 191',
  },
  { name: 'RFC 3164', in: '<34>Oct 11 22:14:15 h su: x', failedAt: 4, expected: "the format's version" },
  { name: 'no structured data', in: '<34>1 - - - - - x', failedAt: 16, expected: 'structured data, or -' },
  { name: 'an open value', in: '<34>1 - - - - - [a b="c', failedAt: 23, expected: 'a closing double quote' },
  {
    name: 'an open element',
    in: '<34>1 - - - - - [a b="c"',
    failedAt: 24,
    expected: '] or a space and a name',
  },
  {
    name: 'no space before the message',
    in: '<34>1 - - - - - -x',
    failedAt: 17,
    expected: 'a space and the message',
  },
])('refuses $name', ({ in: line, failedAt, expected }) => {
  expect(outcomeOf(make, line)).toEqual({ failedAt, expected });
});

it('takes hostile input', () => {
  expect(
    hardened(
      make,
      LINES.map((row) => row.in),
    ),
  ).toBeGreaterThan(0);
});
