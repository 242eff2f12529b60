import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Address } from '@podmate/base/address';
import { type Sources, changed, defineSettings, loadSettings } from '@podmate/base/settings';
import { envName } from '@podmate/base/settings-sources';

const group = 'Job';
const help = '';

const table = defineSettings(
  {
    name: 'log-tailer',
    summary: 'Files to stdout.',
    usage: '[flags] PATH...',
    *check({ once, linger }) {
      if (once && linger !== undefined) yield { setting: '--linger', what: 'not together with --once' };
    },
  },
  {
    paths: { kind: 'list', positional: true, env: ['PATH_TO_TAIL'], group, help },
    format: { kind: 'choice', choices: ['raw', 'json'], default: 'raw', reloadable: true, group, help },
    linger: { kind: 'duration', default: 'off', group, help },
    maxLineBytes: { kind: 'bytes', default: '64KiB', group, help },
    start: { kind: 'regex', group, help },
    once: { kind: 'boolean', short: '-1', group, help },
    upstream: { kind: 'address', default: '127.0.0.1:80', group, help },
    prefix: { kind: 'string', group, help },
    servers: { kind: 'list', byComma: true, group, help },
    token: { kind: 'secret', file: true, group, help },
    inputs: {
      kind: 'sections',
      group,
      help,
      sections: {
        path: { kind: 'path', required: true, group, help },
        format: { kind: 'choice', choices: ['raw', 'json'], default: 'raw', group, help },
        only: { kind: 'list', group, help },
        password: { kind: 'secret', file: true, group, help },
        rules: {
          kind: 'sections',
          group,
          help,
          sections: { every: { kind: 'duration', default: '1s', group, help } },
        },
      },
    },
  },
);

/** Files by name; every other is absent. */
function load(sources: Partial<Omit<Sources, 'readFile'>> & { files?: Record<string, string> } = {}) {
  const readFile = (path: string): string => {
    const text = sources.files?.[path];
    if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return text;
  };
  return loadSettings(table, { argv: [], env: {}, ...sources, readFile });
}
const config = (text: string) => ({ files: { '/etc/log-tailer/config.yaml': text } });
const faults = async (sources: Parameters<typeof load>[0]): Promise<string[]> =>
  load(sources).then(
    () => [],
    (error: Error) => error.message.split('\n'),
  );

describe('what comes out', () => {
  test('defaults, typed by the table', async () => {
    const { values } = await load();
    expect(values).toMatchObject({
      paths: [],
      format: 'raw',
      linger: undefined,
      maxLineBytes: 65_536,
      start: undefined,
      once: false,
      upstream: { host: '127.0.0.1', port: 80 },
      token: undefined,
      inputs: [],
      drainTimeout: 25_000,
      adminListen: undefined,
    });
    expectTypeOf(values.paths).toEqualTypeOf<readonly string[]>();
    expectTypeOf(values.format).toEqualTypeOf<'raw' | 'json'>();
    expectTypeOf(values.linger).toEqualTypeOf<number | undefined>();
    expectTypeOf(values.maxLineBytes).toEqualTypeOf<number>();
    expectTypeOf(values.start).toEqualTypeOf<RegExp | undefined>();
    expectTypeOf(values.once).toEqualTypeOf<boolean>();
    expectTypeOf(values.upstream).toEqualTypeOf<Address>();
    expectTypeOf<(typeof values.inputs)[number]['path']>().toEqualTypeOf<string>();
    expectTypeOf<(typeof values.inputs)[number]['rules'][number]['every']>().toEqualTypeOf<number>();
    expectTypeOf(values.drainTimeout).toEqualTypeOf<number>();
    expectTypeOf(values.logLevel).toEqualTypeOf<'error' | 'warn' | 'info' | 'debug'>();
    expect(Object.isFrozen(values)).toBe(true);
    expect(Object.isFrozen(values.paths)).toBe(true);
  });

  const [flag, variable, file] = ['--format=json', { LOG_TAILER_FORMAT: 'json' }, config('format: json')];
  test.for<Parameters<typeof load>[0] & { name: string; format: string; origin: string }>([
    {
      name: 'flag',
      argv: [flag],
      env: { LOG_TAILER_FORMAT: 'bogus' },
      ...config('format: bogus'),
      format: 'json',
      origin: 'flag',
    },
    { name: 'environment', env: variable, ...config('format: bogus'), format: 'json', origin: 'environment' },
    { name: 'file', ...file, format: 'json', origin: 'file' },
    { name: 'default', format: 'raw', origin: 'default' },
  ])('$name beats what is weaker', async ({ format, origin, ...sources }) => {
    const loaded = await load(sources);
    expect([loaded.values.format, loaded.origin('format'), loaded.set('format')]).toEqual([
      format,
      origin,
      origin !== 'default',
    ]);
  });

  test('an image with two names has other defaults, which anyone may still set', async () => {
    const defaults = { logLevel: 'warn' };
    const loaded = await load({ defaults });
    expect([loaded.values.logLevel, loaded.set('logLevel')]).toEqual(['warn', false]);
    expect((await load({ defaults, env: { LOG_TAILER_LOG_LEVEL: 'debug' } })).values.logLevel).toBe('debug');
  });
});

