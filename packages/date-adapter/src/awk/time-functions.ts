// strftime and mktime of awk (gawk manual, "Time Functions"), as the C locale has them. Pure; for both engines.
// A zone is what TZ says: a name of the zone database, or fixed hours as POSIX writes them (`EST5`, `<+03>-3`);
// unset is UTC, and so is what nobody knows, as in the C library.
import { CivilDate, daysOf, isoWeekOf, SECONDS_PER_DAY } from '../dates/civil.ts';
import { INTL_ZONES } from '../dates/zone-data.ts';

type Zone = { offset: (utcSeconds: number) => number; abbreviation: (utcSeconds: number) => string };

/** The name without the colon that POSIX allows before it, when the zone database has it. */
export function knownZone(text: string): string | undefined {
  const name = text.replace(/^:/, '');
  return name !== '' && INTL_ZONES.offsets(name) !== undefined ? name : undefined;
}

const zones = new Map<string, Zone>();

function findZone(text: string): Zone {
  let zone = zones.get(text);
  if (zone === undefined) {
    zone = readZone(text.replace(/^:/, ''));
    zones.set(text, zone);
  }
  return zone;
}

function readZone(name: string): Zone {
  const offset = /^(?:UTC0?|GMT0?|)$/.test(name) ? undefined : INTL_ZONES.offsets(name);
  if (offset !== undefined) {
    const abbreviation = (seconds: number): string =>
      INTL_ZONES.abbreviation(name, seconds) ?? offsetName(offset(seconds));
    return { offset, abbreviation };
  }
  const [, quoted, letters, sign, hours = '0', minutes = '0', seconds = '0'] =
    /^(?:<([^>]+)>|([A-Za-z]{3,}))(?:([+-]?)(\d{1,3})(?::(\d{1,2})(?::(\d{1,2}))?)?)?/.exec(name) ?? [];
  const west = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const fixed = sign === '-' ? west : -west;
  const abbreviation = quoted ?? letters ?? 'UTC';
  return { offset: () => fixed + 0, abbreviation: () => abbreviation };
}

/** Zones without letters of their own are called by their hours, as in the zone database: `+03`, `-0330`. */
function offsetName(offset: number): string {
  const minutes = Math.abs(Math.trunc(offset / 60));
  const name = two(Math.floor(minutes / 60)) + (minutes % 60 === 0 ? '' : two(minutes % 60));
  return (offset < 0 ? '-' : '+') + name;
}

// ---- mktime

/**
 * `YYYY MM DD HH MM SS [DST]` as seconds since the epoch; fields beyond their range carry over, as in C.
 * A time that a change of the clock leaves out is taken by the offset before it, one that comes twice is the later.
 * @returns -1 when it is no such text
 */
export function makeTime(text: string, zone: string): number {
  const fields = /^\s*(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+(-?\d+))?/.exec(text);
  if (fields === null) return -1;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.slice(1, 7).map(Number);
  const months = year * 12 + month - 1;
  const days = daysOf(Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, 1) + day - 1;
  const local = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  return toUtc(local, findZone(zone), fields[7] === undefined ? -1 : Number(fields[7]));
}

function toUtc(local: number, { offset }: Zone, dst: number): number {
  const before = offset(local - SECONDS_PER_DAY);
  const after = offset(local + SECONDS_PER_DAY);
  const halfYear = offset(local + 182 * SECONDS_PER_DAY);
  if (dst === 0) return local - Math.min(before, after, halfYear);
  if (dst > 0) return local - Math.max(before, after, halfYear);
  return offset(local - after) === after ? local - after : local - before;
}

// ---- strftime

type Moment = {
  readonly seconds: number;
  readonly offset: number;
  readonly abbreviation: string;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly yearDay: number;
  /** ISO 8601: year * 100 + week. */
  readonly isoWeek: number;
};

