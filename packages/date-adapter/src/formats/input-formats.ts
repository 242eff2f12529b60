// The formats that we read, by name: how to make the parser, what ECS calls its fields, how its time stamp is written.
// Pure, cold. For settings (`parse: nginx`, `parse: 'grok:%{...}'`), and for finding out what a file is.
import { FieldNames } from './field-names.ts';
import type { LineParser } from './line-parser.ts';
import { LogRecord } from './log-record.ts';
import type { EcsNames } from './outputs/ecs.ts';
import { ACCESS_LOG_ECS, APPLICATION_LOG_ECS, ERROR_LOG_ECS, GROK_ECS, SYSLOG_ECS } from './ecs-names.ts';
import { AccessLogParser, APACHE_NAMES, NGINX_NAMES } from './parsers/access-log.ts';
import { AnyOfParser } from './parsers/any-of.ts';
import { ApacheErrorParser } from './parsers/apache-error.ts';
import { CriParser } from './parsers/cri.ts';
import { DockerJsonParser } from './parsers/docker-json.ts';
import { InsideParser } from './parsers/inside.ts';
import { JsonLinesParser } from './parsers/json-lines.ts';
import { KlogParser } from './parsers/klog.ts';
import { LogPatternParser } from './parsers/log-pattern.ts';
import { LogfmtParser } from './parsers/logfmt.ts';
import { NginxErrorParser } from './parsers/nginx-error.ts';
import { datePatternOf } from './parsers/stamp-shape.ts';
import { PatternParser } from './parsers/pattern.ts';
import { Syslog3164Parser } from './parsers/syslog-3164.ts';
import { Syslog5424Parser } from './parsers/syslog-5424.ts';

export type InputFormat = {
  readonly parser: LineParser;
  readonly ecs: EcsNames;
  /** `event.dataset` of ECS, where there is a usual one. */
  readonly dataset: string | undefined;
  /** How its stamp is written: layouts of dates/, in this order. */
  readonly stamps: readonly string[];
};

type Maker = {
  readonly make: (names: FieldNames) => LineParser;
  readonly ecs?: EcsNames;
  readonly dataset?: string;
  readonly stamps: readonly string[];
};

/** What log4j, logback and Spring Boot write when nobody configures them, and what their manuals show first. */
const LOG4J_PATTERNS = [
  '%d [%t] %-5level %logger - %msg%n',
  '%d{ABSOLUTE} [%t] %-5level %logger - %msg%n',
  '%d{ISO8601_OFFSET_DATE_TIME_HHCMM} %5p %pid --- [%t] %-40.40logger{39} : %m%n',
  '%d %5p %pid --- [%t] %-40.40logger{39} : %m%n',
  '%d %-5p [%t] %c - %m%n',
  '%d %-5p [%t] %c: %m%n',
  '%d %-5p %c:%L - %m%n',
  '%d %-5p %c - %m%n',
  '%-4relative [%t] %-5level %logger - %msg%n',
];

const log4j = (names: FieldNames): LineParser =>
  new AnyOfParser(LOG4J_PATTERNS.map((pattern) => new LogPatternParser(names, pattern)));

const MAKERS: Readonly<Record<string, Maker>> = {
  nginx: {
    make: (names) => new AccessLogParser(names, NGINX_NAMES),
    ecs: ACCESS_LOG_ECS,
    dataset: 'nginx.access',
    stamps: ['httpd'],
  },
  'nginx-error': {
    make: (names) => new NginxErrorParser(names),
    ecs: ERROR_LOG_ECS,
    dataset: 'nginx.error',
    stamps: ['nginx_error'],
  },
  apache: {
    make: (names) => new AccessLogParser(names, APACHE_NAMES),
    ecs: ACCESS_LOG_ECS,
    dataset: 'apache.access',
    stamps: ['httpd'],
  },
  'apache-vhost': {
    make: (names) => new AccessLogParser(names, { ...APACHE_NAMES, virtualHost: 'virtual_host' }),
    ecs: ACCESS_LOG_ECS,
    dataset: 'apache.access',
    stamps: ['httpd'],
  },
  'apache-error': {
    make: (names) => new ApacheErrorParser(names),
    ecs: ERROR_LOG_ECS,
    dataset: 'apache.error',
    stamps: ['httpd_error', 'ansic'],
  },
  'syslog-3164': {
    make: (names) => new Syslog3164Parser(names),
    ecs: SYSLOG_ECS,
    stamps: ['rfc3164', 'rfc3339'],
  },
  'syslog-5424': { make: (names) => new Syslog5424Parser(names), ecs: SYSLOG_ECS, stamps: ['rfc5424'] },
  syslog: {
    make: (names) => new AnyOfParser([new Syslog5424Parser(names), new Syslog3164Parser(names)]),
    ecs: SYSLOG_ECS,
    stamps: ['rfc5424', 'rfc3164'],
  },
  log4j: { make: log4j, ecs: APPLICATION_LOG_ECS, stamps: ['log4j', 'iso8601', 'HH:mm:ss.SSS'] },
  logback: { make: log4j, ecs: APPLICATION_LOG_ECS, stamps: ['log4j', 'iso8601', 'HH:mm:ss.SSS'] },
  klog: { make: (names) => new KlogParser(names), ecs: APPLICATION_LOG_ECS, stamps: ['klog'] },
  glog: { make: (names) => new KlogParser(names), ecs: APPLICATION_LOG_ECS, stamps: ['glog'] },
  cri: { make: (names) => new CriParser(names), stamps: ['rfc3339'] },
  docker: { make: (names) => new DockerJsonParser(names), stamps: ['rfc3339'] },
  json: { make: (names) => new JsonLinesParser(names), stamps: ['auto'] },
  logfmt: { make: (names) => new LogfmtParser(names), stamps: ['auto'] },
};

