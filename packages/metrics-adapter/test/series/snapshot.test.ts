import { expect, test } from 'vitest';
import { restoreLine, snapshot } from '../../src/series/snapshot.ts';
import { Workbench } from '../statsd/workbench.ts';

const MAPPING = `
mappings:
- {match: h.*, name: h, observer_type: histogram, labels: {way: $1}, histogram_options: {buckets: [1, 10]}}
- {match: short, name: short, ttl: 1s}
`;
const LINES = 'c:3|c|#city:Z"ü\\rich\ng:-2.5|g\ninf:Inf|g\nh.a:5|h\nh.a:50|h|@0.5\nt:250|ms\nshort:1|c';

function reborn(from: Workbench, mapping = MAPPING): Workbench {
  const bench = new Workbench(undefined, mapping);
  for (const line of snapshot(from.store)) restoreLine(bench.store, line);
  return bench;
}

const withoutQuantiles = (bench: Workbench): string[] =>
  bench.series().filter((line) => !line.includes('quantile='));

test('what is restored is what was saved, and goes on counting', () => {
  const before = new Workbench(undefined, MAPPING).send(LINES);
  const after = reborn(before);
  expect(withoutQuantiles(after)).toEqual(withoutQuantiles(before));
  expect([...snapshot(after.store)].toSorted()).toEqual([...snapshot(before.store)].toSorted());
  expect(withoutQuantiles(after.send(LINES))).toEqual(withoutQuantiles(before.send(LINES)));
});

test('other buckets in the rules begin anew; a ttl that was begun goes on', () => {
  const after = reborn(new Workbench(undefined, MAPPING).send(LINES), MAPPING.replace('[1, 10]', '[2]'));
  expect(
    after
      .send('h.a:1|h')
      .series()
      .filter((line) => line.startsWith('h_')),
  ).toEqual([
    'h_bucket{way="a",le="+Inf"} 1',
    'h_bucket{way="a",le="2"} 1',
    'h_count{way="a"} 1',
    'h_sum{way="a"} 1',
  ]);
  after.store.expire(1001);
  expect(after.store.families.has('short')).toBe(false);
});

test('limits hold for what is restored, too', () => {
  const before = new Workbench().send('a:1|c\nb:1|c\nd:1|c');
  const after = new Workbench(undefined, undefined, { maxSeries: 2 });
  for (const line of snapshot(before.store)) restoreLine(after.store, line);
  expect(after.series()).toEqual(['a 1', 'b 1']);
});
