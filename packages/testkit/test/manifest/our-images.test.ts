// Our images are found by their folders, told from others by their names, and read what a container tells them exactly
// where the manifest alone decides it.

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { IContainer } from 'kubernetes-models/v1/Container';
import {
  findOurImages,
  givenSettings,
  isServiceLink,
  ourName,
  parseImage,
} from '../../src/manifest/our-images.ts';
import root from '../../../../package.json' with { type: 'json' };

const images = await findOurImages(resolve(import.meta.dirname, '../../../..'));

const DIGEST = `sha256:${'0'.repeat(64)}`;

test('every package with a main is an image, of the version of the repository', () => {
  expect(images.version).toBe(root.version);
  expect([...images.settings.keys()]).toContain('log-tailer');
  expect([...images.settings].map(([name, table]) => [name, table.name])).toEqual(
    [...images.settings.keys()].map((name) => [name, name]),
  );
});

test.each([
  ['nginx', { repository: 'nginx' }],
  ['nginx:1.28', { repository: 'nginx', tag: '1.28' }],
  ['localhost/x:y', { repository: 'localhost/x', tag: 'y' }],
  ['registry.example:5000/a/b_c:1', { repository: 'registry.example:5000/a/b_c', tag: '1' }],
  [`a/b:1@${DIGEST}`, { repository: 'a/b', tag: '1', digest: DIGEST }],
  ['Nginx:1.28', undefined],
  ['a//b', undefined],
  ['https://a/b', undefined],
  ['a b', undefined],
  ['a:', undefined],
  ['', undefined],
])('%j is parsed as an image', (text, parts) => {
  expect(parseImage(text)).toEqual(parts);
});

test.each([
  ['podmate/log-tailer:0.1.0', 'log-tailer'],
  [`registry.example/podmate/log-tailer@${DIGEST}`, 'log-tailer'],
  ['podmate/other', 'other'],
  ['podmate-examples/nginx', undefined],
  ['example/podmate:1', undefined],
  [undefined, undefined],
])('%j is ours: %j', (image, name) => {
  expect(ourName(image)).toBe(name);
});

test.each([
  ['A_SERVICE_HOST', true],
  ['A_SERVICE_PORT_HTTP', true],
  ['A_PORT', true],
  ['A_PORT_80_TCP_ADDR', true],
  ['PORT', false],
  ['LOG_TAILER_ADMIN_LISTEN', false],
])('%s has the form of a variable for a Service: %j', (name, is) => {
  expect(isServiceLink(name)).toBe(is);
});

async function given(container: Omit<IContainer, 'name'>): Promise<object | undefined> {
  const table = images.settings.get('log-tailer');
  if (table === undefined) throw new Error('no log-tailer');
  return givenSettings({ name: 'log-tailer', ...container }, table);
}

test('flags and variables are read by the table of the image', async () => {
  const env = [
    { name: 'LOG_TAILER_ADMIN_LISTEN', value: ':9090' },
    { name: 'LOG_TAILER_PORT', value: 'tcp://10.0.0.1:80' },
  ];
  expect(await given({ args: ['--drain-timeout', '5s', '/a.log'], env })).toMatchObject({
    values: { drainTimeout: 5000, adminListen: { host: '', port: 9090 } },
    faults: [],
  });
});

test('all that is wrong is said', async () => {
  const env = [{ name: 'LOG_TAILER_DRAIN_TIMEOUT', value: 'soon' }];
  expect(await given({ args: ['--folow', '/a.log'], env })).toEqual({
    faults: [
      '--folow: unknown flag; did you mean --follow?',
      'LOG_TAILER_DRAIN_TIMEOUT soon: not a duration; write a number with a unit, such as 30s',
    ],
  });
  expect(await given({})).toMatchObject({ faults: [expect.stringContaining('no file to follow')] });
});

test.each<[string, Omit<IContainer, 'name'>]>([
  ['a command', { command: ['tail', '-f', '/a.log'] }],
  ['the words of tail', { args: ['tail', '-n+1', '-f', '/a.log'] }],
  ['the words of a shell', { args: ['/bin/sh', '-c', 'tail -f /a.log'] }],
  ['a settings file', { args: ['--config', '/etc/x.yaml'] }],
  ['a settings file where it is looked for', { volumeMounts: [{ name: 'c', mountPath: '/etc/log-tailer' }] }],
  ['a whole ConfigMap', { envFrom: [{ configMapRef: { name: 'c' } }] }],
  [
    'a variable from elsewhere',
    { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
  ],
])('%s is not guessed at', async (_, container) => {
  expect(await given(container)).toBeUndefined();
});
