// What users of other tools complained of, one test for each, named with repository and number.
import { describe, expect, test } from 'vitest';
import { converterOf, convertText, convertWith } from './convert-text.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

interface Complaint {
  name: string;
  from: string[];
  fromZone?: string;
  now?: string;
  in: string;
  out: string;
}

const years: Complaint[] = [
  {
    name: 'elastic/logstash#4637: 31 December read in January',
    from: ['rfc3164'],
    now: '2016-01-01T00:00:05Z',
    in: 'Dec 31 23:59:58 host app',
    out: '2015-12-31T23:59:58Z host app',
  },
  {
    name: 'elastic/logstash#4637: 1 January read in December, clocks apart',
    from: ['MMM d HH:mm:ss'],
    now: '2015-12-31T23:59:58Z',
    in: 'Jan  1 00:00:03 host app',
    out: '2016-01-01T00:00:03Z host app',
  },
  {
    name: 'elastic/logstash#4929: 29 February read on that day',
    from: ['MMM d HH:mm:ss'],
    now: '2016-02-29T10:00:00Z',
    in: 'Feb 29 09:59:59 x',
    out: '2016-02-29T09:59:59Z x',
  },
  {
    name: 'elastic/logstash#4929: 29 February read in a year without one',
    from: ['MMM d HH:mm:ss'],
    now: '2015-03-01T10:00:00Z',
    in: 'Feb 29 09:59:59 x',
    out: '2012-02-29T09:59:59Z x',
  },
  {
    name: 'elastic/beats#15442: a stamp without a year, in a zone',
    from: ['%b %d %H:%M:%S'],
    fromZone: 'America/New_York',
    now: '2020-01-01T03:00:00Z',
    in: 'Dec 31 21:59:58 x',
    out: '2019-12-31T21:59:58-05:00 x',
  },
  {
    name: 'influxdata/telegraf#3379: year 0',
    from: ['Jan _2 15:04:05'],
    now: '2017-10-24T00:00:00Z',
    in: 'Oct 23 11:22:33 x',
    out: '2017-10-23T11:22:33Z x',
  },
  {
    name: 'grafana/loki#692: syslog without a year',
    from: ['Jan 02 15:04:05'],
    now: '2019-07-02T00:00:00Z',
    in: 'Jul 01 20:30:00 x',
    out: '2019-07-01T20:30:00Z x',
  },
  {
    name: 'vectordotdev/vector#16870: %b %d without %Y',
    from: ['%b %d %H:%M:%S'],
    now: '2023-03-20T00:00:00Z',
    in: 'Mar 19 01:02:03 x',
    out: '2023-03-19T01:02:03Z x',
  },
  {
    name: 'fluent/fluent-bit#2432: the guess of a year does not touch %s',
    from: ['%s'],
    now: '2020-12-31T23:59:59Z',
    in: '1577836799 x',
    out: '2019-12-31T23:59:59Z x',
  },
  {
    name: 'fluent/fluent-bit#754: the year behind the time',
    from: ['%a %b %d %H:%M:%S.%L %Y'],
    in: 'Fri Sep 14 08:12:04.123 2018 x',
    out: '2018-09-14T08:12:04.123Z x',
  },
  {
    name: 'fluent/fluent-bit#494: a time only',
    from: ['%H:%M:%S'],
    now: '2018-01-29T12:00:00Z',
    in: '11:59:30 x',
    out: '2018-01-29T11:59:30Z x',
  },
  {
    name: 'fluent/fluent-bit#494: a time only, from before midnight',
    from: ['%H:%M:%S'],
    now: '2018-01-29T00:00:10Z',
    in: '23:59:58 x',
    out: '2018-01-28T23:59:58Z x',
  },
  {
    name: 'fluent/fluent-bit#1589: glog',
    from: ['glog'],
    now: '2019-09-20T00:00:00Z',
    in: 'I0919 19:40:49.924011 1 main.go:5] up',
    out: 'I2019-09-19T19:40:49.924011Z 1 main.go:5] up',
  },
];

const fractions: Complaint[] = [
  {
    name: 'fluent/fluent-bit#2967: with a fraction',
    from: ['%Y-%m-%dT%H:%M:%S.%L%z'],
    in: '2021-01-25T10:11:12.345+0000',
    out: '2021-01-25T10:11:12.345Z',
  },
  {
    name: 'fluent/fluent-bit#2967: and without, by the same layout',
    from: ['%Y-%m-%dT%H:%M:%S.%L%z'],
    in: '2021-01-25T10:11:12+0000',
    out: '2021-01-25T10:11:12Z',
  },
  {
    name: 'fluent/fluent-bit#2210: %S:%L',
    from: ['%Y-%m-%d %H:%M:%S:%L'],
    in: '2020-06-01 10:11:12:345',
    out: '2020-06-01T10:11:12.345Z',
  },
  {
    name: 'fluent/fluent-bit#2367: %S:%L',
    from: ['%d/%m/%Y %H:%M:%S:%L'],
    in: '01/07/2020 10:11:12:345 x',
    out: '2020-07-01T10:11:12.345Z x',
  },
  {
    name: 'fluent/fluent-bit#2398: ,%LZ',
    from: ['%Y-%m-%dT%H:%M:%S,%LZ'],
    in: '2020-07-30T10:11:12,345Z',
    out: '2020-07-30T10:11:12.345Z',
  },
  {
    name: 'fluent/fluent-bit#346: 9 digits and a zone with a colon',
    from: ['%Y-%m-%dT%H:%M:%S.%L%z'],
    in: '2017-08-08T10:11:12.123456789+09:00 x',
    out: '2017-08-08T10:11:12.123456789+09:00 x',
  },
  {
    name: 'fluent/fluent-bit#5041: %6N%z',
    from: ['%Y-%m-%dT%H:%M:%S.%6N%z'],
    in: '2022-03-08T10:11:12.123456+0100',
    out: '2022-03-08T10:11:12.123456+01:00',
  },
  {
    name: 'johnkerl/miller#1007: a fraction that the layout does not show',
    from: ['%Y-%m-%dT%H:%M:%SZ'],
    in: '2022-08-24T10:11:12.123Z',
    out: '2022-08-24T10:11:12.123Z',
  },
  {
    name: 'johnkerl/miller#1702: %f and %z',
    from: ['%Y-%m-%dT%H:%M:%S.%f%z'],
    in: '2024-10-30T10:11:12.123456+0530',
    out: '2024-10-30T10:11:12.123456+05:30',
  },
];

