import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { loadSettings } from '@podmate/base/settings';
import { expect, onTestFinished, test } from 'vitest';
import { readTargets } from '../../src/jmx-source/targets.ts';
import { settings } from '../../src/settings.ts';
import { KEY_JKS, TRUST_JKS } from '../tls/stores.ts';

const RULES =
  'hostPort: broker:9999\nusername: file\npassword: "${PW}"\nscrapeTimeoutSeconds: 3\nssl: true\n';

/** The settings of these flags and this settings file; `./` is a folder with rules.yaml, wrong.yaml and stores. */
async function targetsOf(argv: readonly string[], file = ''): Promise<ReturnType<typeof readTargets>> {
  const folder = await temporaryDirectory('targets');
  onTestFinished(() => folder.remove());
  const here = (text: string): string => text.replaceAll('./', `${folder.path}/`);
  writeFileSync(folder.file('rules.yaml'), RULES);
  writeFileSync(folder.file('wrong.yaml'), 'rules:\n- {pattern: "("}\n');
  writeFileSync(folder.file('trust.jks'), TRUST_JKS);
  writeFileSync(folder.file('key.jks'), KEY_JKS);
  writeFileSync(folder.file('settings.yaml'), here(file));
  const env = { PW: 'secret' };
  const words = [...argv.map(here), `--config=${folder.file('settings.yaml')}`];
  const { values } = await loadSettings(settings, { argv: words, env });
  return readTargets(values, (name) => (name === 'PW' ? env.PW : undefined));
}

test('a rule file alone says everything', async () => {
  const { targets, files } = await targetsOf(['--jmx.config=./rules.yaml']);
  expect(targets).toMatchObject([
    {
      name: 'broker:9999',
      labels: new Map(),
      access: { credentials: ['file', 'secret'], registryTls: true, timeoutMs: 3000 },
    },
  ]);
  expect(files.map((path) => path.replace(/.*\//, ''))).toEqual(['rules.yaml']);
});

test('flags beat the file', async () => {
  const flags = [
    '--jmx.config=./rules.yaml',
    '--jmx.target=other:1',
    '--jmx.username=flag',
    '--jmx.timeout=2s',
  ];
  const { targets } = await targetsOf([...flags, '--labels=env=test']);
  expect(targets).toMatchObject([
    {
      name: 'other:1',
      labels: new Map([['env', 'test']]),
      access: { credentials: ['flag', 'secret'], timeoutMs: 2000 },
    },
  ]);
});

test('several targets have labels and names of their own', async () => {
  const { targets } = await targetsOf(
    ['--jmx.target=a:1', '--labels=env=test'],
    'jmxTargets:\n- {target: "a:1", labels: [x=y], username: me, password: pw}\n- {target: "[::1]:2", labels: [env=prod]}\n',
  );
  expect(
    targets.map(({ name, labels, access }) => [name, Object.fromEntries(labels), access.credentials]),
  ).toEqual([
    ['a:1', { env: 'test', target: 'a:1' }, undefined],
    ['a:1#2', { env: 'test', x: 'y' }, ['me', 'pw']],
    ['[::1]:2', { env: 'prod' }, undefined],
  ]);
});

test('key and trust stores', async () => {
  const flags = ['--jmx.target=a:1', '--jmx.trust-store=./trust.jks', '--jmx.key-store=./key.jks'];
  const passwords = ['--jmx.trust-store-password=changeit', '--jmx.key-store-password=changeit'];
  const { targets, files } = await targetsOf([...flags, ...passwords]);
  const tls = targets[0]?.access.tls;
  expect(tls?.ca).toEqual([expect.stringContaining('BEGIN CERTIFICATE')]);
  expect(tls?.key).toContain('BEGIN PRIVATE KEY');
  expect(files).toHaveLength(2);
});

test.each([
  { name: 'twins', argv: ['--jmx.target=a:1', '--jmx.target=a:1'], out: /--jmx.target a:1: given twice/ },
  { name: 'no target', argv: ['--jmx.config=./wrong.yaml'], out: /wrong.yaml:2: pattern/ },
  {
    name: 'label',
    file: 'jmxTargets: [{target: "a:1", labels: [x]}]',
    out: /jmxTargets\[0\]\.target\.labels x: not NAME=VALUE/,
  },
  {
    name: 'store',
    argv: ['--jmx.target=a:1', '--jmx.trust-store=./rules.yaml'],
    out: /--jmx.target: a key or trust store cannot be used: .*rules.yaml/,
  },
  {
    name: 'absent file',
    argv: ['--jmx.target=a:1', '--jmx.config=./no.yaml'],
    out: /--jmx.config .*no.yaml: cannot be read: .*ENOENT/,
  },
])('refused: $name', async ({ argv = [], file, out }) => {
  await expect(targetsOf(argv, file)).rejects.toThrow(out);
});