describe('environment', () => {
  test.for([
    { image: 'log-tailer', key: 'drainTimeout', name: 'LOG_TAILER_DRAIN_TIMEOUT' },
    { image: 'init', key: 'maxLineBytes', name: 'INIT_MAX_LINE_BYTES' },
  ])('$image $key is $name', ({ image, key, name }) => {
    expect(envName(image, key)).toBe(name);
  });

  test.for<{ env: Record<string, string>; paths: string[] }>([
    { env: { LOG_TAILER_PATHS: '/a,/b /c' }, paths: ['/a', '/b', '/c'] },
    { env: { PATH_TO_TAIL: '/a' }, paths: ['/a'] },
    { env: { PATH_TO_TAIL: '/a', LOG_TAILER_PATHS: '/b' }, paths: ['/b'] },
    { env: { LOG_TAILER_PATHS: '', OTHER: 'x', PATH: '/bin' }, paths: [] },
  ])('$env', async ({ env, paths }) => {
    expect((await load({ env })).values.paths).toEqual(paths);
  });

  test.for([
    { name: 'LOG_TAILER_DRIAN_TIMEOUT', value: '5s', todo: 'did you mean LOG_TAILER_DRAIN_TIMEOUT?' },
    { name: 'LOG_TAILER_PORT', value: '9090', todo: '--help lists what there is' },
    { name: 'LOG_TAILER_HELP', value: 'true', todo: '--help lists what there is' },
    { name: 'LOG_TAILER_INPUTS', value: 'x', todo: '--help lists what there is' },
    { name: 'LOG_TAILER_', value: '', todo: '--help lists what there is' },
  ])('$name=$value is an error', async ({ name, value, todo }) => {
    expect(await faults({ env: { [name]: value } })).toEqual([`${name}: unknown variable; ${todo}`]);
  });

  test('what Kubernetes injects for a Service of the same name is not', async () => {
    const env = {
      LOG_TAILER_SERVICE_HOST: '10.0.0.1',
      LOG_TAILER_SERVICE_PORT: '9090',
      LOG_TAILER_SERVICE_PORT_METRICS: '9090',
      LOG_TAILER_PORT: 'tcp://10.0.0.1:9090',
      LOG_TAILER_PORT_9090_TCP: 'tcp://10.0.0.1:9090',
      LOG_TAILER_PORT_9090_TCP_PROTO: 'tcp',
      LOG_TAILER_PORT_9090_TCP_PORT: '9090',
      LOG_TAILER_PORT_9090_TCP_ADDR: '10.0.0.1',
      LOG_TAILER_METRICS_SERVICE_HOST: '10.0.0.2',
      LOG_TAILER_METRICS_PORT: 'udp://10.0.0.2:53',
    };
    expect(await faults({ env })).toEqual([]);
  });
});

test.for([
  { name: 'flags', in: { argv: ['--servers', 'a,b c', '--servers=d'] }, out: ['a', 'b', 'c', 'd'] },
  { name: 'the environment', in: { env: { LOG_TAILER_SERVERS: 'a, b' } }, out: ['a', 'b'] },
  { name: 'a text in the file', in: config('servers: a,b'), out: ['a', 'b'] },
  { name: 'a list in the file', in: config('servers: [a, "b,c"]'), out: ['a', 'b', 'c'] },
])('a list whose items have no commas, in $name', async ({ in: sources, out }) => {
  expect((await load(sources)).values.servers).toEqual(out);
});

