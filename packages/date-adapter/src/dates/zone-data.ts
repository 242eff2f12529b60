// Where offsets of time zones come from: Intl, so that no tzdata is needed beside Node's own. A parameter of everything
// else here. Pure in the sense of the rules: Intl is a table, not a clock.

export interface ZoneData {
  /** Seconds east of UTC at an instant (seconds since 1970), or undefined where the zone is not known. */
  offsets(zone: string): ((utcSeconds: number) => number) | undefined;
  /** What people write for the zone at an instant: `CET`, `EST`; undefined where there is only an offset. */
  abbreviation(zone: string, utcSeconds: number): string | undefined;
}

/** Before the year 1 Intl counts years of another era: local mean time had been the same all along. */
const FIRST_SECOND = -62_135_510_400;
/** The last day that a JavaScript date has, but one. */
const LAST_SECOND = 8_639_999_900_000;

const FIELDS = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)/;

function intlOffsets(zone: string): ((utcSeconds: number) => number) | undefined {
  const format = formatOf('en-US', zone, {
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  if (format === undefined) return undefined;
  return (utcSeconds) => {
    const second = Math.floor(Math.min(Math.max(utcSeconds, FIRST_SECOND), LAST_SECOND));
    const [, month = 1, day = 1, year = 1970, hour = 0, minute = 0, rest = 0] = (
      FIELDS.exec(format.format(second * 1000)) ?? []
    ).map(Number);
    return localSeconds(year, month - 1, day, hour, minute, rest) - second;
  };
}

function localSeconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
}

function formatOf(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, { ...options, timeZone });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Intl knows an abbreviation only in the English of the country that uses it: EST in the US, CET in Britain. */
const ENGLISHES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'];

function intlAbbreviation(zone: string, utcSeconds: number): string | undefined {
  const second = Math.min(Math.max(utcSeconds, FIRST_SECOND), LAST_SECOND);
  for (const locale of ENGLISHES) {
    const parts = formatOf(locale, zone, { timeZoneName: 'short' })?.formatToParts(second * 1000);
    const text = parts?.find((part) => part.type === 'timeZoneName')?.value;
    if (text !== undefined && /^[A-Z]{2,5}$/.test(text)) return text;
  }
  return undefined;
}

export const INTL_ZONES: ZoneData = { offsets: intlOffsets, abbreviation: intlAbbreviation };
