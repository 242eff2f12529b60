// The pure parts put together for unit tests: lines in, the text of all series out.
import { text } from '../../src/exposition/text.ts';
import { type Limits, SeriesStore } from '../../src/series/store.ts';
import { Applier } from '../../src/statsd/apply.ts';
import { Counts } from '../../src/statsd/counts.ts';
import { Ingest } from '../../src/statsd/ingest.ts';
import type { Dialect } from '../../src/statsd/line.ts';
import { Mapping } from '../../src/statsd/mapping.ts';
import { Sets } from '../../src/statsd/sets.ts';
import { noMapping, readMappingFile } from '../../src/statsd/mapping-file.ts';

export const COMPAT: Dialect = {
  dogstatsd: true,
  influxdb: true,
  librato: true,
  signalfx: true,
  compat: true,
  containerIdLabel: true,
  sets: false,
  valuelessTags: 'drop',
  utf8: false,
};
export const NATIVE: Dialect = { ...COMPAT, compat: false, sets: true };
const LIMITS: Limits = { maxSeries: 100_000, maxSeriesPerMetric: 100_000, maxLabelLength: 1024 };

export class Workbench {
  readonly counts = new Counts();
  readonly store: SeriesStore;
  readonly applier: Applier;
  readonly ingest: Ingest;
  readonly sets: Sets;

  constructor(dialect: Dialect = NATIVE, mappingYaml?: string, limits: Partial<Limits> = {}) {
    this.store = new SeriesStore({ ...LIMITS, ...limits });
    const file = mappingYaml === undefined ? noMapping : readMappingFile('test.yml', mappingYaml);
    const mapping = new Mapping(file, { size: 100, type: 'lru' });
    this.applier = new Applier(mapping, this.store, this.counts, { utf8: dialect.utf8 });
    const { store, applier, counts } = this;
    this.sets = new Sets(store, 60_000);
    this.ingest = new Ingest({
      store,
      applier,
      counts,
      dialect,
      maxLineBytes: 65_536,
      sets: this.sets,
      ...(!dialect.compat && { datagrams: { events: true, serviceChecks: true, tags: dialect } }),
    });
  }

  send(packet: string | Buffer): this {
    const bytes = Buffer.from(packet);
    this.ingest.lines(bytes, 0, bytes.length);
    return this;
  }

  /** The lines of the text format, without comments, sorted. */
  series(nowMs = 0): string[] {
    const pages = [...this.store.layout.pages()].map((page) =>
      Buffer.from(text.page(page, this.store, nowMs)).toString(),
    );
    return pages
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .toSorted();
  }

  errors(): Record<string, number> {
    return Object.fromEntries([...this.counts.sampleErrors, ...this.counts.eventErrors]);
  }
}
