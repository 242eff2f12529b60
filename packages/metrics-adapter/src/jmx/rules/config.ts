// A jmx_exporter file: every key that file format has is known here, and each fault says on which line it is. A key
// that jmx_exporter passes over (files in use have such) is a warning. All faults of a file are told at once.
// For whoever builds a collector.

import { Rule, type MetricType, type NameStyle, type RuleText } from './rule.ts';
import { JavaRegexError } from './java-regex.ts';
import { ConfigReader, JmxConfigError, type Mapping } from './config-reader.ts';
import { type SslConfig, readSsl } from './ssl-config.ts';
import type { YamlTree } from './yaml-tree.ts';

export type JmxConfig = NameStyle & {
  readonly startDelaySeconds: number;
  readonly scrapeTimeoutSeconds: number | undefined;
  /** Of the registry, from hostPort or jmxUrl. */
  readonly target: { readonly host: string; readonly port: number; readonly bindingName: string } | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly ssl: SslConfig;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Which of those beans are read; undefined: all. */
  readonly reads: ((bean: string) => boolean) | undefined;
  /** ObjectName -> attributes. */
  readonly includeAttributes: ReadonlyMap<string, readonly string[]>;
  readonly excludeAttributes: ReadonlyMap<string, readonly string[]>;
  /** Attributes that rules can use, of whatever bean; undefined: any. */
  readonly attributes: ReadonlySet<string> | undefined;
  /** undefined: one rule that fits everything. */
  readonly rules: readonly Rule[] | undefined;
  readonly customizers: readonly MetricCustomizer[];
  /** Keys that are understood and have no effect here, with why. */
  readonly warnings: readonly string[];
};

/** What the beans of a domain with these key properties get in addition. */
export type MetricCustomizer = {
  readonly domain: string;
  readonly properties: ReadonlyMap<string, string>;
  /** Attributes whose text becomes a label of all the bean's series. */
  readonly attributesAsLabels: readonly string[];
  /** Attributes that the bean does not have, with their values; rules see them like others. */
  readonly extraMetrics: readonly { readonly name: string; readonly value: number | boolean }[];
};

/** Known, accepted, and of no use to us. */
const IGNORED: Readonly<Record<string, string>> = {
  openTelemetry: 'only the Prometheus exposition is served',
  excludeJvmMetrics: 'there are no metrics of an exporter JVM here',
  autoExcludeObjectNameAttributes: 'what cannot be read is always learned and left out',
};

const KEYS = new Set(
  (
    'startDelaySeconds scrapeTimeoutSeconds hostPort jmxUrl username password ssl lowercaseOutputName ' +
    'lowercaseOutputLabelNames inferCounterTypeFromName includeObjectNames excludeObjectNames ' +
    'whitelistObjectNames blacklistObjectNames includeObjectNameAttributes excludeObjectNameAttributes rules metricCustomizers ' +
    'httpServer'
  ).split(' '),
).union(new Set(Object.keys(IGNORED)));
const RULE_KEYS = new Set(
  'pattern name value valueFactor labels help type cache attrNameSnakeCase'.split(' '),
);
const TYPES: Readonly<Record<string, MetricType>> = {
  GAUGE: 'gauge',
  COUNTER: 'counter',
  UNTYPED: 'unknown',
  UNKNOWN: 'unknown',
};

/**
 * The file as settings. `variable` resolves `${NAME}` in user name and password.
 * @throws JmxConfigError with all that is wrong.
 */
export function readJmxConfig(tree: YamlTree, variable: (name: string) => string | undefined): JmxConfig {
  const reader = new ConfigReader();
  const file = reader.mapping(tree, 'the file');
  reader.ignoring(file, KEYS);
  for (const [key, why] of Object.entries(IGNORED)) {
    const at = file.get(key);
    if (at !== undefined) reader.warnings.push(`line ${at.line}: ${key} has no effect: ${why}`);
  }
  const secret = (key: string): string | undefined => resolve(reader, file.get(key), key, variable);
  const config: JmxConfig = {
    startDelaySeconds: reader.number(file.get('startDelaySeconds'), 'startDelaySeconds', 0) ?? 0,
    scrapeTimeoutSeconds: reader.number(file.get('scrapeTimeoutSeconds'), 'scrapeTimeoutSeconds', 1),
    target: target(reader, file),
    username: secret('username'),
    password: secret('password'),
    ssl: readSsl(reader, file.get('ssl'), (at, key) => resolve(reader, at, key, variable)),
    lowercaseOutputName: reader.flag(file.get('lowercaseOutputName'), 'lowercaseOutputName'),
    lowercaseOutputLabelNames: reader.flag(
      file.get('lowercaseOutputLabelNames'),
      'lowercaseOutputLabelNames',
    ),
    inferCounterTypeFromName: reader.flag(file.get('inferCounterTypeFromName'), 'inferCounterTypeFromName'),
    include: names(reader, file, 'includeObjectNames', 'whitelistObjectNames'),
    exclude: names(reader, file, 'excludeObjectNames', 'blacklistObjectNames'),
    reads: undefined,
    includeAttributes: attributes(reader, file, 'includeObjectNameAttributes'),
    excludeAttributes: attributes(reader, file, 'excludeObjectNameAttributes'),
    attributes: undefined,
    rules: file.has('rules')
      ? reader.list(file.get('rules'), 'rules').flatMap((one) => rule(reader, one) ?? [])
      : undefined,
    customizers: reader
      .list(file.get('metricCustomizers'), 'metricCustomizers')
      .map((one) => customizer(reader, one)),
    warnings: reader.warnings,
  };
  if (reader.faults.length > 0) throw new JmxConfigError(reader.faults);
  return config;
}

