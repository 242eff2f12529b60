import { expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { inputFormat } from '../../../src/formats/input-formats.ts';
import type { LineParser } from '../../../src/formats/line-parser.ts';
import { hardened, outcomeOf } from '../parsed-line.ts';

const by =
  (spec: string) =>
  (names: FieldNames): LineParser =>
    inputFormat(spec, names).parser;

const time = '2023-10-06T00:17:09.669794202Z';

it.each([
  {
    name: 'JSON in CRI: its own time counts, names that both have are its own',
    spec: 'cri+json',
    in: `${time} stdout F {"time":"T","msg":"x"}`,
    fields: { time: 'T', msg: 'x', stream: 'stdout', logtag: 'F' },
    roles: { time: 'time', message: 'msg' },
  },
  {
    name: "klog in docker's json-file, escaped",
    spec: 'docker+klog',
    in: `{"log":"I0919 19:40:49.924011 1 f.go:1] say \\"x\\"\\n","stream":"stderr","time":"${time}"}`,
    fields: {
      level: 'info',
      timestamp: '0919 19:40:49.924011',
      thread: 1,
      file: 'f.go',
      line: 1,
      message: 'say "x"',
      stream: 'stderr',
      time,
    },
    roles: { time: 'timestamp', level: 'level', message: 'message' },
  },
  {
    name: 'no time inside: that of the runtime',
    spec: 'cri+logfmt',
    in: `${time} stdout F level=info msg="a b"`,
    fields: { level: 'info', msg: 'a b', time, stream: 'stdout', logtag: 'F' },
    roles: { time: 'time', level: 'level', message: 'msg' },
  },
  {
    name: 'something else inside stays the message',
    spec: 'cri+json',
    in: `${time} stdout F panic: x`,
    fields: { time, stream: 'stdout', logtag: 'F', message: 'panic: x' },
    roles: { time: 'time', message: 'message' },
  },
])('$name', ({ spec, in: line, fields, roles }) => {
  expect(outcomeOf(by(spec), line)).toEqual({ fields, roles });
});

it('refuses what is not even of the outer format', () => {
  expect(outcomeOf(by('cri+json'), '{}')).toEqual({ failedAt: 0, expected: 'an RFC 3339 time' });
});

it('takes hostile input', () => {
  expect(hardened(by('cri+json'), [`${time} stdout F {"a":"\\u0041","b":[1]}`])).toBeGreaterThan(0);
  expect(
    hardened(by('docker+json'), [`{"log":"{\\"a\\":\\"\\\\n\\"}\\n","time":"${time}"}`]),
  ).toBeGreaterThan(0);
});