describe('settings file', () => {
  test('keys, lists, sections within sections', async () => {
    const { values } = await load(
      config(`
        paths: [/a, "/b c"]
        maxLineBytes: 100
        linger: 1.5h
        prefix:
        inputs:
          - path: /x
            only: one
            rules: [{ every: 5s }, {}]
          - { path: /y, format: json }
      `),
    );
    expect(values).toMatchObject({
      paths: ['/a', '/b c'],
      maxLineBytes: 100,
      linger: 5_400_000,
      prefix: undefined,
    });
    expect(values.inputs).toEqual([
      { path: '/x', format: 'raw', only: ['one'], rules: [{ every: 5000 }, { every: 1000 }] },
      { path: '/y', format: 'json', only: [], rules: [] },
    ]);
  });

  test.for([
    {
      name: 'unknown key',
      text: 'once: true\nfromat: raw',
      says: ['2:9 fromat: unknown key; did you mean format?'],
    },
    {
      name: 'unknown key of a section',
      text: 'inputs:\n  - path: /x\n    fromat: a',
      says: ['3:13 inputs[0].fromat: unknown key; did you mean format?'],
    },
    {
      name: 'what no file may say',
      text: 'config: /x\nhelp: true',
      says: [
        '1:9 config: unknown key; --help lists what there is',
        '2:7 help: unknown key; --help lists what there is',
      ],
    },
    {
      name: 'a wrong value',
      text: 'drainTimeout: 25',
      says: ['1:15 drainTimeout 25: not a duration; write a number with a unit, such as 25s'],
    },
    {
      name: 'a wrong value deep down',
      text: 'inputs:\n- path: /a\n- path: /b\n  rules:\n  - every: x',
      says: ['5:12 inputs[1].rules[0].every x: not a duration; write a number with a unit, such as 30s'],
    },
    { name: 'what a section lacks', text: 'inputs:\n  - format: raw', says: ['2:5 inputs[0].path: not set'] },
    {
      name: 'a list for a value',
      text: 'format: [raw]',
      says: ['1:9 format: not a choice; write a plain value here'],
    },
    {
      name: 'a mapping for a list',
      text: 'paths: {a: b}',
      says: ['1:8 paths: not a list; write a plain value here'],
    },
    {
      name: 'no list of sections',
      text: 'inputs: {path: /a}',
      says: ['1:9 inputs: not a list; write each after a dash'],
    },
    {
      name: 'no section',
      text: 'inputs: [/a]',
      says: ['1:10 inputs[0]: not a mapping; write `key: value` lines', '1:10 inputs[0].path: not set'],
    },
    { name: 'no mapping at all', text: '- a', says: ['1:1: not a mapping; write `key: value` lines'] },
    { name: 'a key twice', text: 'once: true\nonce: false', says: ['2:1: Map keys must be unique'] },
    {
      name: 'no YAML',
      text: 'once: [true',
      says: ['1:12: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    },
    {
      name: 'two documents',
      text: 'once: true\n---\nonce: true',
      says: ['2:1: Source contains multiple documents; please use YAML.parseAllDocuments()'],
    },
    {
      name: 'keys of Object',
      text: 'constructor: 1\n__proto__: 2',
      says: [
        '1:14 constructor: unknown key; --help lists what there is',
        '2:12 __proto__: unknown key; --help lists what there is',
      ],
    },
  ])('$name', async ({ text, says }) => {
    expect(await faults(config(text))).toEqual(says.map((each) => `/etc/log-tailer/config.yaml:${each}`));
  });

  test.for(['', '# nothing', '---\n', '\uFEFFonce: true'])('%j is a settings file', async (text) => {
    expect(await faults(config(text))).toEqual([]);
  });

  test('a bomb of aliases is refused', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(10)}]`),
    ];
    expect(await faults(config(bomb.join('\n')))).toEqual([expect.stringContaining('alias')]);
  });

  test('may be named by flag or environment, and must then exist', async () => {
    const files = { '/a.yaml': 'format: json', '/b.yaml': 'format: raw' };
    expect(
      (await load({ argv: ['--config=/a.yaml'], env: { LOG_TAILER_CONFIG: '/b.yaml' }, files })).values
        .format,
    ).toBe('json');
    expect((await load({ env: { LOG_TAILER_CONFIG: '/a.yaml' }, files })).files).toEqual(['/a.yaml']);
    expect(await faults({ argv: ['--config=/c.yaml'] })).toEqual([
      '--config /c.yaml: cannot read: no /c.yaml',
    ]);
  });

  test('read from the real file system, as are its errors', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'base-settings-')), 'config.yaml');
    writeFileSync(path, 'format: json');
    expect((await loadSettings(table, { argv: ['--config', path], env: {} })).values.format).toBe('json');
    await expect(loadSettings(table, { argv: ['--config', '/'], env: {} })).rejects.toThrow(
      '--config /: cannot read: read: illegal operation on a directory (EISDIR)',
    );
  });
});

describe('secrets', () => {
  const files = { '/run/token': 'hunter2\n' };

  test.for<{ name: string; sources: Parameters<typeof load>[0]; token: string }>([
    { name: 'flag', sources: { argv: ['--token', 'a'] }, token: 'a' },
    { name: 'file by flag', sources: { argv: ['--token-file', '/run/token'] }, token: 'hunter2' },
    {
      name: 'file by environment',
      sources: { env: { LOG_TAILER_TOKEN_FILE: '/run/token' } },
      token: 'hunter2',
    },
    {
      name: 'value by flag beats file by environment',
      sources: { argv: ['--token=a'], env: { LOG_TAILER_TOKEN_FILE: '/run/token' } },
      token: 'a',
    },
    {
      name: 'file by flag beats value by environment',
      sources: { argv: ['--token-file=/run/token'], env: { LOG_TAILER_TOKEN: 'a' } },
      token: 'hunter2',
    },
  ])('$name', async ({ sources, token }) => {
    const loaded = await load({ ...sources, files });
    expect(loaded.values.token).toBe(token);
    expect(loaded.secrets).toEqual([token]);
    expect(JSON.stringify([loaded.shown, changed(loaded)])).not.toMatch(/hunter2|"a"/);
  });

  test('in sections', async () => {
    const text = 'inputs: [{path: /a, passwordFile: /run/token}, {path: /b, password: pw}]';
    const loaded = await load({ files: { ...files, ...config(text).files } });
    expect(loaded.values.inputs.map(({ password }) => password)).toEqual(['hunter2', 'pw']);
    expect(loaded.secrets).toEqual(['hunter2', 'pw']);
    expect(loaded.shown['inputs']).toContain('"password":"[redacted]"');
    expect(JSON.stringify(loaded.shown)).not.toMatch(/hunter2|pw/);
  });

  test('value and file at the same place, and a file that is not there', async () => {
    expect(await faults({ argv: ['--token=a', '--token-file=/run/token'], files })).toEqual([
      '--token-file /run/token: given twice; drop this or --token',
    ]);
    expect(await faults({ argv: ['--token-file=/x'] })).toEqual([
      '--token-file /x: cannot read: no /x; mount the secret there',
    ]);
  });

  test('are among the files to be watched', async () => {
    const loaded = await load({ argv: ['--token-file=/run/token'], files });
    expect(loaded.files).toEqual(['/etc/log-tailer/config.yaml', '/run/token']);
  });
});

describe('errors', () => {
  test('all at once, from all sources', async () => {
    const sources = {
      argv: ['--frmat=x', '--linger', '5'],
      env: { LOG_TAILER_MAX_LINE_BYTES: 'big' },
      ...config('upstream: 80'),
    };
    expect(await faults(sources)).toEqual([
      '--frmat: unknown flag; did you mean --format?',
      '--linger 5: not a duration; write a number with a unit, such as 5s',
      'LOG_TAILER_MAX_LINE_BYTES big: not a size; write a number with a unit: 64KiB, 1.5GiB, or 64kB in thousands',
      '/etc/log-tailer/config.yaml:1:11 upstream 80: not an address; write 127.0.0.1:80, or :80 for every interface',
    ]);
  });

  test('an empty value is shown as such', async () => {
    expect(await faults({ argv: ['--start=', '--linger='] })).toEqual([
      "--linger '': not a duration; write a number with a unit, such as 30s",
    ]);
  });

  test("the image's own rules", async () => {
    expect(await faults({ argv: ['-1', '--linger=5s'] })).toEqual(['--linger: not together with --once']);
  });

  test.for(['--help', '--version'])('%s is answered whatever else is wrong', async (word) => {
    const { values } = await load({ argv: ['--bogus', word], env: { LOG_TAILER_LINGER: 'x' } });
    expect([values.help, values.version]).toEqual([word === '--help', word === '--version']);
  });
});

test('the start log shows what was written, and where', async () => {
  const loaded = await load({
    argv: ['/a', '/b', '--token=x'],
    env: { LOG_TAILER_LINGER: '5s' },
    ...config('format: json'),
  });
  expect(changed(loaded)).toEqual({
    paths: '/a /b (flag)',
    token: '[redacted] (flag)',
    linger: '5s (environment)',
    format: 'json (file)',
  });
  expect(loaded.shown).toMatchObject({ maxLineBytes: '64KiB', drainTimeout: '25s', format: 'json' });
});