function momentOf(seconds: number, zone: Zone): Moment {
  const offset = zone.offset(seconds);
  const local = seconds + offset;
  const days = Math.floor(local / SECONDS_PER_DAY);
  const rest = local - days * SECONDS_PER_DAY;
  const civil = new CivilDate();
  civil.set(days);
  const { year, month, day } = civil;
  return {
    seconds,
    offset,
    abbreviation: zone.abbreviation(seconds),
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysOf(year, 1, 1),
    isoWeek: isoWeekOf(days, year),
  };
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** What a conversion prints: a number with its usual width and padding, or text. */
type Field = string | { readonly value: number; readonly width: number; readonly pad: '0' | ' ' };

/** @param seconds whole seconds since the epoch @param zone as TZ has it */
export function formatTime(format: string, seconds: number, zone: string): string {
  if (!Number.isFinite(seconds)) return '';
  return fillTime(format, momentOf(seconds, findZone(zone)));
}

function fillTime(format: string, moment: Moment): string {
  return format.replace(
    /%([_\-0^#]*)(\d*)([EO]?)([a-zA-Z%])/g,
    (whole, flags: string, width: string, _modifier: string, letter: string) => {
      const field = timeField(letter, moment);
      return field === undefined ? whole : padField(field, flags, width, letter);
    },
  );
}

/** The C library's flags: `-` no padding, `_` blanks, `0` zeros, `^` upper case, `#` the other case. */
function padField(field: Field, flags: string, width: string, letter: string): string {
  if (typeof field === 'string') {
    const text = changeCase(field, flags, letter);
    return text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  }
  if (flags.includes('-')) return String(field.value);
  const pad = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : field.pad;
  const sign = field.value < 0 ? '-' : '';
  const digits = String(Math.abs(field.value)).padStart((Number(width) || field.width) - sign.length, pad);
  return pad === ' ' && sign !== '' ? digits.replace(/ (?! )/, ' -') : sign + digits;
}

function changeCase(text: string, flags: string, letter: string): string {
  if (flags.includes('^')) return text.toUpperCase();
  if (!flags.includes('#')) return text;
  return 'pZ'.includes(letter) ? text.toLowerCase() : text.toUpperCase();
}

function number(value: number, width: number, pad: '0' | ' ' = '0'): Field {
  return { value, width, pad };
}

/** @returns undefined for a letter that is no conversion */
function timeField(letter: string, moment: Moment): Field | undefined {
  return dateField(letter, moment) ?? clockField(letter, moment) ?? wholeField(letter, moment);
}

function dateField(letter: string, moment: Moment): Field | undefined {
  const { year, month, day, weekday, yearDay } = moment;
  switch (letter) {
    case 'a':
      return WEEKDAYS[weekday]!.slice(0, 3);
    case 'A':
      return WEEKDAYS[weekday]!;
    case 'b':
    case 'h':
      return MONTHS[month - 1]!.slice(0, 3);
    case 'B':
      return MONTHS[month - 1]!;
    case 'C':
      return number(Math.floor(year / 100), 2);
    case 'd':
      return number(day, 2);
    case 'e':
      return number(day, 2, ' ');
    case 'j':
      return number(yearDay + 1, 3);
    case 'm':
      return number(month, 2);
    case 'u':
      return number(weekday === 0 ? 7 : weekday, 1);
    case 'w':
      return number(weekday, 1);
    case 'y':
      return number(((year % 100) + 100) % 100, 2);
    case 'Y':
      return number(year, 1);
    default:
      return weekField(letter, moment);
  }
}

function weekField(letter: string, moment: Moment): Field | undefined {
  const { weekday, yearDay, isoWeek } = moment;
  switch (letter) {
    case 'g':
      return number(((Math.floor(isoWeek / 100) % 100) + 100) % 100, 2);
    case 'G':
      return number(Math.floor(isoWeek / 100), 1);
    case 'V':
      return number(((isoWeek % 100) + 100) % 100, 2);
    case 'U':
      return number(Math.floor((yearDay + 7 - weekday) / 7), 2);
    case 'W':
      return number(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7), 2);
    default:
      return undefined;
  }
}

function clockField(
  letter: string,
  { hour, minute, second, seconds, offset, abbreviation }: Moment,
): Field | undefined {
  const hourOfTwelve = hour % 12 === 0 ? 12 : hour % 12;
  switch (letter) {
    case 'H':
      return number(hour, 2);
    case 'I':
      return number(hourOfTwelve, 2);
    case 'k':
      return number(hour, 2, ' ');
    case 'l':
      return number(hourOfTwelve, 2, ' ');
    case 'M':
      return number(minute, 2);
    case 'S':
      return number(second, 2);
    case 's':
      return number(seconds, 1);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'z': {
      const minutes = Math.abs(Math.trunc(offset / 60));
      return (offset < 0 ? '-' : '+') + two(Math.floor(minutes / 60)) + two(minutes % 60);
    }
    case 'Z':
      return abbreviation;
    default:
      return undefined;
  }
}

/** Conversions that stand for several, or for a character. */
const WHOLES: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  n: '\n',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  t: '\t',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

function wholeField(letter: string, moment: Moment): Field | undefined {
  if (letter === '%') return '%';
  const format = WHOLES[letter];
  return format === undefined ? undefined : fillTime(format, moment);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
