/// <reference lib="esnext.temporal" />
// Random stamps against Temporal, which counts time in its own way and from its own tables: across zones, folds, gaps,
// year ends, leap days and fractions. For the unit test (a seeded few) and for `bench/dates.ts --oracle` (two million).

import { SeededRandom } from '@podmate/testkit/seeded-random';
import { ByteOutput } from '../../src/byte-output.ts';
import { compileDateRule } from '../../src/dates/date-rule.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Lisbon',
  'Europe/Moscow',
  'Europe/Istanbul',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Caracas',
  'America/Santiago',
  'America/Argentina/San_Luis',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Africa/Monrovia',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Asia/Pyongyang',
  'Asia/Gaza',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Australia/Eucla',
  'Antarctica/Troll',
  'Antarctica/Casey',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Kwajalein',
  '+05:30',
  '-11:00',
];

type Fields = {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
  fraction: string;
};

/** The same fields in the three languages; `text` is how a stamp of the layout looks. */
const LAYOUTS: { layout: string; text: (fields: Fields) => string }[] = [
  {
    layout: "yyyy-MM-dd'T'HH:mm:ss.SSS",
    text: (f) => `${f.year}-${f.month}-${f.day}T${f.hour}:${f.minute}:${f.second}${f.fraction}`,
  },
  {
    layout: '%d/%m/%Y %H:%M:%S',
    text: (f) => `${f.day}/${f.month}/${f.year} ${f.hour}:${f.minute}:${f.second}${f.fraction}`,
  },
  {
    layout: '2006/01/02 15:04:05',
    text: (f) => `${f.year}/${f.month}/${f.day} ${f.hour}:${f.minute}:${f.second}${f.fraction}`,
  },
  {
    layout: '%Y%m%d%H%M%S',
    text: (f) => `${f.year}${f.month}${f.day}${f.hour}${f.minute}${f.second}${f.fraction}`,
  },
];

const FIRST = Date.UTC(1900, 0, 1) / 1000;
const LAST = Date.UTC(2100, 0, 1) / 1000;

export interface OracleResult {
  stamps: number;
  folds: number;
  gaps: number;
  /** The first few that differ. */
  mismatches: string[];
}

/** Converts `count` random stamps, `perRule` of them by each of many rules. */
export function runOracle(count: number, perRule: number, seed: number): OracleResult {
  const random = new SeededRandom(seed);
  const result: OracleResult = { stamps: 0, folds: 0, gaps: 0, mismatches: [] };
  while (result.stamps < count) runRule(random, Math.min(perRule, count - result.stamps), result);
  return result;
}

function runRule(random: SeededRandom, count: number, result: OracleResult): void {
  const [fromZone, toZone] = [random.pick(ZONES), random.pick(ZONES)];
  const { layout, text } = random.pick(LAYOUTS);
  const fold = random.pick(['earlier', 'later'] as const);
  const converter = compileDateRule(
    { from: [layout], to: 'rfc3339', fromZone, toZone, fold },
    { now: () => 0 },
  );
  const encoder = new TextEncoder();
  const out = new ByteOutput();
  let previous = FIRST;
  for (let index = 0; index < count; index++) {
    previous = nextSecond(random, fromZone, previous);
    const digits = random.integer(0, 9);
    const fraction =
      digits === 0 ? '' : `.${String(random.integer(0, 10 ** digits - 1)).padStart(digits, '0')}`;
    const local = new Date(previous * 1000).toISOString();
    const stamp = text(fieldsOf(local, fraction));
    out.length = 0;
    const bytes = encoder.encode(`${stamp} rest`);
    converter.convertLine(bytes, 0, bytes.length, out);
    const got = String.fromCharCode(...out.bytes.subarray(0, out.length));
    const expected = `${expectedOf(local.slice(0, 19), fromZone, toZone, fold, fraction)} rest`;
    if (got !== expected && result.mismatches.length < 10) {
      result.mismatches.push(
        `${layout} ${stamp} ${fromZone} -> ${toZone} (${fold}): ${got}, Temporal: ${expected}`,
      );
    }
  }
  result.stamps += count;
  result.folds += converter.folds;
  result.gaps += converter.gaps;
}

function fieldsOf(iso: string, fraction: string): Fields {
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = iso.match(/\d+/g) ?? [];
  return { year, month, day, hour, minute, second, fraction };
}

/** A local second: anywhere, near the one before, around a change of the zone, or around the end of a year or February. */
function nextSecond(random: SeededRandom, zone: string, previous: number): number {
  const anywhere = random.integer(FIRST, LAST);
  switch (random.integer(0, 4)) {
    case 0:
      return anywhere;
    case 1:
      return Math.min(Math.max(previous + random.integer(-2, 90), FIRST), LAST);
    case 2:
    case 3:
      return aroundChange(random, zone, anywhere);
    default: {
      const year = random.integer(1901, 2099);
      const turn = random.pick([Date.UTC(year, 0, 1), Date.UTC(year, 2, 1)]) / 1000;
      return turn + random.integer(-90_000, 90_000);
    }
  }
}

function aroundChange(random: SeededRandom, zone: string, anywhere: number): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(anywhere * 1000).toZonedDateTimeISO(zone);
  const change = zoned.getTimeZoneTransition('next') ?? zoned;
  const local = Math.floor(change.epochMilliseconds / 1000) + Math.round(change.offsetNanoseconds / 1e9);
  return Math.min(Math.max(local + random.integer(-7500, 7500), FIRST), LAST);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** By the rules here: a time in a gap moves on, one in a fold is the earlier or the later as asked. */
function expectedOf(
  local: string,
  fromZone: string,
  toZone: string,
  fold: 'earlier' | 'later',
  fraction: string,
): string {
  const disambiguation = fold === 'later' ? 'later' : 'compatible';
  const zoned = Temporal.PlainDateTime.from(local)
    .toZonedDateTime(fromZone, { disambiguation })
    .withTimeZone(toZone);
  const minutes = Math.trunc(zoned.offsetNanoseconds / 60e9);
  const size = Math.abs(minutes);
  const offset = `${zoned.offsetNanoseconds < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  const plain = zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
  return `${plain}${fraction}${zoned.offsetNanoseconds === 0 ? 'Z' : offset}`;
}