const zones: Complaint[] = [
  {
    name: 'johnkerl/miller#359: %z is not thrown away',
    from: ['%d/%b/%Y:%H:%M:%S %z'],
    in: '05/Oct/2020:10:11:12 -0400',
    out: '2020-10-05T10:11:12-04:00',
  },
  {
    name: 'vectordotdev/vrl#1543: %s%#z',
    from: ['%s%#z'],
    in: '1750000000+02',
    out: '2025-06-15T17:06:40+02:00',
  },
  {
    name: 'vectordotdev/vector#20605: a zone for this rule',
    from: ['%F %T'],
    fromZone: 'America/Chicago',
    in: '2024-06-04 10:11:12',
    out: '2024-06-04T10:11:12-05:00',
  },
  {
    name: 'vectordotdev/vrl#962: a zone for this rule, as an offset',
    from: ['%F %T'],
    fromZone: '+05:30',
    in: '2024-06-04 10:11:12',
    out: '2024-06-04T10:11:12+05:30',
  },
  {
    name: 'vectordotdev/vrl#533: a time in a gap',
    from: ['%F %T'],
    fromZone: 'Europe/Berlin',
    in: '2023-03-26 02:30:00',
    out: '2023-03-26T03:30:00+02:00',
  },
  {
    name: 'vectordotdev/vrl#533: a time in a fold',
    from: ['%F %T'],
    fromZone: 'Europe/Berlin',
    in: '2023-10-29 02:30:00',
    out: '2023-10-29T02:30:00+02:00',
  },
  {
    name: 'vectordotdev/vrl#117: %s%3f',
    from: ['%s%3f'],
    in: '1650000000123 x',
    out: '2022-04-15T05:20:00.123Z x',
  },
  {
    name: 'vectordotdev/vector#20270: nanoseconds glued to the seconds',
    from: ['%s%f'],
    in: '1650000000123456789 x',
    out: '2022-04-15T05:20:00.123456789Z x',
  },
  {
    name: 'vectordotdev/vector#20270: as unix_ns',
    from: ['unix_ns'],
    in: '1650000000123456789 x',
    out: '2022-04-15T05:20:00.123456789Z x',
  },
];

describe.each([
  { group: 'years', table: years },
  { group: 'fractions', table: fractions },
  { group: 'zones and epochs', table: zones },
])('$group', ({ table }) => {
  test.each(table)('$name', ({ from, fromZone, now, in: line, out }) => {
    const rule = { from, ...(fromZone === undefined ? {} : { fromZone }) };
    const result = convertText(rule, line, now === undefined ? undefined : seconds(now));
    expect(result).toStrictEqual({ converted: true, text: out, message: '' });
  });
});

test('magnusbaeck/logstash-filter-verifier#76: the same test passes in every year, because the clock is given', () => {
  for (let year = 1999; year < 2040; year++) {
    const now = seconds(`${year}-01-01T00:00:01Z`);
    expect(convertText({ from: ['rfc3164'] }, 'Dec 31 23:59:59 x', now).text).toBe(
      `${year - 1}-12-31T23:59:59Z x`,
    );
  }
});

test('vectordotdev/vector#21782: out in a zone, of the rule', () => {
  expect(convertText({ toZone: 'Asia/Kolkata' }, '2024-11-12T10:11:12Z').text).toBe(
    '2024-11-12T15:41:12+05:30',
  );
});

test('gitlab infrastructure#9274: a line without a stamp is passed, not dropped, and counted', () => {
  const converter = converterOf({ from: ['%F %T'] });
  expect(convertWith(converter, '  at com.example.Main.main(Main.java:5)').text).toBe(
    '  at com.example.Main.main(Main.java:5)',
  );
  expect(converter.passed).toBeGreaterThan(0);
  expect(converter.converted).toBe(0);
});

describe('logstash-plugins/logstash-filter-grok#37, fluent/fluentd#3817: lines that fail are as cheap as any', () => {
  const long = 1 << 20;
  const hostile: { name: string; in: string }[] = [
    { name: 'digits', in: '1'.repeat(long) },
    { name: 'blanks', in: ' '.repeat(long) },
    { name: 'brackets', in: '['.repeat(long) },
    { name: 'letters', in: 'Jan'.repeat(long / 4) },
    { name: 'nearly', in: '2024-01-01T00:00:00+'.repeat(long / 32) },
  ];
  test.each(hostile)('$name', ({ in: line }) => {
    const converter = converterOf({ from: ['auto'] });
    const before = process.cpuUsage();
    for (let round = 0; round < 10; round++) convertWith(converter, line);
    const { user, system } = process.cpuUsage(before);
    // 50 readings and 50 copies of a mebibyte take about 0.1 s; anything quadratic takes hours.
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});
