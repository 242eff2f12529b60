// The hot path remembers; these tests hold it against an ingest that has never seen a line before.
import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { Workbench } from './workbench.ts';

const MAPPING = `
defaults: {ttl: 10s}
mappings:
- {match: drop.*, name: x, action: drop}
- {match: scaled.*, name: scaled, scale: 10, labels: {seg: $1}}
- {match: hist.*, name: hist, observer_type: histogram, histogram_options: {buckets: [1, 10]}}
`;

function randomLine(random: SeededRandom): string {
  const name = random.pick(['a', 'a.b', 'drop.x', 'scaled.y', 'hist.z', 'b-c', '', 'é']);
  const value = random.pick(['1', '-3', '+2.5', '0.001', '123456789012345678', '7.', '.5', '1e2', 'x', '']);
  const type = random.pick(['c', 'g', 'ms', 'h', 's']);
  const rest = random.pick([
    '',
    '',
    '|@0.5',
    '|#k:v',
    '|#k:w,l:m',
    '|#l:m,k:w',
    '|T12',
    ':2|c',
    '|@0.1|#k:v',
    '|',
  ]);
  return `${name}:${value}|${type}${rest}`;
}

test('a line that repeats does what it did the first time', () => {
  const random = new SeededRandom(freshSeed());
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: 30 }, () => randomLine(random));
    const remembering = new Workbench(undefined, MAPPING).send(lines.join('\n')).send(lines.join('\n'));
    const forgetting = new Workbench(undefined, MAPPING);
    for (const line of [...lines, ...lines]) {
      forgetting.send(line);
      forgetting.ingest.forget();
    }
    const seen = (bench: Workbench): unknown => {
      const {
        lines: all,
        samples,
        tags,
        unmapped,
        mapped,
        dropped,
        counters,
        gauges,
        observers,
      } = bench.counts;
      const numbers = { all, samples, tags, unmapped, mapped, dropped, counters, gauges, observers };
      return [random.seed, lines, bench.series(), bench.errors(), numbers];
    };
    expect(seen(remembering)).toEqual(seen(forgetting));
  }
});

test('remembers', () => {
  const bench = new Workbench().send('a:1|c|#x:y').send('a:2|c|#x:y').send('a:2|c|#x:z');
  expect(bench.ingest.identities).toBe(2);
});

test('an expired series is made anew', () => {
  const bench = new Workbench(undefined, MAPPING).send('a:3|c').send('a:3|c');
  bench.ingest.nowMs = 11_000;
  bench.store.expire(11_000);
  expect(bench.series()).toEqual([]);
  bench.send('b:1|c').send('a:5|c');
  expect(bench.series()).toEqual(['a 5', 'b 1']);
});

test('what it remembers is bounded, and what is in use survives', () => {
  const bench = new Workbench(undefined, undefined, { maxSeries: 10 });
  for (let i = 0; i < 20_000; i++) bench.send(`hot:1|c|@1.${i}`).send('hot:1|c');
  expect(bench.ingest.identities).toBeLessThanOrEqual(2048);
  expect(bench.counts.counters).toBe(40_000);
});

test('invalid UTF-8 is an error of its line alone', () => {
  const bench = new Workbench().send(
    Buffer.concat([Buffer.from('a:1|c\nb'), Buffer.from([0xc3, 0x28]), Buffer.from(':1|c')]),
  );
  expect([bench.series(), bench.errors()]).toEqual([['a 1'], { malformed_line: 1 }]);
});

test('a flood of new names is refused, old series go on', () => {
  const bench = new Workbench(undefined, undefined, { maxSeries: 100 }).send('old:1|c');
  for (let i = 0; i < 5000; i++) bench.send(`new${i}:1|c`);
  bench.send('old:1|c');
  expect(bench.store.size).toBe(100);
  expect(bench.series()).toContain('old 2');
  expect(bench.store.refusals.byReason.get('max_series')).toBe(4901);
  expect(bench.store.refusals.top(5000).length).toBeLessThanOrEqual(1000);
});

test('limits for each metric and label', () => {
  const bench = new Workbench(undefined, undefined, { maxSeriesPerMetric: 2, maxLabelLength: 3 });
  bench.send('a:1|c|#k:1\na:1|c|#k:2\na:1|c|#k:3\nb:1|c|#k:long');
  expect(bench.series()).toEqual(['a{k="1"} 1', 'a{k="2"} 1']);
  expect(Object.fromEntries(bench.store.refusals.byReason)).toEqual({
    max_series_per_metric: 1,
    label_length: 1,
  });
});
