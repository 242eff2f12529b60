// What we say of ourselves about JMX: a part of the catalogue in metrics.ts. Where jmx_exporter has a metric it is called as
// there, and has no label either while there is one target.
import type { Labels, MetricRow } from '@podmate/base/metrics';
import type { JmxSource } from './jmx-source/source.ts';
import type { JmxTarget } from './jmx-source/target.ts';

type Parts = {
  readonly jmx: JmxSource | undefined;
  readonly counts: { readonly reloads: ReadonlyMap<string, number> };
};

/** One sample for each target. */
function each({ jmx }: Parts, of: (target: JmxTarget) => number): [Labels, number][] {
  const targets = jmx?.targets ?? [];
  return targets.map((one) => [targets.length > 1 ? { target: one.name } : {}, of(one)]);
}

const reloads = ({ jmx, counts }: Parts, outcome: string): [Labels, number][] =>
  jmx === undefined ? [] : [[{}, counts.reloads.get(outcome) ?? 0]];

export const jmxMetrics: readonly MetricRow<Parts>[] = [
  {
    name: 'jmx_scrape_duration_seconds',
    type: 'gauge',
    help: 'Time this JMX scrape took, in seconds.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.durationSeconds),
  },
  {
    name: 'jmx_scrape_error',
    type: 'gauge',
    help: 'Non-zero if this scrape failed.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => Number(one.isFailed)),
  },
  {
    name: 'jmx_scrape_cached_beans',
    type: 'gauge',
    help: 'Beans whose reply was recognised, so that no rule had to be asked.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.recognizedBeans),
  },
  {
    name: 'jmx_config_reload_success_total',
    type: 'counter',
    help: 'Reloads of the rules that succeeded.',
    collect: (parts) => reloads(parts, 'success'),
  },
  {
    name: 'jmx_config_reload_failure_total',
    type: 'counter',
    help: 'Reloads of the rules that failed; the old ones stayed.',
    collect: (parts) => reloads(parts, 'failure'),
  },
  {
    name: 'metrics_adapter_jmx_beans',
    type: 'gauge',
    help: 'Beans that the target has and the rules do not exclude.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.beans),
  },
  {
    name: 'metrics_adapter_jmx_series',
    type: 'gauge',
    help: 'Series of the target that a scrape shows.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.seriesCount),
  },
  {
    name: 'metrics_adapter_jmx_polls_total',
    type: 'counter',
    help: 'Times that the target was read.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.polls),
  },
  {
    name: 'metrics_adapter_jmx_failed_polls_total',
    type: 'counter',
    help: 'Times that it could not be read at all.',
    labels: ['target'],
    collect: (parts) => each(parts, (one) => one.failedPolls),
  },
  {
    name: 'metrics_adapter_jmx_failures_total',
    type: 'counter',
    help: 'Beans and attributes that gave no value, by reason; each is named in the log at level debug.',
    labels: ['target', 'reason'],
    collect: ({ jmx }) => {
      const targets = jmx?.targets ?? [];
      return targets.flatMap(({ name, failures }) =>
        Object.entries(failures).map(([reason, times]): [Labels, number] => [
          { ...(targets.length > 1 && { target: name }), reason },
          times,
        ]),
      );
    },
  },
];
