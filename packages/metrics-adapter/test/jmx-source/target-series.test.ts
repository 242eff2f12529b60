import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { text } from '../../src/exposition/text.ts';
import type { MetricType, Series } from '../../src/jmx/rules/rule.ts';
import { PolledFamilies } from '../../src/jmx-source/families.ts';
import { TargetSeries } from '../../src/jmx-source/target-series.ts';
import { type Limits, SeriesStore } from '../../src/series/store.ts';
import { snapshot } from '../../src/series/snapshot.ts';

const LIMITS: Limits = { maxSeries: 100, maxSeriesPerMetric: 100, maxLabelLength: 100 };

/** `Beans` of a target: `name{label} type value`, of the bean `bean`. */
type Sample = {
  name: string;
  type?: MetricType;
  bean?: string;
  label?: string;
  help?: string;
  value?: number;
};

const seriesOf = ({ name, type = 'unknown', bean = 'app:type=T', label, help }: Sample): Series => ({
  name,
  type,
  bean,
  help,
  attribute: '><>Count',
  labels: label === undefined ? {} : { l: label },
  description: '',
});

class Bench {
  readonly store: SeriesStore;
  readonly families: PolledFamilies;
  #nowMs = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.store = new SeriesStore({ ...LIMITS, ...limits }, new Set(['own']));
    this.families = new PolledFamilies(this.store);
  }

  target(labels: Record<string, string> = {}): (samples: readonly (Series | Sample)[]) => string[] {
    const target = new TargetSeries(new Map(Object.entries(labels)), this.store, this.families);
    return (samples) => {
      target.begin(this.#nowMs++);
      for (const one of samples)
        target.sample('attribute' in one ? one : seriesOf(one), 'value' in one ? (one.value ?? 1) : 1);
      target.finish();
      return this.shown();
    };
  }

  /** All lines but help, series sorted within their family. */
  shown(): string[] {
    const pages = [...this.store.layout.pages()].map((page) =>
      Buffer.from(text.page(page, this.store, 0)).toString(),
    );
    return pages
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# HELP'))
      .map((line) => line.replace('# TYPE ', '# '))
      .toSorted();
  }
}

