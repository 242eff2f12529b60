import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { labelPairs, seriesText } from '../../src/series/label-text.ts';
import { CONFLICT, SeriesStore, type SeriesType } from '../../src/series/store.ts';

const LIMITS = { maxSeries: 10_000, maxSeriesPerMetric: 10_000, maxLabelLength: 100 };
const wanted = (name: string, type: SeriesType = 'counter', label = '', ttlMs = 0) => ({
  name,
  type,
  help: '',
  ttlMs,
  labels: new Map(label === '' ? [] : [['l', label]]),
});

/** Every series once, each family in one run. */
function shown(store: SeriesStore): string[] {
  const runs: string[] = [];
  const ids: string[] = [];
  for (const page of store.layout.pages())
    for (const { family, ids: here } of page.segments) {
      if (runs.at(-1) !== family.name) runs.push(family.name);
      for (const id of here) ids.push(store.texts[id] ?? '');
    }
  expect(new Set(runs).size).toBe(runs.length);
  return ids.toSorted();
}

test('series come and go, the layout has each once and families together', () => {
  const random = new SeededRandom(freshSeed());
  const store = new SeriesStore(LIMITS);
  const model = new Map<string, number>();
  for (let nowMs = 1; nowMs < 4000; nowMs++) {
    const name = `m${random.integer(0, 3) === 0 ? random.integer(0, 300) : 0}`;
    const one = wanted(name, 'counter', `v${random.integer(0, 600)}`, 1000);
    store.seenMs[store.open(one, nowMs)] = nowMs;
    model.set(seriesText(name, one.labels), nowMs);
    if (nowMs % 97 > 0) continue;
    store.expire(nowMs);
    for (const [text, seen] of model) if (nowMs - seen > 1000) model.delete(text);
    expect([random.seed, shown(store)]).toEqual([random.seed, [...model.keys()].toSorted()]);
    expect(store.size).toBe(model.size);
  }
  store.expire(1e6);
  expect([shown(store), store.families.size]).toEqual([[], 0]);
});

test('types clash, also by suffix, also after the last series went', () => {
  const store = new SeriesStore(LIMITS, new Set(['own']));
  store.open(wanted('h', 'histogram'), 0);
  store.open(wanted('gone', 'counter', '', 10), 0);
  store.expire(100);
  const clashes: [string, SeriesType][] = [
    ['h', 'gauge'],
    ['h_bucket', 'counter'],
    ['h_sum', 'gauge'],
    ['gone', 'gauge'],
    ['own', 'counter'],
  ];
  for (const [name, type] of clashes)
    expect([name, store.open(wanted(name, type), 0)]).toEqual([name, CONFLICT]);
  expect(store.open(wanted('gone'), 0)).toBeGreaterThanOrEqual(0);
  store.open(wanted('c_count'), 0);
  expect(store.open(wanted('c', 'summary'), 0)).toBe(CONFLICT);
});

test.each([{}, { a: 'x' }, { b: '"\\\n,{}=', a: 'ü' }, { a: '' }])(
  'labels %j come back from their text',
  (labels) => {
    const text = seriesText('n', new Map(Object.entries(labels)));
    expect(Object.fromEntries(labelPairs(text))).toEqual(labels);
  },
);
