// hsperfdata counters as series: by the names that the JVM preset gives the same numbers where there is such a bean, and
// a few that no bean has (safepoints). For JVMs of which only the counters can be seen. Pure.
// The JVM writes sizes of the heap at collections and every 50 ms at best, so they are a little older than by JMX.

import { jvm } from '../jmx/presets/jvm.ts';
import type { SampleSink } from '../jmx/rules/collector.ts';
import type { Series } from '../jmx/rules/rule.ts';
import type { PerfCounter } from './perf-counters.ts';

type Labels = Readonly<Record<string, string>>;

/** Counter -> metric, which in the file is in ticks, milliseconds or the unit itself. */
const PLAIN: readonly (readonly [counter: string, metric: string])[] = [
  ['java.threads.live', 'jvm_threads_current'],
  ['java.threads.daemon', 'jvm_threads_daemon'],
  ['java.threads.livePeak', 'jvm_threads_peak'],
  ['java.threads.started', 'jvm_threads_started_total'],
  ['java.ci.totalTime', 'jvm_compilation_time_seconds_total'],
  ['sun.rt.safepoints', 'jvm_safepoints_total'],
  ['sun.rt.safepointTime', 'jvm_safepoint_seconds_total'],
  ['sun.rt.safepointSyncTime', 'jvm_safepoint_sync_seconds_total'],
  ['sun.rt.applicationTime', 'jvm_application_running_seconds_total'],
];

const METASPACES = { metaspace: 'Metaspace', compressedclassspace: 'Compressed Class Space' };

/** What no bean has. */
const OWN: Readonly<Record<string, string>> = {
  jvm_safepoints_total: 'Times that all threads were stopped.',
  jvm_safepoint_seconds_total: 'Time that all threads were stopped.',
  jvm_safepoint_sync_seconds_total: 'Time until all threads had stopped.',
  jvm_application_running_seconds_total: 'Time that threads were not stopped.',
};

/** How the beans call collectors and pools, by the first collector's name in the file (of JDK 8, of later ones). */
const BEAN_NAMES: readonly {
  readonly first: RegExp;
  readonly collectors: readonly string[];
  readonly pools: Readonly<Record<'eden' | 'survivor' | 'old', string>>;
}[] = [
  {
    first: /^(?:Copy|Serial )/,
    collectors: ['Copy', 'MarkSweepCompact'],
    pools: { eden: 'Eden Space', survivor: 'Survivor Space', old: 'Tenured Gen' },
  },
  {
    first: /^(?:PSScavenge|Parallel )/,
    collectors: ['PS Scavenge', 'PS MarkSweep'],
    pools: { eden: 'PS Eden Space', survivor: 'PS Survivor Space', old: 'PS Old Gen' },
  },
  {
    first: /^G1 /,
    collectors: ['G1 Young Generation', 'G1 Old Generation', 'G1 Concurrent GC'],
    pools: { eden: 'G1 Eden Space', survivor: 'G1 Survivor Space', old: 'G1 Old Gen' },
  },
];

/** One JVM's counters on their way to a sink. Keeps its series, as a sink knows them by object. */
export class PerfSeries {
  readonly #series = new Map<string, Series>();
  readonly #ofBeans = new Map(jvm.rules.map(({ text }) => [text.name, text]));