/** A text that may name a variable of the environment: `${NAME}`. */
export function resolve(
  reader: ConfigReader,
  tree: YamlTree | undefined,
  key: string,
  variable: (name: string) => string | undefined,
): string | undefined {
  const text = reader.text(tree, key);
  const name = /^\s*\$\{([^}]+)\}\s*$/.exec(text ?? '')?.[1]?.trim();
  if (name === undefined || tree === undefined) return text;
  const value = variable(name)?.trim();
  return value || reader.fault(tree, `${key}: there is no environment variable ${name}`);
}

/** `service:jmx:rmi:///jndi/rmi://host:port/name`, or `service:jmx:rmi://ignored/jndi/...`. */
const JMX_URL = /^service:jmx:rmi:\/\/[^/]*\/jndi\/rmi:\/\/(\[[0-9a-fA-F:.]+\]|[^:/]*)(?::(\d+))?\/(.+)$/;

function target(reader: ConfigReader, file: Mapping): JmxConfig['target'] {
  const [hostPort, jmxUrl] = [file.get('hostPort'), file.get('jmxUrl')];
  if (hostPort !== undefined && jmxUrl !== undefined)
    return reader.fault(jmxUrl, 'hostPort and jmxUrl: write one of them');
  const at = hostPort ?? jmxUrl;
  const text = reader.text(at, 'hostPort or jmxUrl');
  if (at === undefined || text === undefined || text === '') return undefined;
  const [, host, port = '1099', bindingName = ''] =
    JMX_URL.exec(hostPort === undefined ? text : `service:jmx:rmi:///jndi/rmi://${text}/jmxrmi`) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    return reader.fault(
      at,
      `${text} is not ${hostPort === undefined ? 'a service:jmx:rmi URL' : 'host:port'}`,
    );
  }
  return { host: host.replaceAll(/[[\]]/g, '') || 'localhost', port: Number(port), bindingName };
}

/** The newer name of the key wins over the older. */
function names(reader: ConfigReader, file: Mapping, key: string, alias: string): string[] {
  const used = file.has(key) ? key : alias;
  for (const one of reader.list(file.get(used), used)) {
    const text = reader.text(one, used);
    if (text !== undefined && !/^[^:]*:.+/s.test(text))
      reader.fault(one, `${text} is not an ObjectName: domain:key=value`);
  }
  return reader.texts(file.get(used), used);
}

function attributes(reader: ConfigReader, file: Mapping, key: string): Map<string, string[]> {
  const tree = file.get(key);
  const entries = tree === undefined ? [] : [...reader.mapping(tree, key)];
  return new Map(entries.map(([name, list]) => [name, reader.texts(list, `${key} of ${name}`)]));
}

function customizer(reader: ConfigReader, tree: YamlTree): MetricCustomizer {
  const from = reader.mapping(tree, 'a metric customizer');
  reader.only(from, new Set(['mbeanFilter', 'attributesAsLabels', 'extraMetrics']));
  const filterTree = from.get('mbeanFilter');
  const filter =
    filterTree === undefined ? new Map<string, YamlTree>() : reader.mapping(filterTree, 'mbeanFilter');
  reader.only(filter, new Set(['domain', 'properties']));
  const domain = reader.text(filter.get('domain'), 'domain');
  if (domain === undefined) reader.fault(tree, 'a metric customizer needs mbeanFilter with a domain');
  const properties = filter.get('properties');
  const pairs = properties === undefined ? [] : [...reader.mapping(properties, 'properties')];
  return {
    domain: domain ?? '',
    properties: new Map(pairs.map(([key, value]) => [key, reader.text(value, key) ?? ''])),
    attributesAsLabels: reader.texts(from.get('attributesAsLabels'), 'attributesAsLabels'),
    extraMetrics: reader
      .list(from.get('extraMetrics'), 'extraMetrics')
      .flatMap((one) => extraMetric(reader, one) ?? []),
  };
}

