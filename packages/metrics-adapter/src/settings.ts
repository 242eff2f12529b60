// Everything metrics-adapter can be told. statsd_exporter's flags work as they are, as further names of our rows. For main
// (which turns it into parts), --help, the README and the example file, which are all made from this table.
import { readFileSync } from 'node:fs';
import { parseAddress } from '@podmate/base/address';
import { SettingError, type SettingFault, SettingErrors } from '@podmate/base/errors';
import {
  type BaseValues,
  type Loaded,
  defineSettings,
  type Table,
  type Values,
} from '@podmate/base/settings';
import { jmxRows } from './jmx-settings.ts';
import { readHttpServer } from './jmx-source/http-server.ts';
import type { Variable } from './jmx-source/rule-file.ts';
import { questionFaults } from './jmx-source/ask-beans.ts';
import { asksForJmx, readTargets } from './jmx-source/targets.ts';
import { readMappingFile } from './statsd/mapping-file.ts';
import { statsdRows } from './statsd-settings.ts';
import { type WebConfig, plainWeb, readWebConfig } from './web/web-config.ts';

const rows = {
  ...statsdRows,
  statsdMappingConfig: {
    kind: 'path',
    group: 'Mapping',
    flags: ['statsd.mapping-config'],
    metavar: 'FILE',
    help: "Mapping rules, in statsd_exporter's YAML; read again when the file changes.",
  },
  statsdMapping: {
    kind: 'string',
    group: 'Mapping',
    flags: ['statsd.mapping'],
    env: ['STATSD_MAPPING'],
    metavar: 'YAML',
    help: 'The same rules, inline.',
  },
  statsdCacheSize: {
    kind: 'integer',
    group: 'Mapping',
    flags: ['statsd.cache-size'],
    default: 1000,
    min: 0,
    help: 'Names whose rule is remembered; 0: none.',
  },
  statsdCacheType: {
    kind: 'choice',
    group: 'Mapping',
    flags: ['statsd.cache-type'],
    choices: ['lru', 'random'],
    default: 'lru',
    help: 'Which of them go when there are too many.',
  },
  debugDumpFsm: {
    kind: 'string',
    group: 'Mapping',
    flags: ['debug.dump-fsm'],
    default: '',
    metavar: 'FILE',
    help: 'Write the tree of glob rules to this file, in the DOT language; "": no.',
  },
  explain: {
    kind: 'string',
    group: 'Mapping',
    notIn: ['environment', 'file'],
    metavar: 'LINE|OBJECTNAME',
    help: 'Say which rule a StatsD line gets and what series it makes, and exit; with a JMX target the same of the values of a bean, or of all that fit a pattern.',
  },
  mappingTest: {
    kind: 'path',
    group: 'Mapping',
    notIn: ['environment', 'file'],
    metavar: 'FILE',
    help: 'Check a table of lines and expected series (YAML: - {line: ..., series: ...}) against the rules, and exit.',
  },
  ...jmxRows,
  maxSeries: {
    kind: 'integer',
    group: 'Limits',
    flags: ['limits.max-series'],
    default: 100_000,
    min: 1,
    max: 10_000_000,
    help: 'New series beyond this are refused and counted; those that are there go on.',
  },
  maxSeriesPerMetric: {
    kind: 'integer',
    group: 'Limits',
    flags: ['limits.max-series-per-metric'],
    default: 100_000,
    min: 1,
    help: 'The same for each metric.',
  },
  maxLabelValue: {
    kind: 'integer',
    group: 'Limits',
    flags: ['limits.max-label-value'],
    default: 1024,
    min: 1,
    help: 'A series with a longer label value is refused.',
  },
  stateFile: {
    kind: 'path',
    group: 'State',
    flags: ['state.file'],
    metavar: 'FILE',
    help: 'Keep all series in this file, so that counters go on where they were after a restart.',
  },
  stateInterval: {
    kind: 'duration',
    group: 'State',
    flags: ['state.interval'],
    default: '60s',
    min: 100,
    help: 'Save them this often, and at the end.',
  },
  labels: {
    kind: 'list',
    group: 'Exposition',
    default: [],
    metavar: 'NAME=VALUE',
    help: 'Labels of every series that has none of that name.',
  },
  names: {
    kind: 'choice',
    group: 'Exposition',
    choices: ['underscore', 'utf8'],
    default: 'underscore',
    help: 'utf8: names of metrics and labels as they were sent, for a Prometheus 3 that asks so; underscores for others.',
  },
  compat: {
    kind: 'choice',
    group: 'Exposition',
    choices: ['native', 'statsd_exporter'],
    default: 'native',
    help: 'statsd_exporter: its names for our own metrics, and its narrower reading of DogStatsD.',
  },
  webListenAddress: {
    kind: 'address',
    group: 'Exposition',
    flags: ['web.listen-address'],
    default: ':9102',
    help: 'Serve the metrics here.',
  },
  webTelemetryPath: {
    kind: 'string',
    group: 'Exposition',
    flags: ['web.telemetry-path'],
    default: '/metrics',
    metavar: 'PATH',
    help: 'At this path.',
  },
  webEnableLifecycle: {
    kind: 'boolean',
    group: 'Exposition',
    flags: ['web.enable-lifecycle'],
    help: 'Take POST and PUT /-/reload and /-/quit.',
  },
  webConfigFile: {
    kind: 'path',
    group: 'Exposition',
    flags: ['web.config.file'],
    metavar: 'FILE',
    help: "TLS and basic authentication, in the YAML that Prometheus' exporters share; read again when it changes.",
  },
  webOpenmetrics: {
    kind: 'boolean',
    group: 'Exposition',
    flags: ['web.openmetrics'],
    help: 'Serve OpenMetrics to those who ask for it; counters get _total then.',
  },
  statsdEventQueueSize: {
    kind: 'integer',
    group: 'Accepted for statsd_exporter',
    flags: ['statsd.event-queue-size', 'statsd.udp-packet-queue-size', 'statsd.event-flush-threshold'],
    default: 10_000,
    help: 'Accepted; there is no queue between receiving and counting.',
  },
  statsdEventFlushInterval: {
    kind: 'duration',
    group: 'Accepted for statsd_exporter',
    flags: ['statsd.event-flush-interval'],
    default: '200ms',
    help: 'Accepted; what is received is counted at once.',
  },
} as const satisfies Table;