const ROWS: { name: string; polls: Sample[][]; out: string[] }[] = [
  {
    name: 'types and their suffixes',
    polls: [[{ name: 'a_total', type: 'counter' }, { name: 'b', type: 'counter' }, { name: 'c_total' }]],
    out: ['# a_total counter', '# b_total counter', '# c untyped', 'a_total 1', 'b_total 1', 'c 1'],
  },
  {
    name: 'types that differ under one name are unknown',
    polls: [
      [
        { name: 'a', type: 'gauge', label: 'x' },
        { name: 'a_total', type: 'counter', label: 'y' },
      ],
    ],
    out: ['# a untyped', 'a{l="x"} 1', 'a{l="y"} 1'],
  },
  {
    name: 'they are as before when one is gone',
    polls: [
      [
        { name: 'a', type: 'counter', label: 'x' },
        { name: 'a', type: 'gauge', label: 'y' },
      ],
      [{ name: 'a', type: 'counter', label: 'x', value: 7 }],
    ],
    out: ['# a_total counter', 'a_total{l="x"} 7'],
  },
  {
    name: 'a type that comes later',
    polls: [
      [{ name: 'a', type: 'counter', label: 'x' }],
      [
        { name: 'a', type: 'counter', label: 'x', value: 2 },
        { name: 'a', type: 'gauge', label: 'y' },
      ],
    ],
    out: ['# a untyped', 'a{l="x"} 2', 'a{l="y"} 1'],
  },
  {
    name: 'what would be one series is told apart, the whole family',
    polls: [
      [
        { name: 'a', bean: 'app:type=T,n=1' },
        { name: 'a', bean: 'app:type=T,n=2', value: 2 },
        { name: 'a', label: 'x', bean: 'app:type=T,n=3', value: 3 },
      ],
    ],
    out: [
      '# a untyped',
      'a{_objectname="app<type=T, n=1><>Count"} 1',
      'a{_objectname="app<type=T, n=2><>Count"} 2',
      'a{_objectname="app<type=T, n=3><>Count",l="x"} 3',
    ],
  },
  {
    name: 'no longer when there is nothing to tell apart',
    polls: [
      [
        { name: 'a', bean: 'app:type=T,n=1' },
        { name: 'a', bean: 'app:type=T,n=2' },
      ],
      [{ name: 'a', bean: 'app:type=T,n=2', value: 5 }],
    ],
    out: ['# a untyped', 'a 5'],
  },
  {
    name: 'a twin that comes later',
    polls: [
      [{ name: 'a', bean: 'app:type=T,n=1' }],
      [
        { name: 'a', bean: 'app:type=T,n=1', value: 3 },
        { name: 'a', bean: 'app:type=T,n=2', value: 4 },
      ],
    ],
    out: [
      '# a untyped',
      'a{_objectname="app<type=T, n=1><>Count"} 3',
      'a{_objectname="app<type=T, n=2><>Count"} 4',
    ],
  },
  {
    name: 'one that takes the place of another',
    polls: [[{ name: 'a', bean: 'app:type=T,n=1' }], [{ name: 'a', bean: 'app:type=T,n=2', value: 4 }]],
    out: ['# a untyped', 'a 4'],
  },
  {
    name: 'what is gone is gone',
    polls: [[{ name: 'a' }, { name: 'b' }], [{ name: 'b' }]],
    out: ['# b untyped', 'b 1'],
  },
  { name: 'all of it', polls: [[{ name: 'a' }], []], out: [] },
  { name: 'a name of our own', polls: [[{ name: 'own' }, { name: 'b' }]], out: ['# b untyped', 'b 1'] },
];

test.each(ROWS)('$name', ({ polls, out }) => {
  const bench = new Bench();
  const poll = bench.target();
  expect(polls.map((samples) => poll(samples)).at(-1)).toEqual(out);
  expect(bench.store.size).toBe(out.filter((line) => !line.startsWith('#')).length);
});

describe('objects', () => {
  test('the same object is written in place; another one for the same series, too', () => {
    const bench = new Bench();
    const poll = bench.target();
    const one = seriesOf({ name: 'a' });
    poll([one]);
    const id = bench.store.idOf('a') ?? -1;
    const epoch = bench.store.epochs[id];
    poll([one]);
    poll([seriesOf({ name: 'a' })]);
    poll([seriesOf({ name: 'a' })]);
    expect([bench.store.idOf('a'), bench.store.epochs[id]]).toEqual([id, epoch]);
  });

  test('an unchanged number leaves its page as it is', () => {
    const bench = new Bench();
    const poll = bench.target();
    const one = seriesOf({ name: 'a' });
    poll([one]);
    const [page] = [...bench.store.layout.pages()];
    if (page !== undefined) page.dirty = false; // as after a scrape
    poll([one]);
    expect(page?.dirty).toBe(false);
    poll([{ name: 'a', value: 2 }]);
    expect(page?.dirty).toBe(true);
  });
});