function extraMetric(
  reader: ConfigReader,
  tree: YamlTree,
): { name: string; value: number | boolean } | undefined {
  const from = reader.mapping(tree, 'an extra metric');
  reader.only(from, new Set(['name', 'value', 'description']));
  const name = reader.text(from.get('name'), 'name');
  const value = from.get('value')?.value;
  if (name === undefined || (typeof value !== 'number' && typeof value !== 'boolean')) {
    return reader.fault(tree, 'an extra metric needs a name, and a value that is a number, true or false');
  }
  return { name, value };
}

function rule(reader: ConfigReader, tree: YamlTree): Rule | undefined {
  const from = reader.mapping(tree, 'a rule');
  reader.ignoring(from, RULE_KEYS);
  const text = { ...ruleText(reader, from), origin: `line ${tree.line}` };
  if (text.name === undefined && (text.labels !== undefined || text.help !== undefined)) {
    return reader.fault(tree, 'a rule with help or labels needs a name');
  }
  if (text.pattern === undefined && (text.name !== undefined || text.value)) {
    return reader.fault(tree, 'a rule with a name or value needs a pattern');
  }
  try {
    return new Rule(text);
  } catch (error) {
    const at = error instanceof JavaRegexError ? (from.get('pattern') ?? tree) : tree;
    return reader.fault(at, error instanceof JavaRegexError ? `pattern: ${error.message}` : String(error));
  }
}

function ruleText(reader: ConfigReader, from: Mapping): RuleText {
  const type = reader.text(from.get('type'), 'type');
  const at = from.get('type');
  if (type !== undefined && TYPES[type] === undefined && at !== undefined) {
    reader.fault(at, `type ${type}: GAUGE, COUNTER, UNTYPED and UNKNOWN are there`);
  }
  const labels = from.get('labels');
  const entries: [string, string][] =
    labels === undefined
      ? []
      : [...reader.mapping(labels, 'labels')].map(([name, value]) => [name, reader.text(value, name) ?? '']);
  const optional = {
    pattern: reader.text(from.get('pattern'), 'pattern'),
    name: reader.text(from.get('name'), 'name'),
    value: reader.text(from.get('value'), 'value'),
    valueFactor: reader.number(from.get('valueFactor'), 'valueFactor'),
    help: reader.text(from.get('help'), 'help'),
    type: type === undefined ? undefined : TYPES[type],
    labels: labels === undefined ? undefined : new Map(entries),
  };
  reader.flag(from.get('cache'), 'cache'); // results are always kept where that is sound
  const attrNameSnakeCase = reader.flag(from.get('attrNameSnakeCase'), 'attrNameSnakeCase');
  return { ...withoutUndefined(optional), attrNameSnakeCase };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(from: T): Defined<T> {
  const defined: Defined<T> = { ...from };
  for (const key in defined) if (defined[key] === undefined) delete defined[key];
  return defined;
}

/** Types whose values never become a sample, so that they need not cross the wire. */
const NEVER_A_SAMPLE = /^\[|^javax\.management\.ObjectName$/;
/** Large, or dangerous to ask for, and text only; jmx_exporter leaves these out as well. */
const NEVER_ASKED: Readonly<Record<string, readonly string[]>> = {
  'java.lang:type=Runtime': ['SystemProperties', 'ClassPath', 'BootClassPath', 'LibraryPath'],
  'jdk.management.jfr:type=FlightRecorder': ['EventTypes', 'Configurations'],
};

type AttributeChoice = Pick<JmxConfig, 'includeAttributes' | 'excludeAttributes' | 'attributes'>;

/** Why a collector with this file does not ask for an attribute; undefined: it does. */
export function leftOut(
  config: AttributeChoice,
  bean: string,
  { name, type }: { readonly name: string; readonly type: string },
): string | undefined {
  const included = config.includeAttributes.get(bean);
  if (included !== undefined && !included.includes(name))
    return 'includeObjectNameAttributes does not have it';
  if (config.excludeAttributes.get(bean)?.includes(name) === true)
    return 'excludeObjectNameAttributes has it';
  if (NEVER_ASKED[bean]?.includes(name) === true) return 'never asked for: large, and text only';
  if (NEVER_A_SAMPLE.test(type)) return `a value of type ${type} is never a sample`;
  if (config.attributes?.has(name) === false) return 'no preset has a rule for it';
  return undefined;
}

/** Which attributes a collector with this file asks for. */
export function wantedAttributes(config: AttributeChoice) {
  return (bean: string, attribute: { readonly name: string; readonly type: string }): boolean =>
    leftOut(config, bean, attribute) === undefined;
}
