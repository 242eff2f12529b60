import { expect, test } from 'vitest';
import type { PerfCounter } from '../../src/hsperfdata/perf-counters.ts';
import { PerfSeries } from '../../src/hsperfdata/perf-series.ts';
import type { Series } from '../../src/jmx/rules/rule.ts';

const counter = (name: string, value: number | string, unit: PerfCounter['unit'] = 'none'): PerfCounter => ({
  name,
  value,
  unit,
  monotonic: false,
});

function seriesOf(counters: readonly PerfCounter[], series = new PerfSeries()) {
  const samples = new Map<string, number>();
  const objects: Series[] = [];
  series.write(counters, {
    sample(one, value) {
      objects.push(one);
      samples.set(
        `${one.name}${Object.values(one.labels)
          .map((label) => `{${label}}`)
          .join('')}`,
        value,
      );
    },
    failed: () => expect.unreachable(),
  });
  return { samples: Object.fromEntries(samples), objects };
}

const space = (at: string, used: number, capacity: number, maxCapacity = capacity): PerfCounter[] => [
  counter(`sun.gc.generation.${at}.used`, used, 'bytes'),
  counter(`sun.gc.generation.${at}.capacity`, capacity, 'bytes'),
  counter(`sun.gc.generation.${at}.maxCapacity`, maxCapacity, 'bytes'),
];
const generation = (at: number, capacity: number, max: number): PerfCounter[] => [
  counter(`sun.gc.generation.${at}.capacity`, capacity, 'bytes'),
  counter(`sun.gc.generation.${at}.maxCapacity`, max, 'bytes'),
];
const PAGE = 4096;

const ROWS: { name: string; in: readonly PerfCounter[]; out: Readonly<Record<string, number>> }[] = [
  { name: 'nothing', in: [], out: {} },
  {
    name: 'ticks are seconds, by the frequency of the file',
    in: [
      counter('sun.os.hrt.frequency', 1000, 'hertz'),
      counter('java.ci.totalTime', 1500, 'ticks'),
      counter('sun.rt.safepoints', 3, 'events'),
      counter('sun.rt.vmInitDoneTime', 1_600_000_000_123),
    ],
    out: {
      jvm_compilation_time_seconds_total: 1.5,
      jvm_safepoints_total: 3,
      jvm_process_start_time_seconds: 1_600_000_000.123,
    },
  },
  {
    name: 'classes of the archive count as well',
    in: [
      counter('java.cls.loadedClasses', 10, 'events'),
      counter('java.cls.sharedLoadedClasses', 400, 'events'),
      counter('java.cls.unloadedClasses', 1, 'events'),
      counter('java.cls.sharedUnloadedClasses', 2, 'events'),
    ],
    out: { jvm_classes_loaded_total: 410, jvm_classes_unloaded_total: 3, jvm_classes_currently_loaded: 407 },
  },
  {
    name: 'a heap in spaces: two survivors are one pool, of which one is in use',
    in: [
      counter('sun.gc.collector.0.name', 'Copy', 'string'),
      counter('sun.gc.collector.0.invocations', 5, 'events'),
      counter('sun.gc.collector.0.time', 2e9, 'ticks'),
      ...generation(0, 100 * PAGE, 200 * PAGE),
      ...space('0.space.0', 7, 80 * PAGE),
      ...space('0.space.1', 0, 10 * PAGE),
      ...space('0.space.2', 3, 10 * PAGE),
      ...generation(1, 50 * PAGE, 300 * PAGE),
      ...space('1.space.0', 11, 50 * PAGE),
    ],
    out: {
      'jvm_gc_collection_seconds_count{Copy}': 5,
      'jvm_gc_collection_seconds_sum{Copy}': 2,
      'jvm_memory_pool_used_bytes{Eden Space}': 7,
      'jvm_memory_pool_committed_bytes{Eden Space}': 80 * PAGE,
      'jvm_memory_pool_used_bytes{Survivor Space}': 3,
      'jvm_memory_pool_committed_bytes{Survivor Space}': 10 * PAGE,
      'jvm_memory_pool_used_bytes{Tenured Gen}': 11,
      'jvm_memory_pool_committed_bytes{Tenured Gen}': 50 * PAGE,
      'jvm_memory_used_bytes{heap}': 21,
      'jvm_memory_committed_bytes{heap}': 140 * PAGE,
      'jvm_memory_max_bytes{heap}': 490 * PAGE,
    },
  },
  {
    name: 'a heap in regions, all of which each generation may have; its sizes are a word too large',
    in: [
      counter('sun.gc.collector.0.name', 'G1 young collection pauses', 'string'),
      ...generation(0, 10 * PAGE + 24, 30 * PAGE + 24),
      ...space('0.space.0', 5, 8 * PAGE + 8),
      ...space('0.space.1', 0, 8),
      ...space('0.space.2', 1, 2 * PAGE + 8),
      ...generation(1, 20 * PAGE + 8, 30 * PAGE + 8),
      ...space('1.space.0', 6, 20 * PAGE + 8),
    ],
    out: {
      'jvm_memory_pool_used_bytes{G1 Eden Space}': 5,
      'jvm_memory_pool_committed_bytes{G1 Eden Space}': 8 * PAGE,
      'jvm_memory_pool_used_bytes{G1 Survivor Space}': 1,
      'jvm_memory_pool_committed_bytes{G1 Survivor Space}': 2 * PAGE,
      'jvm_memory_pool_used_bytes{G1 Old Gen}': 6,
      'jvm_memory_pool_committed_bytes{G1 Old Gen}': 20 * PAGE,
      'jvm_memory_used_bytes{heap}': 12,
      'jvm_memory_committed_bytes{heap}': 30 * PAGE,
      'jvm_memory_max_bytes{heap}': 30 * PAGE,
    },
  },
  {
    name: 'a collector that no bean is named for, and that is not the first',
    in: [
      counter('sun.gc.collector.2.name', 'Z concurrent cycle pauses', 'string'),
      counter('sun.gc.collector.2.invocations', 81, 'events'),
      ...generation(0, 0, 100 * PAGE),
      ...generation(1, 50 * PAGE, 100 * PAGE),
      ...space('1.space.0', 12, 50 * PAGE),
    ],
    out: {
      'jvm_gc_collection_seconds_count{Z concurrent cycle pauses}': 81,
      'jvm_memory_used_bytes{heap}': 12,
      'jvm_memory_committed_bytes{heap}': 50 * PAGE,
      'jvm_memory_max_bytes{heap}': 100 * PAGE,
    },
  },
  {
    name: 'metaspace that nobody has measured yet is not 0',
    in: [counter('sun.gc.metaspace.used', 0, 'bytes'), counter('sun.gc.metaspace.capacity', PAGE, 'bytes')],
    out: { 'jvm_memory_pool_committed_bytes{Metaspace}': PAGE },
  },
];

test.each(ROWS)('$name', ({ in: counters, out }) => {
  expect(seriesOf(counters).samples).toEqual(out);
});

test('a series is the same object each time, and says what the preset says', () => {
  const series = new PerfSeries();
  const counters = [counter('java.threads.live', 3), counter('sun.rt.safepoints', 1)];
  const [before, after] = [seriesOf(counters, series).objects, seriesOf(counters, series).objects];
  expect(before.map((one, index) => one === after[index])).toEqual([true, true]);
  expect(before).toMatchObject([
    { type: 'gauge', help: 'Live threads.' },
    { type: 'counter', help: 'Times that all threads were stopped.' },
  ]);
});
