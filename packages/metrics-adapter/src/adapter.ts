// The settings become the parts of one adapter, from the bytes of a line to the pieces of a scrape, with nothing that
// listens: what --explain, --mapping-test and the tests run is what the image runs.
import { parseAddress } from '@podmate/base/address';
import { SettingError, explain } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import { processMetrics } from '@podmate/base/metrics';
import type { AttachOptions } from './attach/attach.ts';
import { ownFamilies } from './exposition/own-metrics.ts';
import { Scraper } from './exposition/scrape.ts';
import { JmxSource } from './jmx-source/source.ts';
import { asksForJmx, readTargets } from './jmx-source/targets.ts';
import { STATSD_EXPORTER_NAMES } from './exporter-names.ts';
import { type Parts, metrics } from './metrics.ts';
import { SeriesStore } from './series/store.ts';
import { type SettingsValues, loadMapping, receivesStatsd } from './settings.ts';
import { Applier } from './statsd/apply.ts';
import { Counts, count } from './statsd/counts.ts';
import type { DatagramOptions } from './statsd/datadog-datagram.ts';
import { dialectOf } from './statsd/dialect.ts';
import { Ingest } from './statsd/ingest.ts';
import { kernelDrops } from './statsd/kernel-drops.ts';
import type { Listener } from './statsd/listener.ts';
import { Mapping } from './statsd/mapping.ts';
import { Sets } from './statsd/sets.ts';
import { UdpRelay } from './statsd/relay.ts';
import { Shapes } from './statsd/shapes.ts';

export type Adapter = Parts & {
  /** What time brings about, to be called about once a second. */
  readonly sweep: (nowMs: number) => void;
  readonly applier: Applier;
  readonly theScraper: Scraper;
  readonly listeners: Listener[];
  /** Reads mapping and rule files again. @returns what is wrong with them; all old rules stay then. */
  readonly reload: () => string | undefined;
};

/** Rows that say nothing where StatsD is not received. */
const OF_STATSD = /^metrics_adapter_(statsd|loaded_mappings|mapper|relay)/;

export type Ground = {
  readonly version: string;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  readonly pause: () => Promise<void>;
  readonly ringFull: () => number;
  /** Of the environment, for those that rule files name. */
  readonly variable: (name: string) => string | undefined;
  readonly signal: AttachOptions['signal'];
};

/** @throws SettingErrors when the mapping file or a rule file is wrong */
export function makeAdapter(values: SettingsValues, ground: Ground): Adapter {
  const compat = values.compat === 'statsd_exporter';
  const rename = compat ? STATSD_EXPORTER_NAMES : {};
  const reserved = new Set([...metrics, ...processMetrics].map(({ name }) => rename[name] ?? name));
  const limits = {
    maxSeries: values.maxSeries,
    maxSeriesPerMetric: values.maxSeriesPerMetric,
    maxLabelLength: values.maxLabelValue,
  };
  const store = new SeriesStore(limits, reserved);
  const counts = new Counts();
  const cache = { size: values.statsdCacheSize, type: values.statsdCacheType };
  const load = (): Mapping => new Mapping(loadMapping(values), cache);
  const shapes = compat ? new Shapes() : undefined;
  const applier = new Applier(load(), store, counts, {
    globalLabels: values.labels.map(readLabel),
    utf8: values.names === 'utf8',
    ...(shapes && { shapes }),
  });
  const relay = makeRelay(values);
  const sets = new Sets(store, values.statsdSetWindow);
  const ingest = new Ingest({
    store,
    applier,
    counts,
    dialect: dialectOf(values),
    maxLineBytes: values.statsdMaxLine,
    sets,
    ...(relay && { relay }),
    ...(!compat && { datagrams: datagramsOf(values, ground.log) }),
  });
  const jmx = makeJmxSource(values, store, ground);
  const listeners: Listener[] = [];
  const parts: Parts = {
    store,
    jmx,
    counts,
    shapes,
    ingest,
    relay,
    kernelDrops,
    version: ground.version,
    ringFull: ground.ringFull,
    mapping: () => applier.mapping,
    scraper: () => theScraper,
    receiveBuffers: () =>
      listeners.flatMap(({ name, grantedBytes }) =>
        grantedBytes === undefined ? [] : [[name, grantedBytes] as const],
      ),
  };
  const catalogue = receivesStatsd(values) ? metrics : metrics.filter(({ name }) => !OF_STATSD.test(name));
  const own = function* () {
    yield* ownFamilies(catalogue, parts, rename);
    yield* ownFamilies<void>(processMetrics, undefined);
  };
  const theScraper = new Scraper(store, own, ground);
  const reload = (): string | undefined => {
    if (values.statsdMappingConfig === undefined && jmx === undefined) {
      ground.log.warn('there is no mapping file to reload');
      return undefined;
    }
    try {
      const next = load();
      const targets = jmx && readTargets(values, ground.variable).targets;
      next.misses = applier.mapping.misses;
      applier.mapping = next;
      ingest.forget();
      if (targets !== undefined) void jmx?.reconfigure(targets);
      count(counts.reloads, 'success');
      const { ruleCount } = applier.mapping;
      ground.log.info('rules reloaded', { mappings: ruleCount, targets: targets?.length });
      return undefined;
    } catch (error) {
      count(counts.reloads, 'failure');
      ground.log.error('rules not reloaded, the old ones stay', { error });
      return explain(error);
    }
  };
  const sweep = (nowMs: number): void => {
    store.expire(nowMs);
    sets.sweep(nowMs);
  };
  return { ...parts, applier, theScraper, listeners, reload, sweep };
}

function makeJmxSource(values: SettingsValues, store: SeriesStore, ground: Ground): JmxSource | undefined {
  if (!asksForJmx(values)) return undefined;
  const { targets, warnings } = readTargets(values, ground.variable);
  for (const warning of warnings) ground.log.warn('rule file', { warning });
  return new JmxSource(targets, { ...ground, store, intervalMs: values.jmxInterval });
}

function datagramsOf(values: SettingsValues, log: Log): DatagramOptions {
  const { statsdEvents, statsdServiceChecks } = values;
  return {
    tags: dialectOf(values),
    events: statsdEvents !== 'off',
    serviceChecks: statsdServiceChecks === 'gauge',
    ...(statsdEvents === 'log' && { onEvent: (event) => log.info('datadog event', event) }),
  };
}

function readLabel(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function makeRelay({
  statsdRelayAddress: target,
  statsdRelayPacketLength,
}: SettingsValues): UdpRelay | undefined {
  if (!target) return undefined;
  const address = parseAddress(target);
  if ('path' in address)
    throw new SettingError({ setting: '--statsd.relay.address', value: target, what: 'not host:port' });
  return new UdpRelay(target, address, statsdRelayPacketLength);
}
