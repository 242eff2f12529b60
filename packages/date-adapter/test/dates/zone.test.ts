import { describe, expect, test } from 'vitest';
import { EXACT, FOLD, type FoldPolicy, GAP, Zone, zoneOf } from '../../src/dates/zone.ts';
import { INTL_ZONES } from '../../src/dates/zone-data.ts';

const seconds = (iso: string): number => Date.parse(`${iso}Z`) / 1000;
const HOUR = 3600;

describe('offsets at instants', () => {
  const table: { zone: string; at: string; hours: number }[] = [
    { zone: 'Europe/Berlin', at: '2024-01-15T00:00:00', hours: 1 },
    { zone: 'Europe/Berlin', at: '2024-07-15T00:00:00', hours: 2 },
    { zone: 'Europe/Berlin', at: '2024-03-31T00:59:59', hours: 1 },
    { zone: 'Europe/Berlin', at: '2024-03-31T01:00:00', hours: 2 },
    { zone: 'Europe/Berlin', at: '2024-10-27T00:59:59', hours: 2 },
    { zone: 'Europe/Berlin', at: '2024-10-27T01:00:00', hours: 1 },
    { zone: 'Asia/Kolkata', at: '2024-07-15T00:00:00', hours: 5.5 },
    { zone: 'Australia/Lord_Howe', at: '2024-07-15T00:00:00', hours: 10.5 },
    { zone: 'Australia/Lord_Howe', at: '2024-01-15T00:00:00', hours: 11 },
    { zone: 'Pacific/Apia', at: '2011-12-30T09:59:59', hours: -10 },
    { zone: 'Pacific/Apia', at: '2011-12-30T10:00:00', hours: 14 },
    { zone: 'Africa/Monrovia', at: '1972-01-07T00:44:29', hours: -(44 * 60 + 30) / 3600 },
    { zone: 'Africa/Monrovia', at: '1972-01-07T00:44:30', hours: 0 },
    { zone: 'Europe/Berlin', at: '0001-01-02T00:00:00', hours: (53 * 60 + 28) / 3600 },
    { zone: '+05:30', at: '2024-07-15T00:00:00', hours: 5.5 },
    { zone: 'UTC-3', at: '2024-07-15T00:00:00', hours: -3 },
    { zone: '-0330', at: '2024-07-15T00:00:00', hours: -3.5 },
    { zone: 'z', at: '2024-07-15T00:00:00', hours: 0 },
  ];
  test.each(table)('$zone at $at', ({ zone, at, hours }) => {
    expect(zoneOf(zone, INTL_ZONES).offsetAt(seconds(at))).toBeCloseTo(hours * HOUR, 6);
  });

  test('no JavaScript date is so late or so early that it throws', () => {
    const zone = zoneOf('Europe/Berlin', INTL_ZONES);
    for (const at of [-1e15, -1e12, 1e12, 1e15]) expect(Math.abs(zone.offsetAt(at))).toBeLessThan(3 * HOUR);
  });

  test('more blocks than are kept', () => {
    const zone = new Zone('test', (at) => (at < 0 ? 0 : HOUR));
    for (let block = -600; block < 600; block++) {
      expect(zone.offsetAt(block * 33_554_432 + 5)).toBe(block < 0 ? 0 : HOUR);
    }
  });
});

describe('offsets of local times', () => {
  const table: {
    name: string;
    zone: string;
    at: string;
    policy?: FoldPolicy;
    hours: number;
    resolution: number;
  }[] = [
    { name: 'before a gap', zone: 'Europe/Berlin', at: '2024-03-31T01:59:59', hours: 1, resolution: EXACT },
    { name: 'first of a gap', zone: 'Europe/Berlin', at: '2024-03-31T02:00:00', hours: 1, resolution: GAP },
    { name: 'last of a gap', zone: 'Europe/Berlin', at: '2024-03-31T02:59:59', hours: 1, resolution: GAP },
    { name: 'after a gap', zone: 'Europe/Berlin', at: '2024-03-31T03:00:00', hours: 2, resolution: EXACT },
    { name: 'before a fold', zone: 'Europe/Berlin', at: '2024-10-27T01:59:59', hours: 2, resolution: EXACT },
    { name: 'a fold', zone: 'Europe/Berlin', at: '2024-10-27T02:00:00', hours: 2, resolution: FOLD },
    {
      name: 'a fold, later',
      zone: 'Europe/Berlin',
      at: '2024-10-27T02:59:59',
      policy: 'later',
      hours: 1,
      resolution: FOLD,
    },
    { name: 'after a fold', zone: 'Europe/Berlin', at: '2024-10-27T03:00:00', hours: 1, resolution: EXACT },
    {
      name: 'a day that never was',
      zone: 'Pacific/Apia',
      at: '2011-12-30T12:00:00',
      hours: -10,
      resolution: GAP,
    },
    {
      name: 'half an hour',
      zone: 'Australia/Lord_Howe',
      at: '2024-04-07T01:45:00',
      hours: 11,
      resolution: FOLD,
    },
    { name: 'no changes', zone: '+05:30', at: '2024-04-07T01:45:00', hours: 5.5, resolution: EXACT },
  ];
  test.each(table)('$name', ({ zone: id, at, policy = 'earlier', hours, resolution }) => {
    const zone = zoneOf(id, INTL_ZONES);
    for (const around of [0, -5 * HOUR, 5 * HOUR, 0]) {
      zone.offsetOfLocal(seconds(at) + around, policy, 0); // whatever was asked before
    }
    expect(zone.offsetOfLocal(seconds(at), policy, 0)).toBe(hours * HOUR);
    expect(zone.resolution).toBe(resolution);
  });

  test('monotone: the earlier, until time would run backwards', () => {
    const zone = zoneOf('Europe/Berlin', INTL_ZONES);
    let last = -Infinity;
    const utc = ['02:10:00', '02:59:59', '02:59:30', '02:00:00', '02:10:00', '02:59:59', '03:00:00'].map(
      (time) => {
        const local = seconds(`2024-10-27T${time}`);
        last = local - zone.offsetOfLocal(local, 'monotone', last);
        return new Date(last * 1000).toISOString().slice(11, 19);
      },
    );
    // 29 s backwards is a thread that was late; an hour is the second pass.
    expect(utc).toStrictEqual([
      '00:10:00',
      '00:59:59',
      '00:59:30',
      '01:00:00',
      '01:10:00',
      '01:59:59',
      '02:00:00',
    ]);
  });
});

test.each(['Europe/Bärlin', 'Nowhere', '', '+25:00', '+05:61', 'Europe/Berlin '])(
  'no zone is called %j',
  (id) => {
    expect(() => zoneOf(id, INTL_ZONES)).toThrow(RangeError);
  },
);