  /** How many samples there were. */
  write(counters: readonly PerfCounter[], sink: SampleSink): number {
    const file = new CounterFile(counters);
    let samples = 0;
    const sample = (metric: string, value: number | undefined, labels: Labels = {}): void => {
      if (value === undefined) return;
      samples++;
      sink.sample(this.#of(metric, labels), value);
    };
    for (const [counter, metric] of PLAIN) sample(metric, file.value(counter));
    for (const [counter, pool] of Object.entries(METASPACES)) {
      // 0 until the first collection: nobody has measured yet
      sample('jvm_memory_pool_used_bytes', file.value(`sun.gc.${counter}.used`) || undefined, { pool });
      sample('jvm_memory_pool_committed_bytes', file.value(`sun.gc.${counter}.capacity`) || undefined, {
        pool,
      });
    }
    classes(file, sample);
    collections(file, sample);
    heap(file, sample);
    const began = file.value('sun.rt.vmInitDoneTime');
    sample('jvm_process_start_time_seconds', began === undefined ? undefined : began / 1000);
    const version = file.text('java.property.java.vm.version');
    sample('jvm_version', version === undefined ? undefined : 1, { version: version ?? '' });
    return samples;
  }

  #of(name: string, labels: Labels): Series {
    const key = `${name}${JSON.stringify(labels)}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const { type = 'counter', help = OWN[name] } = this.#ofBeans.get(name) ?? {};
      series = {
        name,
        labels,
        type,
        help,
        bean: 'hsperfdata:type=hsperfdata',
        attribute: `><>${key}`,
        description: '',
      };
      this.#series.set(key, series);
    }
    return series;
  }
}

type Sampling = (metric: string, value: number | undefined, labels?: Labels) => void;

function classes(file: CounterFile, sample: Sampling): void {
  const sum = (word: string): number | undefined =>
    file.sum([`java.cls.${word}Classes`, `java.cls.shared${word[0]?.toUpperCase()}${word.slice(1)}Classes`]);
  const [loaded, unloaded] = [sum('loaded'), sum('unloaded')];
  sample('jvm_classes_loaded_total', loaded);
  sample('jvm_classes_unloaded_total', unloaded);
  if (loaded !== undefined) sample('jvm_classes_currently_loaded', loaded - (unloaded ?? 0));
}

function collections(file: CounterFile, sample: Sampling): void {
  for (const [index, name] of file.collectors) {
    const gc = file.beanNames?.collectors[index] ?? name;
    sample('jvm_gc_collection_seconds_count', file.value(`sun.gc.collector.${index}.invocations`), { gc });
    sample('jvm_gc_collection_seconds_sum', file.value(`sun.gc.collector.${index}.time`), { gc });
  }
}

/** Two survivor spaces are one pool, of which one is in use: the other counts as neither committed nor available. */
function heap(file: CounterFile, sample: Sampling): void {
  const [young, old] = ['sun.gc.generation.0', 'sun.gc.generation.1'];
  const space = (prefix: string, what: string): number => file.bytes(`${prefix}.${what}`);
  if (file.value(`${old}.capacity`) === undefined) return;
  const survivors = [`${young}.space.1`, `${young}.space.2`];
  const larger = (what: string): number => Math.max(...survivors.map((one) => space(one, what)));
  const used = {
    eden: space(`${young}.space.0`, 'used'),
    survivor: space(`${young}.space.1`, 'used') + space(`${young}.space.2`, 'used'),
    old: space(`${old}.space.0`, 'used'),
  };
  const committed = {
    eden: space(`${young}.space.0`, 'capacity'),
    survivor: larger('capacity'),
    old: space(`${old}.space.0`, 'capacity'),
  };
  for (const part of ['eden', 'survivor', 'old'] as const) {
    const pool = file.beanNames?.pools[part];
    if (pool === undefined) continue;
    sample('jvm_memory_pool_used_bytes', used[part], { pool });
    sample('jvm_memory_pool_committed_bytes', committed[part], { pool });
  }
  const area = { area: 'heap' };
  sample('jvm_memory_used_bytes', used.eden + used.survivor + used.old, area);
  sample('jvm_memory_committed_bytes', committed.eden + committed.survivor + committed.old, area);
  const [youngMax, oldMax] = [space(young, 'maxCapacity'), space(old, 'maxCapacity')];
  const max = file.hasRegions ? oldMax : youngMax + oldMax - larger('maxCapacity');
  sample('jvm_memory_max_bytes', max, area);
}

class CounterFile {
  readonly #counters: ReadonlyMap<string, PerfCounter>;
  readonly #ticksPerSecond: number;
  readonly beanNames: (typeof BEAN_NAMES)[number] | undefined;
  readonly isG1: boolean;
  /** Which each generation may have all of. */
  readonly hasRegions: boolean;
  /** Numbers and names; ZGC's may begin with 2. */
  readonly collectors: readonly (readonly [index: number, name: string])[];

  constructor(counters: readonly PerfCounter[]) {
    this.#counters = new Map(counters.map((one) => [one.name, one]));
    this.#ticksPerSecond = this.value('sun.os.hrt.frequency') ?? 1e9;
    this.collectors = counters
      .flatMap(({ name, value }): [number, string][] => {
        const index = /^sun\.gc\.collector\.(\d+)\.name$/.exec(name)?.[1];
        return index === undefined ? [] : [[Number(index), String(value)]];
      })
      .toSorted(([a], [b]) => a - b);
    const first = this.collectors[0]?.[1] ?? '';
    this.beanNames = BEAN_NAMES.find((names) => names.first.test(first));
    this.isG1 = first.startsWith('G1 ');
    this.hasRegions = /^(?:G1|Z)/.test(first);
  }

  /** Ticks in seconds. */
  value(name: string): number | undefined {
    const counter = this.#counters.get(name);
    if (typeof counter?.value !== 'number') return undefined;
    return counter.unit === 'ticks' ? counter.value / this.#ticksPerSecond : counter.value;
  }

  text(name: string): string | undefined {
    const value = this.#counters.get(name)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  /** Of those that there are; undefined: none is. */
  sum(names: readonly string[]): number | undefined {
    const values = names.flatMap((name) => this.value(name) ?? []);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  /** 0 for what there is not. G1 adds a word to each size, lest somebody divide by 0: it is taken off. */
  bytes(name: string): number {
    const value = this.value(name) ?? 0;
    return this.isG1 && !name.endsWith('used') ? value - (value % 4096) : value;
  }
}
