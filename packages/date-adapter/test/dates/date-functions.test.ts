import { describe, expect, test } from 'vitest';
import { DateFunctions } from '../../src/dates/date-functions.ts';
import { LayoutError } from '../../src/dates/layout-error.ts';
import { NOW } from './convert-text.ts';

const functions = new DateFunctions({ now: () => NOW });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (out: Uint8Array | undefined): string | undefined =>
  out === undefined ? undefined : new TextDecoder().decode(out);

describe('strptime', () => {
  const table: { in: string; layout: string; zone?: string; out: number }[] = [
    { in: '2023-11-14 22:13:20', layout: '%F %T', out: 1_700_000_000 },
    { in: '2023-11-14 23:13:20', layout: 'yyyy-MM-dd HH:mm:ss', zone: 'Europe/Berlin', out: 1_700_000_000 },
    { in: '2023-11-14T22:13:20.5Z and more', layout: 'rfc3339', out: 1_700_000_000.5 },
    { in: '1700000000123', layout: 'unix_ms', out: 1_700_000_000.123 },
    { in: 'Nov 21 11:00:00', layout: 'rfc3164', out: NOW - 3600 },
    { in: 'nonsense', layout: '%F', out: NaN },
    { in: '', layout: '%F', out: NaN },
  ];
  test.each(table)('$in', ({ in: stamp, layout, zone, out }) => {
    expect(functions.strptime(bytes(stamp), layout, zone)).toBe(out);
  });
});

describe('strftime', () => {
  const table: { seconds: number; layout: string; zone?: string; out: string }[] = [
    { seconds: 1_700_000_000, layout: '%F %T', out: '2023-11-14 22:13:20' },
    {
      seconds: 1_700_000_000,
      layout: '2006-01-02 15:04 MST',
      zone: 'Europe/Berlin',
      out: '2023-11-14 23:13 CET',
    },
    { seconds: 1_700_000_000, layout: 'rfc3339', out: '2023-11-14T22:13:20Z' },
    { seconds: 1_700_000_000.123, layout: 'rfc3339', out: '2023-11-14T22:13:20.123Z' },
    { seconds: 0.9999999, layout: '%s.%3N', out: '1.000' },
    { seconds: -1.5, layout: 'rfc3339', out: '1969-12-31T23:59:58.5Z' },
  ];
  test.each(table)('$layout $seconds', ({ seconds, layout, zone, out }) => {
    expect(text(functions.strftime(layout, seconds, zone))).toBe(out);
  });
});

test('convtime keeps every digit', () => {
  const out = functions.convtime(
    bytes('14/11/2023 22:13:20,123456789'),
    'dd/MM/yyyy HH:mm:ss,SSS',
    'rfc3339',
    {
      from: 'UTC',
      to: 'Asia/Kolkata',
    },
  );
  expect(text(out)).toBe('2023-11-15T03:43:20.123456789+05:30');
  expect(functions.convtime(bytes('14/11/2023 x'), 'dd/MM/yyyy', 'rfc3339')).toBeUndefined();
});

test('more layouts than are kept, and the first again', () => {
  for (let round = 0; round < 150; round++)
    expect(text(functions.strftime(`${round} %Y`, 0))).toBe(`${round} 1970`);
  expect(text(functions.strftime('0 %Y', 0))).toBe('0 1970');
});

test('what is no layout or zone throws', () => {
  expect(() => functions.strptime(bytes('x'), '%i')).toThrow(LayoutError);
  expect(() => functions.strftime('auto', 0)).toThrow('can be read, but not written');
  expect(() => functions.strftime('%F', 0, 'Nowhere')).toThrow(RangeError);
  for (const seconds of [NaN, Infinity, -1e13])
    expect(() => functions.strftime('%F', seconds)).toThrow('is no time');
});
