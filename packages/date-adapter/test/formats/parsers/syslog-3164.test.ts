import { expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { Syslog3164Parser } from '../../../src/formats/parsers/syslog-3164.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const make = (names: FieldNames): Syslog3164Parser => new Syslog3164Parser(names);

const LINES = [
  {
    name: 'section 5.4, example 1',
    in: "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    out: {
      priority: 34,
      facility: 'auth',
      severity: 'crit',
      timestamp: 'Oct 11 22:14:15',
      hostname: 'mymachine',
      appname: 'su',
      message: "'su root' failed for lonvick on /dev/pts/8",
    },
  },
  {
    name: 'a file of a daemon: no priority, a day of one digit, a process',
    in: 'Feb  5 17:32:18 10.0.0.99 sshd[4123]: Accepted publickey for root',
    out: {
      timestamp: 'Feb  5 17:32:18',
      hostname: '10.0.0.99',
      appname: 'sshd',
      procid: 4123,
      message: 'Accepted publickey for root',
    },
  },
  {
    name: 'a stamp of RFC 3339',
    in: '2023-01-01T00:00:00.123456+01:00 host kernel: [12.3] usb: x',
    out: {
      timestamp: '2023-01-01T00:00:00.123456+01:00',
      hostname: 'host',
      appname: 'kernel',
      message: '[12.3] usb: x',
    },
  },
  {
    name: 'no tag',
    in: 'Jan 31 00:00:00 host -- MARK --',
    out: { timestamp: 'Jan 31 00:00:00', hostname: 'host', message: '-- MARK --' },
  },
  {
    name: 'a sentence with a bracket is no tag',
    in: 'Jan 31 00:00:00 host last[ message repeated',
    out: { timestamp: 'Jan 31 00:00:00', hostname: 'host', message: 'last[ message repeated' },
  },
  {
    name: 'a tag with a path, a process that is a word, an empty message',
    in: 'Jan 31 00:00:00 host postfix/smtpd[main]:',
    out: {
      timestamp: 'Jan 31 00:00:00',
      hostname: 'host',
      appname: 'postfix/smtpd',
      procid: 'main',
      message: '',
    },
  },
];

it.each(LINES)('$name', ({ in: line, out }) => {
  expect(fieldsOf(make, line)).toEqual(out);
});

it.each([
  { name: 'prose', in: 'hello', failedAt: 0 },
  { name: 'no host', in: 'Jan 31 00:00:00', failedAt: 0 },
  { name: 'a short clock', in: 'Jan 31 00:00 host x', failedAt: 0 },
  { name: 'an open priority', in: '<34 Jan', failedAt: 3 },
])('refuses $name', ({ in: line, failedAt }) => {
  expect(outcomeOf(make, line).failedAt).toBe(failedAt);
});

it('takes hostile input', () => {
  expect(
    hardened(
      make,
      LINES.map((row) => row.in),
    ),
  ).toBeGreaterThan(0);
});