describe('targets', () => {
  test('each has its labels, which a series of it may override', () => {
    const bench = new Bench();
    bench.target({ target: 'one', l: 'mine' })([{ name: 'a' }]);
    expect(bench.target({ target: 'two', l: 'mine' })([{ name: 'a', label: 'x' }])).toEqual([
      '# a untyped',
      'a{l="mine",target="one"} 1',
      'a{l="x",target="two"} 1',
    ]);
  });

  test('types that differ between them; one of them leaves', () => {
    const bench = new Bench();
    const [one, two] = [bench.target({ target: 'one' }), bench.target({ target: 'two' })];
    one([{ name: 'a', type: 'gauge' }]);
    expect(two([{ name: 'a', type: 'counter' }])).toEqual([
      '# a untyped',
      'a{target="one"} 1',
      'a{target="two"} 1',
    ]);
    expect(one([])).toEqual(['# a_total counter', 'a_total{target="two"} 1']);
    expect(two([{ name: 'a', type: 'counter', value: 3 }])).toEqual([
      '# a_total counter',
      'a_total{target="two"} 3',
    ]);
  });

  test('without labels of their own the second of two equal beans is refused', () => {
    const bench = new Bench();
    const [one, two] = [bench.target(), bench.target()];
    one([{ name: 'a' }]);
    expect(two([{ name: 'a', value: 9 }])).toEqual(['# a untyped', 'a{_objectname="app<type=T><>Count"} 1']);
    expect(bench.store.refusals.byReason.get('duplicate')).toBe(1);
    expect(one([])).toEqual([]);
  });
});

const received = (name: string, type: MetricType) =>
  ({ name, type, help: '', ttlMs: 0, labels: new Map<string, string>() }) as const;

describe('beside StatsD', () => {
  test('a name belongs to who had it first', () => {
    const bench = new Bench();
    const poll = bench.target();
    bench.store.values[bench.store.open(received('a', 'gauge'), 0)] = 5;
    expect(poll([{ name: 'a', type: 'gauge' }, { name: 'b' }])).toEqual([
      '# a gauge',
      '# b untyped',
      'a 5',
      'b 1',
    ]);
    expect(bench.store.refusals.byReason.get('conflict')).toBe(1);
    expect(bench.store.open(received('b', 'unknown'), 0)).toBe(-1);
  });

  test('a state file has only what was received', () => {
    const bench = new Bench();
    bench.store.open(received('a', 'gauge'), 0);
    bench.target()([{ name: 'b' }]);
    expect([...snapshot(bench.store)].map((line) => line.includes('"a"'))).toEqual([true]);
  });
});

test('limits hold, are counted, and what was refused comes with the poll after there is room', () => {
  const bench = new Bench({ maxSeries: 2 });
  const poll = bench.target();
  const samples = ['x', 'y', 'z'].map((label) => seriesOf({ name: 'a', label }));
  expect(poll(samples)).toHaveLength(3);
  poll(samples);
  expect(bench.store.refusals.byReason.get('max_series')).toBe(1);
  poll(samples.slice(1));
  expect(poll(samples.slice(1))).toEqual(['# a untyped', 'a{l="y"} 1', 'a{l="z"} 1']);
});

const TYPES: readonly MetricType[] = ['counter', 'gauge', 'unknown'];

test('after any polls of two targets the store is as if there had been only the last of each', () => {
  const random = new SeededRandom(freshSeed());
  const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)] ?? from[0]!;
  const known = new Map<string, Series>();
  const bench = new Bench();
  const polls = [bench.target({ t: '1' }), bench.target({ t: '2' })];
  const last: Series[][] = [[], []];
  for (let round = 0; round < 400; round++) {
    const at = random.integer(0, 1);
    const samples = Array.from({ length: random.integer(0, 8) }, (_, bean) => {
      const sample = {
        name: pick(['a', 'a_total', 'b']),
        type: pick(TYPES),
        label: pick(['x', 'y']),
        bean: `d:n=${bean}`,
      };
      const key = JSON.stringify([at, sample]);
      const one = (random.integer(0, 3) > 0 && known.get(key)) || seriesOf(sample); // mostly the same object
      known.set(key, one);
      return one;
    });
    last[at] = samples;
    const shown = polls[at]?.(samples);
    const fresh = new Bench();
    const targets = [fresh.target({ t: '1' }), fresh.target({ t: '2' })];
    const expected = targets.map((poll, index) => poll(last[index] ?? [])).at(-1);
    expect([random.seed, round, shown]).toEqual([random.seed, round, expected]);
    expect(bench.store.refusals.byReason).toEqual(new Map());
  }
});
