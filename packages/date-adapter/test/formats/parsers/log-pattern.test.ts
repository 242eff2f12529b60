import { describe, expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { LogPatternParser } from '../../../src/formats/parsers/log-pattern.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const by =
  (pattern: string) =>
  (names: FieldNames): LogPatternParser =>
    new LogPatternParser(names, pattern);

const LOGBACK = '%d{HH:mm:ss.SSS} [%thread] %-5level %logger{36} - %msg%n';
const SPRING =
  "%clr(%d{${LOG_DATEFORMAT_PATTERN:-yyyy-MM-dd'T'HH:mm:ss.SSSXXX}}){faint} %clr(${LOG_LEVEL_PATTERN:-%5p}) " +
  '%clr(${PID:- }){magenta} %clr(---){faint} %clr([%15.15t]){faint} %clr(%-40.40logger{39}){cyan} %clr(:){faint} %m%n' +
  '${LOG_EXCEPTION_CONVERSION_WORD:-%wEx}';

const LINES = [
  {
    name: "logback's own",
    pattern: LOGBACK,
    in: '16:55:01.123 [main] INFO  c.e.App - started: a - b',
    out: {
      timestamp: '16:55:01.123',
      thread: 'main',
      level: 'INFO',
      logger: 'c.e.App',
      message: 'started: a - b',
    },
  },
  {
    name: 'a level as wide as its column, an empty message whose blank was trimmed',
    pattern: LOGBACK,
    in: '16:55:01.123 [http-nio-1] ERROR c.e.App -',
    out: { timestamp: '16:55:01.123', thread: 'http-nio-1', level: 'ERROR', logger: 'c.e.App', message: '' },
  },
  {
    name: 'ISO8601 of log4j, comma or point, blank or T',
    pattern: '%d{ISO8601} %-5p [%t] %c{1}:%L - %m%n',
    in: '2023-01-01T00:00:00,123 WARN  [pool-1] App:42 - hello',
    out: {
      timestamp: '2023-01-01T00:00:00,123',
      level: 'WARN',
      thread: 'pool-1',
      logger: 'App',
      line: 42,
      message: 'hello',
    },
  },
  {
    name: "Spring Boot's, with its substitutions and colours",
    pattern: SPRING.replace('${LOG_DATEFORMAT_PATTERN:-', '').replace('XXX}}', 'XXX}'),
    in: '2023-05-11T10:00:00.123+02:00  INFO 4242 --- [           main] o.s.b.w.e.tomcat.TomcatWebServer         : Tomcat started : ok',
    out: {
      timestamp: '2023-05-11T10:00:00.123+02:00',
      level: 'INFO',
      pid: '4242',
      thread: 'main',
      logger: 'o.s.b.w.e.tomcat.TomcatWebServer',
      message: 'Tomcat started : ok',
    },
  },
  {
    name: 'MDC keys, a marker, literals with percent and escapes',
    pattern: '%d{UNIX_MILLIS} 100%% \\(%X{traceId:-none}\\) <%marker> %p: %m',
    in: '1672531200123 100% (abc-1) <> DEBUG: x',
    out: { timestamp: '1672531200123', traceId: 'abc-1', level: 'DEBUG', message: 'x' },
  },
  {
    name: "log4j's highlight in braces, a message that is not last",
    pattern: '%highlight{%d{DATE} %p}{FATAL=red} %m (%F:%L)%n',
    in: '06 Nov 2023 14:34:02,781 INFO done (really) (Foo.java:17)',
    out: {
      timestamp: '06 Nov 2023 14:34:02,781',
      level: 'INFO',
      message: 'done (really)',
      file: 'Foo.java',
      line: 17,
    },
  },
  {
    name: 'a zone in the option of logback, a date of two-digit years, names of months',
    pattern: '%date{"dd-MMM-yy HH:mm:ss z", UTC} %le %msg',
    in: '06-Nov-23 14:34:02 UTC INFO x',
    out: { timestamp: '06-Nov-23 14:34:02 UTC', level: 'INFO', message: 'x' },
  },
  {
    name: 'relative time, an unknown line',
    pattern: '%-4r [%t] %-5p %c:%L - %m%n',
    in: '0    [main] INFO  a.B:? - x',
    out: { relative: 0, thread: 'main', level: 'INFO', logger: 'a.B', line: '?', message: 'x' },
  },
];

describe('a pattern reads its lines', () => {
  it.each(LINES)('$name', ({ pattern, in: line, out }) => {
    expect(fieldsOf(by(pattern), line)).toEqual(out);
  });
});

it.each([
  { name: 'a line of a stack trace', in: '\tat c.e.App.main(App.java:3)', failedAt: 0 },
  { name: 'a cause', in: 'Caused by: java.io.IOException: x', failedAt: 0 },
  { name: 'a thread that is not closed', in: '16:55:01.123 [main INFO', failedAt: 14 },
  { name: 'a date where there is none', in: '2023-01-01 16:55:01.123 [main] INFO a - b', failedAt: 0 },
])('refuses $name', ({ in: line, failedAt }) => {
  expect(outcomeOf(by(LOGBACK), line).failedAt).toBe(failedAt);
});

it('says in words what it wanted', () => {
  expect(outcomeOf(by(LOGBACK), 'x').expected).toBe('timestamp like HH:mm:ss.SSS');
  expect(outcomeOf(by(LOGBACK), '16:55:01.123 [main INFO').expected).toBe('thread and "] "');
});

it.each([
  { pattern: 'no conversion', says: 'no conversion' },
  { pattern: '%m%p', says: 'nothing between message and level' },
  { pattern: '%d %replace{%m}{a}{b}', says: 'character 4: cannot read %replace back' },
  { pattern: '%d{HH', says: '{ without }' },
])('$pattern: $says', ({ pattern, says }) => {
  expect(() => fieldsOf(by(pattern), 'a INFO')).toThrow(says);
});

it('takes hostile input', () => {
  for (const { pattern, in: line } of LINES) expect(hardened(by(pattern), [line])).toBeGreaterThan(0);
});
