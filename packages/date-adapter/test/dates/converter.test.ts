import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { ByteOutput } from '../../src/byte-output.ts';
import type { DateRule } from '../../src/dates/date-rule.ts';
import { converterOf, convertText, convertWith } from './convert-text.ts';

const encoder = new TextEncoder();

const lines: { name: string; rule: Partial<DateRule>; in: string; out: string }[] = [
  {
    name: "the seed's line, whole",
    rule: { from: ['dd/MM/yyyyTHH:mm:ss'], to: "yyyy/MM/dd'T'HH:mm:ss" },
    in: '01/12/2022T16:25:21 GET /x Total',
    out: '2022/12/01T16:25:21 GET /x Total',
  },
  {
    name: 'wall time stays without a zone to write in',
    rule: { from: ['httpd'], to: 'rfc3339' },
    in: 'x [01/Jan/2023:00:00:16 -0330] y',
    out: 'x [2023-01-01T00:00:16-03:30] y',
  },
  {
    name: 'Berlin in, New York out',
    rule: { from: ['%F %T'], fromZone: 'Europe/Berlin', toZone: 'America/New_York', to: '%F %T %Z' },
    in: '2024-01-19 01:00:00 x',
    out: '2024-01-18 19:00:00 EST x',
  },
  { name: 'a newline is kept', rule: {}, in: '2024-01-01T00:00:00Z x\n', out: '2024-01-01T00:00:00Z x\n' },
  { name: 'a stamp alone', rule: { to: 'unix' }, in: '2024-01-01T00:00:00Z', out: '1704067200' },
  { name: 'blanks before it', rule: { to: 'unix' }, in: '  2024-01-01T00:00:00Z x', out: '  1704067200 x' },
  { name: 'a fraction before 1970', rule: { to: 'unix_ms' }, in: '1969-12-31T23:59:58.5Z', out: '-1500' },
  {
    name: 'nanoseconds before 1970',
    rule: { to: 'unix_ns' },
    in: '1969-12-31T23:59:58.5Z',
    out: '-1500000000',
  },
  {
    name: 'more than nine digits',
    rule: {},
    in: '2024-01-01T00:00:00.123456789012345Z',
    out: '2024-01-01T00:00:00.123456789012345Z',
  },
  {
    name: 'digits are cut, not rounded',
    rule: { to: 'unix_ms' },
    in: '2024-01-01T00:00:00.9999Z',
    out: '1704067200999',
  },
  { name: 'an early year', rule: { to: 'yyyy-MM-dd' }, in: '0099-03-01T00:00:00Z', out: '0099-03-01' },
  {
    name: 'hundreds of digits',
    rule: {},
    in: `2024-01-01T00:00:00.${'7'.repeat(900)}Z`,
    out: `2024-01-01T00:00:00.${'7'.repeat(900)}Z`,
  },
];

describe('lines', () => {
  test.each(lines)('$name', ({ rule, in: line, out }) => {
    expect(convertText(rule, line)).toStrictEqual({ converted: true, text: out, message: '' });
  });
});

