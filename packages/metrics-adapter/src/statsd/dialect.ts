// How lines are read, from the settings. Pure.
import type { SettingsValues } from '../settings.ts';
import type { Dialect } from './line.ts';

export function dialectOf(values: SettingsValues): Dialect {
  return {
    dogstatsd: values.statsdParseDogstatsdTags,
    influxdb: values.statsdParseInfluxdbTags,
    librato: values.statsdParseLibratoTags,
    signalfx: values.statsdParseSignalfxTags,
    compat: values.compat === 'statsd_exporter',
    containerIdLabel: values.statsdContainerId === 'label',
    sets: values.statsdSets === 'gauge' && values.compat !== 'statsd_exporter',
    valuelessTags: values.statsdValuelessTags,
    utf8: values.names === 'utf8',
  };
}
