import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { LineJoiner } from '../../src/statsd/stream-server.ts';
import { splits } from '@podmate/testkit/splits';
import { COMPAT, NATIVE, Workbench } from './workbench.ts';

type Row = { name: string; in: string; out: string[]; errors?: Record<string, number>; native?: string[] };

/** `native`: where our own reading differs from statsd_exporter's. */
const rows: Row[] = [
  { name: 'counter', in: 'a:2|c', out: ['a 2'] },
  { name: 'counter with rate', in: 'a:2|c|@0.1', out: ['a 20'] },
  { name: 'bad rate counts as 1', in: 'a:2|c|@x', out: ['a 2'], errors: { invalid_sample_factor: 1 } },
  { name: 'rate 0 counts as 1', in: 'a:2|c|@0', out: ['a 2'] },
  { name: 'exponent', in: 'a:1e3|g', out: ['a 1000'] },
  { name: 'infinite gauge', in: 'a:+Inf|g', out: ['a +Inf'] },
  { name: 'too large for a number', in: 'a:1e999|g', out: [], errors: { malformed_value: 1 } },
  { name: 'hexadecimal needs its exponent', in: 'a:0x10|g', out: [], errors: { malformed_value: 1 } },
  { name: 'hexadecimal', in: 'a:-0x1.8P1|g', out: ['a -3'] },
  { name: 'hexadecimal without digits', in: 'a:0x.p1|g', out: [], errors: { malformed_value: 1 } },
  { name: 'underscores between digits', in: 'a:1_000.5|g', out: ['a 1000.5'] },
  { name: 'underscore at an end', in: 'a:1_|g', out: [], errors: { malformed_value: 1 } },
  { name: 'two rates', in: 'a:1|c|@0.5|@0.1', out: ['a 20'] },
  {
    name: 'negative rate',
    in: 'a:1|c|@-1',
    out: [],
    errors: { illegal_negative_counter: 1 },
    native: ['a 1'],
  },
  { name: 'wrong value before an empty section', in: 'a:x|c|', out: [], errors: { malformed_value: 1 } },
  { name: 'comma after the last tag', in: 'a:1|c|#x:y,', out: ['a{x="y"} 1'] },
  { name: 'no name beside tags', in: ',x=1:1|c', out: [], errors: { empty_metric_name: 1 } },
  { name: "the format's own label", in: 'a:1|c|#__name__:x', out: ['a{exported___name__="x"} 1'] },
  { name: 'no value', in: 'a:|c', out: [], errors: { malformed_value: 1 } },
  { name: 'no type', in: 'a:1', out: [], errors: { not_enough_parts_after_colon: 1 } },
  { name: 'no colon', in: 'abc', out: [], errors: { malformed_line: 1 } },
  { name: 'empty section', in: 'a:1|c||#x:y', out: [], errors: { malformed_component: 1 } },
  { name: 'unknown section', in: 'a:1|c|zz', out: [], errors: { invalid_sample_factor: 1 } },
  { name: 'empty tags', in: 'a:1|c|#', out: ['a 1'] },
  { name: 'influx', in: 'a,x=1,y=2:1|c', out: ['a{x="1",y="2"} 1'] },
  { name: 'quotes in a tag', in: 'a:1|c|#x:a"b\\c', out: ['a{x="a\\"b\\\\c"} 1'] },
  { name: 'timestamp', in: 'a:1|c|#x:y|T1656581400', out: ['a{x="y"} 1'] },
  { name: 'container', in: 'a:1|c|#x:y|c:abc', out: ['a{container_id="abc",x="y"} 1'] },
  {
    name: 'external data (1.5)',
    in: 'a:1|c|#x:y|c:abc|e:it-false,cn-app',
    out: [],
    errors: { invalid_sample_factor: 1 },
    native: ['a{container_id="abc",x="y"} 1'],
  },
  {
    name: 'cardinality (1.6)',
    in: 'a:1|c|#x:y|card:low',
    out: [],
    errors: { malformed_container_id: 1 },
    native: ['a{x="y"} 1'],
  },
  {
    name: 'packed counter (1.1)',
    in: 'a:1:2:3|c|#x:y',
    out: [],
    errors: { invalid_extended_aggregate_type: 1 },
    native: ['a{x="y"} 6'],
  },
  { name: 'several samples', in: 'a:1|c:2|c', out: ['a 3'] },
  {
    name: 'event',
    in: '_e{5,4}:title|text|t:error|h:web1|#env:prod',
    out: [],
    errors: { malformed_value: 1 },
    native: ['dogstatsd_events_total{alert_type="error",env="prod",host="web1",priority="normal"} 1'],
  },
  {
    name: 'event whose title has bars and bytes',
    in: '_e{6,3}:|é|#a|b|c',
    out: [],
    errors: { malformed_value: 1 },
    native: ['dogstatsd_events_total{alert_type="info",priority="normal"} 1'],
  },
  {
    name: 'service check',
    in: '_sc|db.ping|2|d:1700000000|#env:prod|m:a|#b:c',
    out: [],
    errors: { invalid_sample_factor: 1 },
    native: ['dogstatsd_service_check{check="db.ping",env="prod"} 2'],
  },
  { name: 'set', in: 'a:1|s', out: [], errors: { illegal_event: 1 }, native: ['a 1'] },
  {
    name: 'set of words',
    in: 'a:bob|s|#x:y',
    out: [],
    errors: { malformed_value: 1 },
    native: ['a{x="y"} 1'],
  },
  { name: 'hostile rate', in: 'a:1|h|@0.000001', out: summaryOf('a', 1, 1e6) },
  { name: 'rate above 1 observes nothing', in: 'a:1|h|@2', out: [] },
];

function summaryOf(name: string, value: number, count: number): string[] {
  const quantiles = ['0.5', '0.9', '0.99'].map((q) => `${name}{quantile="${q}"} ${value}`);
  return [`${name}_count ${count}`, `${name}_sum ${value * count}`, ...quantiles].toSorted();
}

describe.each(rows)('$name', ({ in: line, out, errors, native }) => {
  test('as statsd_exporter reads it', () => {
    const bench = new Workbench(COMPAT).send(line);
    expect(bench.series()).toEqual(out);
    expect(bench.errors()).toEqual(errors ?? {});
  });

  test('as we read it', () => {
    expect(new Workbench(NATIVE).send(line).series()).toEqual(native ?? out);
  });
});

test('a stream may be cut anywhere', () => {
  const random = new SeededRandom(freshSeed());
  const stream = rows.map((row) => row.in).join('\r\n');
  const whole = new Workbench().send(stream.replaceAll('\r', ''));
  for (const { name, chunks } of splits(stream, random)) {
    const bench = new Workbench();
    const joiner = new LineJoiner(bench.ingest, { maxLineBytes: 4096, endOnLongLine: false });
    for (const chunk of chunks) joiner.push(chunk);
    joiner.end();
    expect([name, bench.series(), bench.counts.lines]).toEqual([name, whole.series(), whole.counts.lines]);
  }
});

test('a line that is too long is skipped, or ends the stream', () => {
  for (const endOnLongLine of [false, true]) {
    const bench = new Workbench();
    const joiner = new LineJoiner(bench.ingest, { maxLineBytes: 16, endOnLongLine });
    for (const piece of ['ok:1|c\nxxxxxxxxxxxxxxxx', 'xxxxxxxx', ':1|c\nlast:1|c\n'])
      joiner.push(Buffer.from(piece));
    joiner.end();
    expect(bench.series()).toEqual(endOnLongLine ? ['ok 1'] : ['last 1', 'ok 1']);
    expect(joiner.longLines).toBe(1);
  }
});
