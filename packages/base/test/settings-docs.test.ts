import { describe, expect, test } from 'vitest';
import { defineMetrics } from '@podmate/base/metrics';
import { defineSettings, loadSettings } from '@podmate/base/settings';
import {
  exampleYaml,
  helpText,
  metricsTable,
  readmeTable,
  replaceBetween,
} from '@podmate/base/settings-docs';

const group = 'Files';
const table = defineSettings(
  { name: 'log-tailer', summary: `Prints ${'many words '.repeat(20)}`, usage: '[flags] PATH...' },
  {
    paths: {
      kind: 'list',
      positional: true,
      metavar: 'GLOB',
      env: ['PATH_TO_TAIL'],
      group,
      help: 'What to follow.',
    },
    lines: {
      kind: 'string',
      short: '-n',
      flags: ['line-count'],
      default: '10',
      group,
      help: 'Where to begin.',
    },
    follow: {
      kind: 'choice',
      choices: ['name', 'descriptor'],
      optionalValue: 'name',
      group,
      help: 'How to follow.',
    },
    stripCr: { kind: 'boolean', default: true, group, help: 'Take off the | carriage return.' },
    quiet: { kind: 'boolean', short: '-q', group, help: `Say ${'less and '.repeat(15)}less.` },
    prefix: { kind: 'string', default: '[{basename}] ', group: 'Output', help: 'Before each line.' },
    token: { kind: 'secret', file: true, group: 'Output', help: 'A secret.' },
    aVeryLongNameThatFillsTheColumn: { kind: 'duration', default: 'off', group: 'Output', help: 'Long.' },
    inputs: {
      kind: 'sections',
      group: 'Inputs',
      help: 'Where from.',
      sections: {
        format: {
          kind: 'choice',
          choices: ['raw', 'json'],
          default: 'raw',
          group: '',
          help: 'How it looks.',
        },
        rules: {
          kind: 'sections',
          group: '',
          help: 'Rules.',
          sections: { every: { kind: 'duration', default: '1s', group: '', help: 'How often.' } },
        },
      },
    },
  },
);

describe('helpText', () => {
  const help = helpText(table);

  test('has usage, summary, groups in order of appearance, and how else to set things', () => {
    expect(help).toMatch(/^Usage: log-tailer \[flags\] PATH\.\.\.\n\nPrints many words/);
    expect(help.match(/^\S.*:$/gm)).toEqual([
      'Files:',
      'Output:',
      'Inputs:',
      'Settings:',
      'Operation:',
      'Lifecycle:',
    ]);
    expect(help).toContain('LOG_TAILER_DRAIN_TIMEOUT');
  });

  test.for([
    '      --paths GLOB            What to follow. Also $PATH_TO_TAIL.',
    '  -n, --lines, --line-count TEXT\n                              Where to begin. Default: 10.',
    '      --follow[=name|descriptor]\n',
    '      --no-strip-cr           Take off',
    '  -q, --quiet                 Say less',
    '      --token-file FILE       File with the value of --token.',
    '      --drain-timeout DURATION\n',
    '      inputs:                 Where from.',
    '      --prefix TEXT           Before each line. Default: "[{basename}] ".',
  ])('shows %s', (text) => {
    expect(help).toContain(text);
  });

  test('no line is wider than 96 columns, and no word is lost', () => {
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(96);
    expect(help.match(/less and/g)?.length).toBeGreaterThan(10);
    expect(help.replaceAll(/\s+/g, ' ')).toContain(`Say ${'less and '.repeat(15)}less.`);
  });
});

test('readmeTable has every setting, escaped, and those of sections under theirs', () => {
  const lines = readmeTable(table).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    '| setting | default | meaning |',
    '| --- | --- | --- |',
    '| **Files** |  |  |',
    '| `--paths GLOB` |  | What to follow. Also $PATH_TO_TAIL. |',
  ]);
  expect(lines).toContain('| `-n, --lines, --line-count TEXT` | `10` | Where to begin. |');
  expect(lines).toContain('| `--follow[=name\\|descriptor]` |  | How to follow. |');
  expect(lines).toContain('| `--no-strip-cr` |  | Take off the \\| carriage return. |');
  expect(lines).toContain('| `inputs[].rules[].every:` | `1s` | How often. |');
  for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(4);
});

describe('exampleYaml', () => {
  const uncommented = exampleYaml(table).replaceAll(/^#/gm, '');
  const load = (text: string) => loadSettings(table, { argv: [], env: {}, readFile: () => text });

  test('as it is, it is a settings file that sets nothing', async () => {
    const loaded = await load(exampleYaml(table));
    expect(Object.keys(loaded.values).filter((key) => loaded.set(key))).toEqual([]);
  });

  test('with its first column gone, it sets every default to itself', async () => {
    const [all, none] = [await load(uncommented), await load('')];
    expect({ ...all.values, inputs: [] }).toEqual(none.values);
    expect(all.values.inputs).toEqual([{ format: 'raw', rules: [{ every: 1000 }] }]);
    for (const key of ['lines', 'prefix', 'stripCr', 'drainTimeout', 'adminListen'])
      expect([key, all.origin(key)]).toEqual([key, 'file']);
  });

  test('shows nothing that a file may not say', () => {
    expect(uncommented).not.toMatch(/^(config|help|check|version):/m);
  });
});

test('metricsTable', () => {
  const catalogue = defineMetrics([
    { name: 'a_total', type: 'counter', help: 'All.', labels: ['kind', 'code'], collect: () => [] },
    { name: 'b', type: 'gauge', help: 'B | C.', collect: () => 1 },
  ]);
  expect(metricsTable(catalogue)).toBe(
    [
      '| metric | type | labels | meaning |',
      '| --- | --- | --- | --- |',
      '| `a_total` | counter | `kind` `code` | All. |',
      '| `b` | gauge |  | B \\| C. |',
    ].join('\n'),
  );
});

describe('replaceBetween', () => {
  const page =
    'a\n<!-- begin:settings -->old\n<!-- end:settings -->\nb\n<!-- begin:metrics --><!-- end:metrics -->\n';

  test('replaces this part and no other, and is then stable', () => {
    const once = replaceBetween(page, 'settings', '$& new\n');
    expect(once).toBe(
      'a\n<!-- begin:settings -->\n\n$& new\n\n<!-- end:settings -->\nb\n<!-- begin:metrics --><!-- end:metrics -->\n',
    );
    expect(replaceBetween(once, 'settings', '$& new\n')).toBe(once);
  });

  test.for(['', '<!-- begin:x -->', '<!-- end:x --><!-- begin:x -->'])('refuses %j', (text) => {
    expect(() => replaceBetween(text, 'x', '')).toThrow(
      'the markers <!-- begin:x --> and <!-- end:x --> are missing',
    );
  });
});