export type SettingsValues = Values<typeof rows> & BaseValues;
export type LoadedSettings = Loaded<typeof rows>;

export const settings = defineSettings(
  {
    name: 'metrics-adapter',
    summary:
      'Receives StatsD and DogStatsD, reads the beans of JVMs by JMX, and serves both to Prometheus; a drop-in for statsd_exporter and jmx_exporter.',
    usage: '[flags]',
    check: checkSettings,
  },
  rows,
);

/** What no row can say alone: addresses in lists, the mapping and rule files, labels. */
function* checkSettings(
  values: SettingsValues,
  env: Readonly<Record<string, string | undefined>>,
): Iterable<SettingFault> {
  yield* questionFaults(values);
  for (const address of [...values.statsdListenUdp, ...values.statsdListenTcp].filter(Boolean))
    yield* faultsOf(() => parseAddress(address), '--statsd.listen-udp or -tcp', address);
  const relay = values.statsdRelayAddress;
  if (relay) yield* faultsOf(() => parseAddress(relay), '--statsd.relay.address', relay);
  for (const label of values.labels)
    if (!/^[A-Za-z_]\w*=/.test(label)) yield { setting: '--labels', value: label, what: 'not NAME=VALUE' };
  if (!/^[0-7]{3,4}$/.test(values.statsdUnixsocketMode))
    yield {
      setting: '--statsd.unixsocket-mode',
      value: values.statsdUnixsocketMode,
      what: 'not an octal mode',
    };
  if (values.statsdMappingConfig !== undefined && values.statsdMapping)
    yield {
      setting: '--statsd.mapping',
      what: 'given beside --statsd.mapping-config',
      todo: 'drop one of them',
    };
  yield* faultsOf(() => loadMapping(values), '--statsd.mapping-config', values.statsdMappingConfig);
  const variable = (name: string): string | undefined => env[name];
  const ofTargets = asksForJmx(values)
    ? [...faultsOf(() => readTargets(values, variable), '--jmx.config', values.jmxConfig)]
    : [];
  yield* ofTargets;
  // The rule file may be the web configuration, too: what is wrong with it is told once.
  if (ofTargets.length === 0 || values.webConfigFile !== undefined)
    yield* faultsOf(() => loadWeb(values, variable), '--web.config.file', values.webConfigFile);
}

const STATSD_ADDRESSES = [
  'statsdListenUdp',
  'statsdListenTcp',
  'statsdListenUnixgram',
  'statsdListenUnix',
] as const;

/** Whoever asks for JMX and names no address of StatsD does not get its default ones. */
export function effectiveValues(loaded: LoadedSettings): SettingsValues {
  const { values } = loaded;
  if (!asksForJmx(values) || STATSD_ADDRESSES.some((key) => loaded.set(key))) return values;
  return { ...values, statsdListenUdp: [], statsdListenTcp: [] };
}

/** Whether any address of StatsD is to be listened on. */
export const receivesStatsd = (values: SettingsValues): boolean =>
  STATSD_ADDRESSES.some((key) => values[key].some(Boolean));

/** The rules as the settings say; read anew at each call. @throws SettingErrors, or what reading a file throws */
export function loadMapping(values: Pick<SettingsValues, 'statsdMapping' | 'statsdMappingConfig'>) {
  const path = values.statsdMappingConfig;
  if (path !== undefined) return readMappingFile(path, readFileSync(path, 'utf8'));
  return readMappingFile('--statsd.mapping', values.statsdMapping ?? '');
}

/** Files with rules of any kind, to be watched. */
export function ruleFiles(values: SettingsValues): string[] {
  const { statsdMappingConfig, jmxConfig, jmxTargets } = values;
  const all = [statsdMappingConfig, jmxConfig, ...jmxTargets.map(({ config }) => config)];
  return all.filter((one) => one !== undefined);
}

/** The web configuration as the settings or the rule file say; read anew at each call. @throws SettingErrors, or what reading a file throws */
export function loadWeb(
  { webConfigFile, webTelemetryPath, jmxConfig }: SettingsValues,
  variable: Variable,
): { readonly config: WebConfig; readonly path: string } {
  const path = webTelemetryPath;
  if (webConfigFile !== undefined) return { config: readWebConfig(webConfigFile), path };
  const served = jmxConfig === undefined ? undefined : readHttpServer(jmxConfig, variable);
  return { config: served?.web ?? plainWeb, path: path === '/metrics' ? (served?.path ?? path) : path };
}

function* faultsOf(
  attempt: () => unknown,
  setting: string,
  value: string | undefined,
): Iterable<SettingFault> {
  try {
    attempt();
  } catch (error) {
    if (error instanceof SettingErrors) yield* error.errors.map(({ fault }) => fault);
    else if (error instanceof SettingError) yield { setting, ...(value && { value }), ...error.fault };
    else yield { setting, ...(value && { value }), what: 'cannot be used', cause: error };
  }
}
