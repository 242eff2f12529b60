import { describe, expect, it } from 'vitest';
import { FieldNames } from '../../src/formats/field-names.ts';
import { detectInputFormat, inputFormat, inputFormatNames } from '../../src/formats/input-formats.ts';
import { compileDateRule } from '../../src/dates/date-rule.ts';
import { ByteOutput } from '../../src/byte-output.ts';
import { fieldsOf, outcomeOf } from './parsed-line.ts';

const EXAMPLES: Readonly<Record<string, string>> = {
  nginx: '1.2.3.4 - - [01/Jan/2023:00:00:16 +0000] "GET / HTTP/1.1" 200 9 "-" "curl/8"',
  'apache-vhost': 'h:80 1.2.3.4 - - [01/Jan/2023:00:00:16 +0000] "GET / HTTP/1.1" 200 9',
  'nginx-error': '2023/01/01 00:00:16 [notice] 1#1: exiting',
  'apache-error': '[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 1] x',
  'syslog-5424': '<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x',
  'syslog-3164': 'Feb  5 17:32:18 host sshd[1]: x',
  log4j: '2023-01-01 00:00:16,123 [main] WARN  c.e.App - slow',
  klog: 'I0919 19:40:49.924011    1234 file.go:12] msg',
  cri: '2023-10-06T00:17:09.669794202Z stdout F x',
  docker: '{"log":"x\\n","stream":"stdout","time":"2023-10-06T00:17:09.669794202Z"}',
  json: '{"time":"2023-10-06T00:17:09Z","msg":"x"}',
  logfmt: 'time=2023-10-06T00:17:09Z level=info msg="x y"',
};

describe('each format', () => {
  it.each(Object.entries(EXAMPLES))(
    '%s takes its example, whose stamp is one of its layouts',
    (name, line) => {
      const { stamps } = inputFormat(name, new FieldNames());
      const { fields, roles } = outcomeOf((names) => inputFormat(name, names).parser, line);
      const stamp: unknown = Reflect.get(Object(fields), roles?.time ?? '');
      const dates = compileDateRule({ from: stamps, to: 'rfc3339' }, { now: () => 1_672_531_200 });
      const bytes = Buffer.from(String(stamp));
      expect(dates.convertStamp(bytes, 0, bytes.length, sink())).toBe(true);
    },
  );

  it.each(Object.entries(EXAMPLES))('%s is found out', (name, line) => {
    expect(detectInputFormat([line, line, 'something else'].map((text) => Buffer.from(text)))).toBe(name);
  });
});

function sink(): ByteOutput {
  return new ByteOutput();
}

it('knows when it does not know', () => {
  expect(detectInputFormat([])).toBeUndefined();
  expect(
    detectInputFormat(['a b c', 'hello', EXAMPLES.json!].map((text) => Buffer.from(text))),
  ).toBeUndefined();
});

it.each([
  '2023-01-01 00:00:16,123 [main] WARN  c.e.App - slow',
  '00:00:16.123 [main] WARN  c.e.App - slow',
  '2023-05-11T10:00:00.123+02:00  INFO 42 --- [           main] c.e.App                                  : slow',
  '2023-05-11 10:00:00.123  INFO 42 --- [           main] c.e.App                                  : slow',
  '2023-01-01 00:00:16,123 WARN  [main] c.e.App - slow',
  '2023-01-01 00:00:16,123 WARN  [main] c.e.App: slow',
  '2023-01-01 00:00:16,123 WARN  App:12 - slow',
  '2023-01-01 00:00:16,123 WARN  c.e.App - slow',
  '12   [main] WARN  c.e.App - slow',
])('log4j takes %s', (line) => {
  expect(fieldsOf((names) => inputFormat('log4j', names).parser, line)).toMatchObject({ message: 'slow' });
});

it.each([
  { spec: 'pattern:%d{dd.MM.yyyy HH:mm} %m', line: '01.02.2023 10:00 x', stamps: ['dd.MM.yyyy HH:mm'] },
  {
    spec: 'pattern:%d %m',
    line: '2023-01-01 00:00:16.123 x',
    stamps: ['yyyy-MM-dd HH:mm:ss,SSS', 'yyyy-MM-dd HH:mm:ss.SSS'],
  },
  { spec: 'grok:%{INT:n:int} %{GREEDYDATA:message}', line: '1 x', stamps: ['auto'] },
  { spec: 'regex:^(?<message>.*)$', line: 'x', stamps: ['auto'] },
])('$spec', ({ spec, line, stamps }) => {
  expect(inputFormat(spec, new FieldNames()).stamps).toEqual(stamps);
  expect(fieldsOf((names) => inputFormat(spec, names).parser, line)).toMatchObject({ message: 'x' });
});

it('says which formats there are', () => {
  expect(() => inputFormat('apachee', new FieldNames())).toThrow(
    'no input format apachee; there are nginx, ',
  );
  expect(() => inputFormat('constructor', new FieldNames())).toThrow('no input format constructor');
  for (const name of inputFormatNames()) expect(() => inputFormat(name, new FieldNames())).not.toThrow();
});
