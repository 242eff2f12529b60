// statsd_exporter's names for those of our own metrics that have the same meaning there: with --compat=statsd_exporter they
// appear under these, so that dashboards and alerts go on working. (Its metrics_total is a gauge; base/metrics would
// refuse to declare such a row, hence the names apart.)

export const STATSD_EXPORTER_NAMES: Readonly<Record<string, string>> = {
  metrics_adapter_statsd_stream_connections_total: 'statsd_exporter_tcp_connections_total',
  metrics_adapter_statsd_stream_errors_total: 'statsd_exporter_tcp_connection_errors_total',
  metrics_adapter_statsd_too_long_lines_total: 'statsd_exporter_tcp_too_long_lines_total',
  metrics_adapter_statsd_batches_total: 'statsd_exporter_event_queue_flushed_total',
  metrics_adapter_families: 'statsd_exporter_metrics_total',
  metrics_adapter_mapper_cache_gets_total: 'statsd_metric_mapper_cache_gets_total',
  metrics_adapter_mapper_cache_hits_total: 'statsd_metric_mapper_cache_hits_total',
  metrics_adapter_mapper_cache_length: 'statsd_metric_mapper_cache_length',
  ...Object.fromEntries(
    [
      'lines',
      'samples',
      'tags',
      'tag_errors',
      'sample_errors',
      'events',
      'events_unmapped',
      'events_actions',
      'events_error',
      'events_conflict',
      'udp_packets',
      'udp_packet_drops',
      'unixgram_packets',
    ].map((name) => [`metrics_adapter_statsd_${name}_total`, `statsd_exporter_${name}_total`]),
  ),
  ...Object.fromEntries(
    [
      'config_reloads_total',
      'loaded_mappings',
      'build_info',
      'relay_packets_total',
      'relay_long_lines_total',
      'relay_lines_relayed_total',
    ].map((name) => [`metrics_adapter_${name}`, `statsd_exporter_${name}`]),
  ),
};
