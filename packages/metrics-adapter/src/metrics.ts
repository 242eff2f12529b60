// The catalogue of every metric that metrics-adapter has of itself; its documentation is made from here. exporter-names.ts
// has the names that statsd_exporter has for some of them.
import { defineMetrics } from '@podmate/base/metrics';
import { jmxMetrics } from './jmx-metrics.ts';
import type { JmxSource } from './jmx-source/source.ts';
import type { Scraper } from './exposition/scrape.ts';
import type { SeriesStore, SeriesType } from './series/store.ts';
import type { Counts } from './statsd/counts.ts';
import type { Ingest } from './statsd/ingest.ts';
import type { Mapping } from './statsd/mapping.ts';
import type { UdpRelay } from './statsd/relay.ts';
import type { Shapes } from './statsd/shapes.ts';

export type Parts = {
  readonly store: SeriesStore;
  /** Where targets were asked for. */
  readonly jmx: JmxSource | undefined;
  readonly counts: Counts;
  /** With --compat. */
  readonly shapes: Shapes | undefined;
  readonly ingest: Ingest;
  readonly mapping: () => Mapping;
  readonly relay: UdpRelay | undefined;
  readonly scraper: () => Scraper;
  /** Bytes of receive buffer that the kernel granted, by listener. */
  readonly receiveBuffers: () => Iterable<readonly [listener: string, bytes: number]>;
  readonly kernelDrops: () => number;
  readonly ringFull: () => number;
  readonly version: string;
};

const by = (label: string, counts: Iterable<readonly [string, number]>): [Record<string, string>, number][] =>
  Array.from(counts, ([value, number]) => [{ [label]: value }, number]);

const relayed = (
  { relay }: Parts,
  of: 'packets' | 'longLines' | 'lines',
): [Record<string, string>, number][] =>
  relay === undefined ? [] : [[{ target: relay.target }, relay.counts[of]]];

function seriesByType(store: SeriesStore): [Record<string, string>, number][] {
  const types: Record<SeriesType, number> = { counter: 0, gauge: 0, unknown: 0, histogram: 0, summary: 0 };
  for (const { type } of store.families.values()) types[type]++;
  return by('type', Object.entries(types));
}

