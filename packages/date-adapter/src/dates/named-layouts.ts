// Layouts that have a name: standards, what daemons and loggers write, seconds since 1970. Data, in Go's manner of
// writing layouts, which shows what they look like. Names are those of Go's package time, Logstash, Fluentd and
// Promtail, without regard to case. A name may read several forms (in this order) and writes one.

import type { Element, EpochElement } from './element.ts';
import { readGo } from './go-layout.ts';
import { fraction, zone } from './make-element.ts';

/** Where in a line a layout is found when nothing else is said; see stamp-place.ts. */
export type UsualPlace = 'start' | 'bracket' | 'syslog' | 'severity' | 'auto';

export interface NamedLayout {
  /** The first is what `explain` says. */
  readonly names: readonly string[];
  readonly readings: readonly (readonly Element[])[];
  /** Absent: can only be read. */
  readonly writing?: readonly Element[];
  readonly place: UsualPlace;
}

const nowhere = { at: 0, source: '' };
const asRead = fraction({ at: 0, source: 'fraction' }, '.', Infinity);
const zulu = zone({ at: 0, source: 'Z07:00' }, 'hh:mm', true);
const maybeZone: Element = { kind: 'optional', elements: [zulu], ...nowhere };

/** ISO 8601 in full; between date and time, T may be a blank or lower case (RFC 3339 section 5.6). */
function dateTime(date: string, between: string, time: string): Element[] {
  const separator: Element = { kind: 'literal', text: between, accepts: 'Tt _', at: 0, source: between };
  return [...readGo(date), separator, ...readGo(time)];
}

const isoSeconds = dateTime('2006-01-02', 'T', '15:04:05');
const rfc3339 = [...isoSeconds, asRead, zulu];
const isoForms = [
  [...isoSeconds, asRead, maybeZone],
  [...dateTime('2006-01-02', 'T', '15:04'), maybeZone],
  [...dateTime('20060102', 'T', '150405'), asRead, maybeZone],
  readGo('2006-01-02'),
];

function epoch(digits: EpochElement['digits'], width?: number): Element[] {
  const source = { 0: 'seconds', 3: 'milliseconds', 6: 'microseconds', 9: 'nanoseconds' }[digits];
  return [{ kind: 'epoch', digits, ...(width === undefined ? {} : { width }), at: 0, source }];
}

function plain(names: readonly string[], layout: string, place: UsualPlace = 'start'): NamedLayout {
  const elements = readGo(layout);
  return { names, readings: [elements], writing: elements, place };
}

function unix(names: readonly string[], digits: EpochElement['digits']): NamedLayout {
  return { names, readings: [epoch(digits)], writing: epoch(digits), place: 'start' };
}

const tai64n: Element[] = [{ kind: 'tai64n', at: 0, source: 'tai64n' }];
const float = [...epoch(0), asRead];
const slashed = readGo('2006/01/02 15:04:05');
const glogForms = [readGo('20060102 15:04:05.000000'), readGo('0102 15:04:05.000000')];

const FIXED: readonly NamedLayout[] = [
  { names: ['rfc3339', 'rfc3339nano'], readings: [rfc3339], writing: rfc3339, place: 'start' },
  { names: ['iso8601'], readings: isoForms, writing: rfc3339, place: 'start' },
  { names: ['rfc5424'], readings: [rfc3339], writing: rfc3339, place: 'syslog' },
  plain(['rfc3164', 'syslog', 'stamp'], 'Jan _2 15:04:05', 'syslog'),
  plain(['stampmilli'], 'Jan _2 15:04:05.000'),
  plain(['stampmicro'], 'Jan _2 15:04:05.000000'),
  plain(['stampnano'], 'Jan _2 15:04:05.000000000'),
  plain(['httpd', 'clf', 'nginx'], '02/Jan/2006:15:04:05 -0700', 'bracket'),
  plain(['httpd_error'], 'Mon Jan 02 15:04:05.000000 2006', 'bracket'),
  { names: ['nginx_error', 'golog'], readings: [slashed], writing: slashed, place: 'start' },
  plain(['ansic'], 'Mon Jan _2 15:04:05 2006'),
  plain(['unixdate'], 'Mon Jan _2 15:04:05 MST 2006'),
  plain(['rubydate'], 'Mon Jan 02 15:04:05 -0700 2006'),
  plain(['rfc822'], '02 Jan 06 15:04 MST'),
  plain(['rfc822z'], '02 Jan 06 15:04 -0700'),
  plain(['rfc850'], 'Monday, 02-Jan-06 15:04:05 MST'),
  plain(['rfc1123'], 'Mon, 02 Jan 2006 15:04:05 MST'),
  plain(['rfc1123z'], 'Mon, 02 Jan 2006 15:04:05 -0700'),
  plain(['kitchen'], '3:04PM'),
  plain(['datetime'], '2006-01-02 15:04:05'),
  plain(['dateonly'], '2006-01-02'),
  plain(['timeonly'], '15:04:05'),
  plain(['log4j', 'logback'], '2006-01-02 15:04:05,000'),
  {
    names: ['klog'],
    readings: [readGo('0102 15:04:05.000000')],
    writing: readGo('0102 15:04:05.000000'),
    place: 'severity',
  },
  { names: ['glog'], readings: glogForms, writing: readGo('20060102 15:04:05.000000'), place: 'severity' },
  unix(['unix', 'unixtime', 'epoch'], 0),
  unix(['unix_ms', 'unixms', 'epoch_ms'], 3),
  unix(['unix_us', 'unixus', 'epoch_us'], 6),
  unix(['unix_ns', 'unixns', 'epoch_ns'], 9),
  { names: ['float', 'unix_float'], readings: [float], writing: float, place: 'start' },
  { names: ['tai64n'], readings: [tai64n], writing: tai64n, place: 'start' },
];

/**
 * What `auto` tries, first the forms that say most. Not among them: dates as 01/02/2023, which nobody can read
 * without being told, and times without a date.
 */
const auto: NamedLayout = {
  names: ['auto'],
  readings: [
    ...isoForms.slice(0, 3),
    readGo('02/Jan/2006:15:04:05 -0700'),
    readGo('2006/01/02 15:04:05'),
    readGo('Mon Jan _2 15:04:05 2006'),
    readGo('Mon Jan _2 15:04:05 MST 2006'),
    readGo('Mon Jan _2 15:04:05 -0700 2006'),
    readGo('Jan _2 15:04:05 2006'),
    readGo('Jan _2 15:04:05'),
    readGo('Mon, 02 Jan 2006 15:04:05 MST'),
    readGo('Monday, 02-Jan-06 15:04:05 MST'),
    readGo('02 Jan 2006 15:04:05'),
    readGo('02-Jan-2006 15:04:05'),
    ...glogForms,
    tai64n,
    epoch(0, 10),
    epoch(3, 13),
    epoch(6, 16),
    epoch(9, 19),
    readGo('2006-01-02'),
  ],
  place: 'auto',
};

const BY_NAME = new Map([...FIXED, auto].flatMap((row) => row.names.map((name) => [name, row] as const)));

export function namedLayout(text: string): NamedLayout | undefined {
  return BY_NAME.get(text.toLowerCase().replaceAll('-', '_'));
}

export const LAYOUT_NAMES: readonly string[] = [...FIXED, auto].map((row) => row.names[0] ?? '');
