// What an operator may write and how it is refused; each error names the setting, the value, and what to do.
import { loadSettings } from '@podmate/base/settings';
import { describe, expect, test } from 'vitest';
import { settings, type LoadedSettings } from '../src/settings.ts';

type Given = { env?: Record<string, string>; yaml?: string };
const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });

function load(argv: string[], { env = {}, yaml }: Given = {}): Promise<LoadedSettings> {
  const readFile = (): string => {
    if (yaml === undefined) throw missing;
    return yaml;
  };
  return loadSettings(settings, {
    argv: [...(yaml === undefined ? [] : ['--config', 'c.yaml']), ...argv],
    env,
    readFile,
  });
}

const refused: { name: string; argv: string[]; given?: Given; says: RegExp[] }[] = [
  { name: 'no path', argv: [], says: [/PATH: no file to follow; name a path or glob/] },
  { name: 'standard input', argv: ['-'], says: [/PATH -: standard input cannot be followed; name a file/] },
  {
    name: 'an open bracket',
    argv: ['/logs/[abc'],
    says: [/--include \/logs\/\[abc: not a glob: no '\]' for the '\[' at character \d+/],
  },
  {
    name: 'an open bracket in --exclude',
    argv: ['/logs', '--exclude', '[x'],
    says: [/--exclude \[x: not a glob/],
  },
  { name: 'a bad count', argv: ['-n', 'x', '/a'], says: [/--lines x: not a count; write N or \+N/] },
  { name: 'a bad count of bytes', argv: ['-c5q', '/a'], says: [/--bytes 5q: not a count/] },
  {
    name: 'an unknown encoding',
    argv: ['--encoding', 'utf-99', '/a'],
    says: [/--encoding utf-99: unknown encoding; use a WHATWG label/],
  },
  {
    name: 'a policy without a length',
    argv: ['--long-lines', 'split', '/a'],
    says: [/--long-lines split: no length is set; set maxLineBytes/],
  },
  {
    name: 'a length too long to skip',
    argv: ['--long-lines', 'skip', '--max-line-bytes', '1MiB', '/a'],
    says: [/--max-line-bytes 1048576: too long to skip; set at most 256KiB/],
  },
  { name: 'an unknown flag', argv: ['--formt', 'json', '/a'], says: [/--formt.*--format/] },
  { name: 'an unknown choice', argv: ['--format', 'xml', '/a'], says: [/--format.*xml.*raw/s] },
  {
    name: 'a bad regex',
    argv: ['--multiline-start', '(', '/a'],
    says: [/--multiline-start \(.*(regular expression|unterminated)/i],
  },
  {
    name: 'a pid that is none',
    argv: ['--pid', 'app', '/a'],
    says: [/--pid app: not a process id; write a number/],
  },
  {
    name: 'a poll interval of nothing',
    argv: ['--poll-interval', '1ms', '/a'],
    says: [/--poll-interval.*1ms.*10/s],
  },
  {
    name: 'an unknown variable of ours',
    argv: ['/a'],
    given: { env: { LOG_TAILER_FORMATT: 'json' } },
    says: [/LOG_TAILER_FORMATT.*LOG_TAILER_FORMAT/],
  },
  {
    name: 'an unknown key',
    argv: ['/a'],
    given: { yaml: 'formatt: json\n' },
    says: [/c\.yaml:1:1.*formatt.*format/],
  },
  {
    name: 'inside an input of the file',
    argv: [],
    given: {
      yaml: 'inputs:\n  - include: [/a]\n    encoding: klingon\n  - include: ["/b[c"]\n    longLines: skip\n',
    },
    says: [
      /inputs\[0\].*encoding klingon: unknown encoding/,
      /inputs\[1\].*longLines skip: no length/,
      /inputs\[1\].*include \/b\[c: not a glob/,
    ],
  },
  {
    name: 'an input without files',
    argv: [],
    given: { yaml: 'inputs:\n  - format: json\n' },
    says: [/include/],
  },
  { name: 'several at once', argv: ['--format', 'xml', '--encoding', 'x', '-n', 'y', '/[a'], says: [/xml/] },
];

describe('is refused', () => {
  test.each(refused)('$name', async ({ argv, given, says }) => {
    const error = await load(argv, given).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 64 });
    for (const expected of says) expect(String(error)).toMatch(expected);
  });
});

describe('is taken', () => {
  test.each([
    { argv: ['-n+1', '-F', '/a'], values: { lines: '+1', followName: true, include: ['/a'] } },
    {
      argv: ['-Fqn', '5', '/a', '/b'],
      values: { lines: '5', followName: true, quiet: true, include: ['/a', '/b'] },
    },
    { argv: ['--lines=5', '--follow=descriptor', '/a'], values: { lines: '5', follow: 'descriptor' } },
    { argv: ['--follow', '/a'], values: { follow: 'name', include: ['/a'] } },
    { argv: ['-f', '/a'], values: { follow: 'name', include: ['/a'] } },
    {
      argv: ['/a', '-s', '0.5', '--retry', '--max-unchanged-stats=5', '--silent', '-z'],
      values: { sleepInterval: 0.5, retry: true, maxUnchangedStats: 5, quiet: true, zeroTerminated: true },
    },
    { argv: ['--pid', '12', '--pid=13', '/a'], values: { pid: ['12', '13'] } },
    { argv: ['--', '-strange.log'], values: { include: ['-strange.log'] } },
    {
      argv: ['--max-line-bytes', '16KiB', '--long-lines', 'truncate', '/a'],
      values: { maxLineBytes: 16_384, longLines: 'truncate' },
    },
    { argv: ['--no-skip-nul', '/a'], values: { skipNul: false } },
    { argv: ['--encoding', 'latin1', '/a'], values: { encoding: 'latin1' } },
    { argv: ['--partial-timeout', '2s', '/a'], values: { partialTimeout: 2000 } },
  ])('$argv', async ({ argv, values }) => {
    expect((await load(argv)).values).toMatchObject(values);
  });

  test('PATH_TO_TAIL and our own variables', async () => {
    const env = {
      PATH_TO_TAIL: '/var/log/a.log',
      LOG_TAILER_FORMAT: 'json',
      LOG_TAILER_EXCLUDE: '*.tmp,*.bak',
    };
    expect((await load([], { env })).values).toMatchObject({
      include: ['/var/log/a.log'],
      format: 'json',
      exclude: ['*.tmp', '*.bak'],
    });
  });

  test('inputs of the file, each with settings of its own', async () => {
    const yaml =
      'include: [/x]\nformat: json\ninputs:\n  - include: [/a, /b]\n    format: prefix\n  - include: /c\n';
    const { values } = await load([], { yaml });
    expect(values).toMatchObject({
      format: 'json',
      include: ['/x'],
      inputs: [
        { include: ['/a', '/b'], format: 'prefix' },
        { include: ['/c'], format: 'raw' },
      ],
    });
  });
});