export const metrics = defineMetrics<Parts>([
  {
    name: 'metrics_adapter_statsd_lines_total',
    type: 'counter',
    help: 'The total number of StatsD lines received.',
    collect: ({ counts }) => counts.lines,
  },
  {
    name: 'metrics_adapter_statsd_samples_total',
    type: 'counter',
    help: 'The total number of StatsD samples received.',
    collect: ({ counts }) => counts.samples,
  },
  {
    name: 'metrics_adapter_statsd_tags_total',
    type: 'counter',
    help: 'The total number of samples with tags.',
    collect: ({ counts }) => counts.tags,
  },
  {
    name: 'metrics_adapter_statsd_tag_errors_total',
    type: 'counter',
    help: 'Tags that could not be used.',
    collect: ({ counts }) => counts.tagErrors,
  },
  {
    name: 'metrics_adapter_statsd_sample_errors_total',
    type: 'counter',
    help: 'Lines and samples that could not be read, by reason.',
    labels: ['reason'],
    collect: ({ counts }) => by('reason', counts.sampleErrors),
  },
  {
    name: 'metrics_adapter_statsd_events_total',
    type: 'counter',
    help: 'Observations that reached a series, by type; a sampled one counts as often as it stands for.',
    labels: ['type'],
    collect: ({ counts: { counters, gauges, observers } }) =>
      by('type', Object.entries({ counter: counters, gauge: gauges, observer: observers })),
  },
  {
    name: 'metrics_adapter_statsd_events_unmapped_total',
    type: 'counter',
    help: 'Samples that no rule matched; a sampled one counts as often as it stands for.',
    collect: ({ counts }) => counts.unmapped,
  },
  {
    name: 'metrics_adapter_statsd_events_actions_total',
    type: 'counter',
    help: 'Samples that a rule matched, by its action.',
    labels: ['action'],
    collect: ({ counts }) =>
      by(
        'action',
        [['map', counts.mapped] as const, ['drop', counts.dropped] as const].filter(([, n]) => n > 0),
      ),
  },
  {
    name: 'metrics_adapter_statsd_events_error_total',
    type: 'counter',
    help: 'Samples refused after they were read, by reason.',
    labels: ['reason'],
    collect: ({ counts }) => by('reason', counts.eventErrors),
  },
  {
    name: 'metrics_adapter_statsd_events_conflict_total',
    type: 'counter',
    help: 'Samples refused because their metric has another type.',
    labels: ['type', 'metric_name'],
    collect: ({ counts }) =>
      Array.from(
        counts.conflicts(),
        ([type, metric, times]) => [{ type, metric_name: metric }, times] as const,
      ),
  },
  {
    name: 'metrics_adapter_statsd_batches_total',
    type: 'counter',
    help: 'Times that something received was counted; lines per batch tell how busy it is.',
    collect: ({ counts }) => counts.batches,
  },
  {
    name: 'metrics_adapter_statsd_udp_packets_total',
    type: 'counter',
    help: 'Packets received by UDP.',
    collect: ({ counts }) => counts.udpPackets,
  },
  {
    name: 'metrics_adapter_statsd_udp_packet_drops_total',
    type: 'counter',
    help: 'Packets that the kernel dropped because the receive buffer was full.',
    collect: ({ kernelDrops }) => kernelDrops(),
  },
  {
    name: 'metrics_adapter_statsd_unixgram_packets_total',
    type: 'counter',
    help: 'Packets received by unix datagram socket.',
    collect: ({ counts }) => counts.unixgramPackets,
  },
  {
    name: 'metrics_adapter_statsd_stream_connections_total',
    type: 'counter',
    help: 'Connections accepted by TCP or unix stream socket.',
    collect: ({ counts }) => counts.tcpConnections,
  },
  {
    name: 'metrics_adapter_statsd_stream_errors_total',
    type: 'counter',
    help: 'Connections that ended with an error.',
    collect: ({ counts }) => counts.tcpConnectionErrors,
  },
  {
    name: 'metrics_adapter_statsd_too_long_lines_total',
    type: 'counter',
    help: 'Lines dropped because of their length.',
    collect: ({ counts }) => counts.tooLongLines,
  },
  {
    name: 'metrics_adapter_statsd_datadog_events_total',
    type: 'counter',
    help: 'DogStatsD events received.',
    collect: ({ counts }) => counts.datadogEvents,
  },
  {
    name: 'metrics_adapter_statsd_service_checks_total',
    type: 'counter',
    help: 'DogStatsD service checks received.',
    collect: ({ counts }) => counts.serviceChecks,
  },
  {
    name: 'metrics_adapter_statsd_receive_buffer_bytes',
    type: 'gauge',
    help: 'Receive buffer that the kernel granted, by listener.',
    labels: ['listener'],
    collect: ({ receiveBuffers }) => by('listener', receiveBuffers()),
  },
  {
    name: 'metrics_adapter_statsd_ring_full_total',
    type: 'counter',
    help: 'Times that the receive thread had to wait because everything it had received was still to be read.',
    collect: ({ ringFull }) => ringFull(),
  },
  {
    name: 'metrics_adapter_statsd_remembered_lines',
    type: 'gauge',
    help: 'Lines recognised by their bytes.',
    collect: ({ ingest }) => ingest.identities,
  },
  {
    name: 'metrics_adapter_families',
    type: 'gauge',
    help: 'Metrics with at least one series, by type.',
    labels: ['type'],
    collect: ({ store, shapes }) => (shapes === undefined ? seriesByType(store) : by('type', shapes.byType)),
  },
  {
    name: 'metrics_adapter_series',
    type: 'gauge',
    help: 'Series that a scrape shows.',
    collect: ({ store }) => store.size,
  },
  {
    name: 'metrics_adapter_series_refused_total',
    type: 'counter',
    help: 'New series refused, by the limit; /-/cardinality names the metrics.',
    labels: ['reason'],
    collect: ({ store }) => by('reason', store.refusals.byReason),
  },
  {
    name: 'metrics_adapter_series_expired_total',
    type: 'counter',
    help: 'Series removed because their time to live was over.',
    collect: ({ store }) => store.expired,
  },
  {
    name: 'metrics_adapter_scrape_longest_slice_seconds',
    type: 'gauge',
    help: 'Longest time that a scrape held the event loop at a stretch.',
    collect: ({ scraper }) => scraper().longestSliceMs / 1000,
  },
  {
    name: 'metrics_adapter_config_reloads_total',
    type: 'counter',
    help: 'Reloads of mapping and rule files, by outcome.',
    labels: ['outcome'],
    collect: ({ counts }) => by('outcome', counts.reloads),
  },
  {
    name: 'metrics_adapter_loaded_mappings',
    type: 'gauge',
    help: 'Rules in force.',
    collect: ({ mapping }) => mapping().ruleCount,
  },
  {
    name: 'metrics_adapter_mapper_cache_gets_total',
    type: 'counter',
    help: 'Samples that asked for their rule while there is a mapping cache.',
    collect: ({ mapping, counts }) => (mapping().hasCache ? counts.asked : 0),
  },
  {
    name: 'metrics_adapter_mapper_cache_hits_total',
    type: 'counter',
    help: 'Those of them for which no rule had to be tried.',
    collect: ({ mapping, counts }) => (mapping().hasCache ? counts.asked - mapping().misses : 0),
  },
  {
    name: 'metrics_adapter_mapper_cache_length',
    type: 'gauge',
    help: 'Entries of the mapping cache.',
    collect: ({ mapping }) => mapping().cacheLength,
  },
  {
    name: 'metrics_adapter_relay_packets_total',
    type: 'counter',
    help: 'Packets relayed.',
    labels: ['target'],
    collect: (parts) => relayed(parts, 'packets'),
  },
  {
    name: 'metrics_adapter_relay_long_lines_total',
    type: 'counter',
    help: 'Lines not relayed because they do not fit into a packet.',
    labels: ['target'],
    collect: (parts) => relayed(parts, 'longLines'),
  },
  {
    name: 'metrics_adapter_relay_lines_relayed_total',
    type: 'counter',
    help: 'Lines relayed.',
    labels: ['target'],
    collect: (parts) => relayed(parts, 'lines'),
  },
  ...jmxMetrics,
  {
    name: 'metrics_adapter_build_info',
    type: 'gauge',
    help: 'Always 1, with the version.',
    labels: ['version'],
    collect: ({ version }) => [[{ version }, 1]],
  },
]);