export function inputFormatNames(): readonly string[] {
  return Object.keys(MAKERS);
}

/**
 * A format by its name, `pattern:<a log4j or logback pattern>`, `grok:<pattern>` or `regex:<pattern with named
 * groups>`; `cri+` or `docker+` before it for what the runtime has wrapped. @param definitions grok patterns of the user's own
 * @throws Error for what is none, or a pattern that cannot be
 */
export function inputFormat(
  spec: string,
  names: FieldNames,
  definitions: Readonly<Record<string, string>> = {},
): InputFormat {
  const maker = Object.hasOwn(MAKERS, spec) ? MAKERS[spec] : undefined;
  if (maker !== undefined) {
    const { make, ecs = {}, dataset, stamps } = maker;
    return { parser: make(names), ecs, dataset, stamps };
  }
  const [, wrapper, inside] = /^(cri|docker)\+(.+)$/s.exec(spec) ?? [];
  if (wrapper !== undefined && inside !== undefined) {
    const outer = inputFormat(wrapper, names);
    const inner = inputFormat(inside, names, definitions);
    const parser = new InsideParser(outer.parser, inner.parser);
    return { ...inner, parser, stamps: [...new Set([...inner.stamps, ...outer.stamps])] };
  }
  const [, kind, pattern = ''] = /^(pattern|grok|regex):(.*)$/s.exec(spec) ?? [];
  if (kind === undefined) {
    throw new Error(
      `no input format ${spec}; there are ${inputFormatNames().join(', ')}, pattern:..., grok:... and regex:...`,
    );
  }
  if (kind !== 'pattern') {
    const parser = new PatternParser(names, pattern, definitions);
    return { parser, ecs: GROK_ECS, dataset: undefined, stamps: ['auto'] };
  }
  const parser = new LogPatternParser(names, pattern);
  const { dates } = parser;
  const stamps = dates === undefined ? [] : javaLayouts(dates);
  return { parser, ecs: APPLICATION_LOG_ECS, dataset: undefined, stamps };
}

/** The layouts for a date pattern of log4j or logback, which may be a name of theirs. */
function javaLayouts(dates: string): readonly string[] {
  const pattern = datePatternOf(dates);
  return pattern.includes(',S') ? [pattern, pattern.replace(',S', '.S')] : [pattern];
}

/** From the most to the least telling: what a later one takes, an earlier one may have taken better. */
const DETECTION_ORDER =
  'docker json cri klog nginx-error apache-error apache-vhost nginx syslog-5424 syslog-3164 log4j logfmt'.split(
    ' ',
  );

/** The format that takes most of the lines, at least half of them; undefined when there is none. */
export function detectInputFormat(lines: readonly Uint8Array[]): string | undefined {
  const record = new LogRecord();
  let best: string | undefined;
  let most = lines.length / 2;
  for (const name of DETECTION_ORDER) {
    const { parser } = inputFormat(name, new FieldNames());
    const taken = lines.filter((line) => parser.parse(line, 0, line.length, record)).length;
    if (taken > most || (taken === most && best === undefined && taken > 0)) [best, most] = [name, taken];
  }
  return best;
}