describe('several layouts', () => {
  test('the order of the list decides, whatever was read before', () => {
    const converter = converterOf({ from: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd'] });
    const read = (line: string): string => convertWith(converter, line).text;
    expect(read('2024-01-01 x')).toBe('2024-01-01T00:00:00Z x');
    expect(read('2024-01-01 10:00:00 x')).toBe('2024-01-01T10:00:00Z x');
    expect(read('2024-01-01 x')).toBe('2024-01-01T00:00:00Z x');
    expect(read('2024-01-01 10:00:00 x')).toBe('2024-01-01T10:00:00Z x');
  });

  test('day first and month first', () => {
    const converter = converterOf({ from: ['dd/MM/yyyy', 'MM/dd/yyyy'] });
    expect(convertWith(converter, '12/31/2024').text).toBe('2024-12-31T00:00:00Z');
    expect(convertWith(converter, '01/02/2024').text).toBe('2024-02-01T00:00:00Z');
  });

  test('languages mixed', () => {
    const converter = converterOf({
      from: ['%d.%m.%Y', '02/Jan/2006', 'yyyyMMdd', 'tai64n'],
      at: { kind: 'start' },
    });
    const out = ['09.02.2024', '09/Feb/2024', '20240209', '09.02.2024'].map(
      (line) => convertWith(converter, line).text,
    );
    expect(out).toStrictEqual(Array(4).fill('2024-02-09T00:00:00Z'));
  });
});

describe('the memo never shows', () => {
  const rules: Partial<DateRule>[] = [
    { from: ['%Y-%m-%d %H:%M:%S'], fromZone: 'Europe/Berlin', toZone: 'UTC' },
    { from: ['yyyy-MM-dd HH:mm:ss[.SSS][XXX]'], fromZone: 'Europe/Berlin' },
    { from: ['2006-01-02 15:04:05.000 MST', '2006-01-02 15:04:05'], to: '%s.%6N %z' },
    { from: ['2006-01-02 15:04:05Z07:00', 'yyyy-MM-dd'], to: '2006-01-02 15:04:05,999' },
    { from: ['iso8601'], to: 'unix_ms' },
    { from: ['auto'], to: '%d/%b/%Y:%H:%M:%S%.f %z', toZone: 'Australia/Lord_Howe' },
    { from: ['%F %H:%M'], to: '%F %T' },
  ];
  const tails = [
    '',
    ' x',
    'Z',
    ' CET',
    '+01',
    '+01:00',
    '+0100',
    '.5',
    '.25Z',
    '.123456789',
    ':99',
    '1',
    ',7',
    ' CEST!',
    '-',
  ];

  test.each(rules)('$from -> $to', (rule) => {
    const random = new SeededRandom(11);
    const long = converterOf({ ...rule, fold: 'earlier' });
    const cold = converterOf({ ...rule, fold: 'earlier' });
    const different: string[] = [];
    let second = Date.UTC(2024, 9, 27, 0, 0, 0) / 1000;
    for (let index = 0; index < 6000; index++) {
      second += random.pick([0, 0, 0, 1, 1, 2, 30, 60, 3600, -1]);
      const stamp = new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
      const line = random.chance(0.1) ? stamp.slice(0, random.integer(0, 19)) : stamp + random.pick(tails);
      convertOne(cold, '1999-02-03 04:05:06'); // takes the place of what the memo had
      const [expected, kept] = [convertOne(cold, line), convertOne(long, line)];
      if (kept !== expected) different.push(`${line}: ${kept}, without the memo ${expected}`);
      if (index % 500 === 0) second += random.integer(0, 86_400 * 400);
    }
    expect(different).toStrictEqual([]);
    expect(long.converted).toBeGreaterThan(1000);
  });

  test('a leap second is not patched into', () => {
    const converter = converterOf({ from: ['rfc3339'] });
    const out = ['23:59:59', '23:59:60', '23:59:58', '23:59:60'].map(
      (time) => convertWith(converter, `2016-12-31T${time}Z`).text,
    );
    expect(out).toStrictEqual([
      '2016-12-31T23:59:59Z',
      '2017-01-01T00:00:00Z',
      '2016-12-31T23:59:58Z',
      '2017-01-01T00:00:00Z',
    ]);
  });

  test('the instant goes along', () => {
    const converter = converterOf({ from: ['rfc3339'] });
    for (const second of ['05', '05', '06', '42', '01']) {
      convertOne(converter, `2024-01-01T00:00:${second}Z`);
      expect(converter.utcSeconds).toBe(Date.parse(`2024-01-01T00:00:${second}Z`) / 1000);
    }
  });
});

const sink = new ByteOutput();

function convertOne(converter: ReturnType<typeof converterOf>, line: string): string {
  const bytes = encoder.encode(line);
  const out = sink;
  out.length = 0;
  converter.convertLine(bytes, 0, bytes.length, out);
  return new TextDecoder().decode(out.bytes.subarray(0, out.length));
}

describe('whole lines of a chunk', () => {
  const text = Array.from({ length: 40 }, (_, index) =>
    index % 7 === 3
      ? '\tat com.example.Main'
      : `2024-01-01T00:00:${String(index).padStart(2, '0')}Z line ${'x'.repeat(index * 3)}`,
  ).join('\n');
  const expected =
    text
      .replaceAll(/2024-01-01T00:00:(\d\d)Z/g, '01/01/2024 00:00:$1')
      .split('\n')
      .slice(0, -1)
      .join('\n') + '\n';

  test.each([1, 2, 3, 7, 64, 1000, 100_000])('cut every %i bytes', (step) => {
    const converter = converterOf({ to: '%d/%m/%Y %H:%M:%S' });
    const bytes = encoder.encode(text);
    const out = new ByteOutput();
    let done = 0;
    for (let end = step; end < bytes.length + step; end += step) {
      done = converter.convertLines(bytes, done, Math.min(end, bytes.length), out);
    }
    expect(new TextDecoder().decode(out.bytes.subarray(0, out.length))).toBe(expected);
    expect(text.slice(done)).toBe(text.split('\n').at(-1));
    expect(converter.converted + converter.passed).toBe(39);
  });
});

describe('a stamp as a whole', () => {
  test.each([
    { in: '2024-01-01T00:00:00Z', out: '1704067200' },
    { in: '2024-01-01T00:00:00Z ', out: undefined },
    { in: 'x', out: undefined },
    { in: '', out: undefined },
  ])('$in', ({ in: text, out: expected }) => {
    const out = new ByteOutput();
    const bytes = encoder.encode(text);
    expect(converterOf({ to: 'unix' }).convertStamp(bytes, 0, bytes.length, out)).toBe(
      expected !== undefined,
    );
    expect(new TextDecoder().decode(out.bytes.subarray(0, out.length))).toBe(expected ?? '');
  });
});

test('folds and gaps are counted, each time', () => {
  const converter = converterOf({ from: ['%F %T'], fromZone: 'Europe/Berlin' });
  for (const line of [
    '2024-10-27 02:30:00',
    '2024-10-27 02:30:00',
    '2024-03-31 02:30:00',
    '2024-01-01 00:00:00',
  ]) {
    convertOne(converter, line);
  }
  expect(converter).toMatchObject({ folds: 2, gaps: 1, converted: 4, passed: 0 });
});

describe('garbage', () => {
  const layouts = [
    'auto',
    '%Y-%m-%dT%H:%M:%S.%L%z',
    'dd/MMM/yyyy[ HH:mm:ss[ zzz]]',
    'Mon Jan _2 15:04:05 MST 2006',
    '%s%3f',
    'tai64n',
    'unix_ns',
    '%A %B %p %Z',
  ];
  const seeds = [
    '2024-02-29T16:05:09.123+01:00',
    '29/Feb/2024 16:05:09 CET',
    'Thu Feb 29 16:05:09 Europe/Berlin 2024',
    '1700000000123',
    '@4000000065c64d3f28776159',
    'Thursday February PM IST',
  ];

  test.each(layouts)('%s never throws nor looks outside', (layout) => {
    const random = new SeededRandom(5);
    const converter = converterOf({ from: [layout], locale: 'fr', fromZone: 'America/New_York' });
    for (let round = 0; round < 4000; round++) {
      const bytes = mutated(random, random.pick(seeds));
      const [digits, blanks] = [within(converter, bytes, 0x39), within(converter, bytes, 0x20)];
      expect(digits).toStrictEqual(blanks);
      expect(digits.converted || digits.text === Buffer.from(bytes).toString('latin1')).toBe(true);
      expect(digits.failedAt).toBeLessThanOrEqual(bytes.length);
    }
  });

  test.each(seeds)('every beginning of %s', (seed) => {
    for (const layout of layouts) {
      const converter = converterOf({ from: [layout], at: { kind: 'start' } });
      for (let length = 0; length <= seed.length; length++) {
        expect(() => convertWith(converter, seed.slice(0, length))).not.toThrow();
      }
    }
  });
});

/** Converts the line in the midst of other bytes. */
function within(
  converter: ReturnType<typeof converterOf>,
  line: Uint8Array,
  around: number,
): { converted: boolean; text: string; failedAt: number } {
  const all = new Uint8Array(line.length + 64).fill(around);
  all.set(line, 32);
  sink.length = 0;
  const converted = converter.convertLine(all, 32, 32 + line.length, sink);
  const text = Buffer.from(sink.bytes.subarray(0, sink.length)).toString('latin1');
  return { converted, text, failedAt: converted ? 0 : converter.failureOf(all, 32, 32 + line.length).at };
}

function mutated(random: SeededRandom, seed: string): Uint8Array {
  const bytes = Array.from(encoder.encode(seed));
  for (let changes = random.integer(0, 4); changes > 0; changes--) {
    const at = random.integer(0, bytes.length);
    const byte = random.chance(0.5)
      ? random.integer(0, 255)
      : random.pick(Array.from(encoder.encode('0123456789:.,+-/ [ZTzé@')));
    bytes.splice(at, random.integer(0, 2), ...(random.chance(0.5) ? [byte] : []));
  }
  return Uint8Array.from(bytes);
}
