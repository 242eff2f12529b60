// The lines that container runtimes write around those of the application: CRI and Docker's json-file.
import { describe, expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { CriParser } from '../../../src/formats/parsers/cri.ts';
import { DockerJsonParser } from '../../../src/formats/parsers/docker-json.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const cri = (names: FieldNames): CriParser => new CriParser(names);
const docker = (names: FieldNames): DockerJsonParser => new DockerJsonParser(names);

const time = '2023-10-06T00:17:09.669794202Z';

describe('CRI', () => {
  const LINES = [
    {
      in: `${time} stdout F Your log message here`,
      message: 'Your log message here',
      stream: 'stdout',
      logtag: 'F',
    },
    { in: `${time} stderr P part`, message: 'part', stream: 'stderr', logtag: 'P' },
    { in: `${time} stdout F `, message: '', stream: 'stdout', logtag: 'F' },
    { in: `${time} stdout F`, message: '', stream: 'stdout', logtag: 'F' },
    { in: `${time} stdout F:x  two  blanks`, message: ' two  blanks', stream: 'stdout', logtag: 'F:x' },
  ];

  it.each(LINES)('$in', ({ in: line, ...out }) => {
    expect(fieldsOf(cri, line)).toEqual({ time, ...out });
  });

  it.each([
    { in: 'plain text', failedAt: 0, expected: 'an RFC 3339 time' },
    { in: `${time} stdin F x`, failedAt: 31, expected: 'stdout or stderr' },
    { in: `${time} stdout X x`, failedAt: 38, expected: 'the tag F or P' },
  ])('refuses $in', ({ in: line, failedAt, expected }) => {
    expect(outcomeOf(cri, line)).toEqual({ failedAt, expected });
  });

  it('takes hostile input', () => {
    expect(
      hardened(
        cri,
        LINES.map((row) => row.in),
      ),
    ).toBeGreaterThan(0);
  });
});

describe("docker's json-file", () => {
  const LINES = [
    { name: 'a line', log: 'hello "you"\\n'.replaceAll('"', '\\"'), message: 'hello "you"' },
    { name: 'a line of Windows', log: 'x\\r\\n', message: 'x' },
    { name: 'a part', log: 'cut', message: 'cut' },
    { name: 'a backslash and an n, no line end', log: 'C:\\\\n', message: 'C:\\n' },
    { name: 'an empty line', log: '\\n', message: '' },
  ];

  it.each(LINES)('$name', ({ log, message }) => {
    const line = `{"log":"${log}","stream":"stdout","time":"${time}"}`;
    expect(fieldsOf(docker, line)).toEqual({ log: message, stream: 'stdout', time });
  });

  it('refuses other JSON', () => {
    expect(outcomeOf(docker, '{"a":1}')).toEqual({ failedAt: 7, expected: '"log" and "time"' });
  });

  it('takes hostile input', () => {
    expect(
      hardened(docker, [`{"log":"a\\r\\n","stream":"stderr","attrs":{"x":"y"},"time":"${time}"}`]),
    ).toBeGreaterThan(0);
  });
});
