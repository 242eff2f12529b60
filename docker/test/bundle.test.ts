// The bundler on a small repository of its own: what it puts first, leaves out, refuses and writes down.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { bundle, repositoryRoot } from '../bundle.ts';
import { packageFolder } from '../bundled-packages.ts';
import { images, selectImages } from '../images.ts';

const sample = { name: 'sample', bundleBudgetBytes: 1024 * 1024 };

const MAIN = 'packages/sample/src/main.ts';

type Files = Readonly<Record<string, string>>;

/** The npm package `tiny` with a licence, and a main that uses it. */
const withTiny: Files = {
  'node_modules/tiny/package.json':
    '{"name": "tiny", "version": "1.2.3", "license": "MIT", "main": "tiny.js"}',
  'node_modules/tiny/tiny.js': "exports.word = 'tiny';",
  'node_modules/tiny/LICENSE': 'Do as you like.\r\nNo warranty.\n',
  [MAIN]:
    "import { word } from 'tiny';\nimport { writeSync } from 'node:fs';\nwriteSync(1, `${word} works\\n`);\n",
};

/** A repository with the one image `sample`. */
async function repository(files: Files): Promise<string> {
  const directory = await temporaryDirectory('bundle');
  onTestFinished(() => directory.remove());
  for (const [path, text] of Object.entries({ 'package.json': '{"version": "7.8.9"}', ...files })) {
    mkdirSync(dirname(directory.file(path)), { recursive: true });
    writeFileSync(directory.file(path), text);
  }
  return directory.path;
}

async function bundleOf(files: Files): Promise<{ file: string; outDir: string }> {
  const root = await repository(files);
  const outDir = join(root, 'out');
  return { file: (await bundle(sample, outDir, root)).file, outDir };
}

/** A main that uses our own npm packages as they are installed. */
async function bundleWithOurModules(main: string): Promise<{ nodeModules: string[] }> {
  const root = await repository({ [MAIN]: main });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
  await bundle(sample, join(root, 'out'), root);
  return JSON.parse(readFileSync(join(root, 'out/sample.contents.json'), 'utf8'));
}

test('makes one file that runs alone, by its first line and mode also without naming Node', async () => {
  const { file } = await bundleOf(withTiny);
  expect(readFileSync(file, 'utf8').split('\n', 1)).toEqual(['#!/usr/local/bin/node']);
  expect(statSync(file).mode & 0o777).toBe(0o755);
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('tiny works\n');
});

test('minified where the row says so: smaller, in lines that an error message can show, and no less a program', async () => {
  const root = await repository(withTiny);
  const plain = await bundle(sample, join(root, 'plain'), root);
  const { file, bytes } = await bundle({ ...sample, minified: true }, join(root, 'out'), root);
  expect(bytes).toBeLessThan(plain.bytes);
  expect(
    Math.max(
      ...readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThan(1000);
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('tiny works\n');
});

/** A main that says what it needs first, and the rest on demand; `state` is in both halves. */
const withRest: Files = {
  ...withTiny,
  [MAIN]: `import { state } from './state.ts';
import { writeSync } from 'node:fs';
state.word = 'first';
if (process.argv[2] === 'both') import('./rest.ts').then(({ finish }) => finish());
else writeSync(1, 'first alone\\n');
`,
  'packages/sample/src/state.ts': "export const state = { word: '' };",
  'packages/sample/src/rest.ts': `import { word } from 'tiny';
import { writeSync } from 'node:fs';
import { state } from './state.ts';
export async function finish() {
  const { last } = await import('./last.ts');
  writeSync(1, [state.word, word, last].join(' ') + '\\n');
}
`,
  'packages/sample/src/last.ts': "export const last = 'ü';",
};

test('what import() alone reaches is text until it is asked for; a module of both halves is there once', async () => {
  const root = await repository(withRest);
  const { file } = await bundle({ ...sample, defersImports: true }, join(root, 'out'), root);
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  expect(run()).toBe('first alone\n');
  expect(run('both')).toBe('first tiny ü\n');
  expect(readFileSync(file, 'utf8').match(/word: ""/g)).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(root, 'out/sample.contents.json'), 'utf8'))).toMatchObject({
    nodeModules: ['fs', 'vm'],
    packages: [{ name: 'tiny' }],
  });
});

test('makes an executable of a file that was none', async () => {
  const root = await repository({ ...withTiny, 'out/sample.cjs': 'old' });
  chmodSync(join(root, 'out/sample.cjs'), 0o600);
  const { file } = await bundle(sample, join(root, 'out'), root);
  expect(statSync(file).mode & 0o777).toBe(0o755);
});

test('gives the same bytes for the same sources, wherever they lie', async () => {
  const [one, other] = [await bundleOf(withTiny), await bundleOf(withTiny)];
  for (const name of ['sample.cjs', 'sample.NOTICES.txt', 'sample.contents.json']) {
    expect(readFileSync(join(one.outDir, name))).toEqual(readFileSync(join(other.outDir, name)));
  }
});

test('writes down what is inside, with the licence texts', async () => {
  const { outDir } = await bundleOf(withTiny);
  const contents: unknown = JSON.parse(readFileSync(join(outDir, 'sample.contents.json'), 'utf8'));
  expect(contents).toMatchObject({
    image: 'sample',
    version: '7.8.9',
    nodeModules: ['fs'],
    packages: [{ name: 'tiny', version: '1.2.3', licence: 'MIT', bytes: expect.any(Number) }],
  });
  const notices = readFileSync(join(outDir, 'sample.NOTICES.txt'), 'utf8');
  expect(notices).toContain('tiny 1.2.3 (MIT)');
  expect(notices).toContain('Do as you like.\nNo warranty.\n');
});

test("leaves out prom-client's push gateway, and with it TLS, but not our own use of the same modules", async () => {
  const metrics = "import { Registry } from 'prom-client';\nglobalThis.registry = new Registry();\n";
  const without = await bundleWithOurModules(metrics);
  expect(without.nodeModules).not.toEqual(expect.arrayContaining(['https']));
  expect(without.nodeModules).not.toEqual(expect.arrayContaining(['zlib']));
  const ours = `${metrics}import { gunzipSync } from 'node:zlib';\nglobalThis.gunzip = gunzipSync;\n`;
  expect((await bundleWithOurModules(ours)).nodeModules).toContain('zlib');
});

test('ioredis loads TLS with the first connection that wants it, not at its start', async () => {
  const root = await repository({
    'node_modules/ioredis/package.json':
      '{"name": "ioredis", "version": "1.0.0", "license": "MIT", "main": "ioredis.js"}',
    'node_modules/ioredis/ioredis.js':
      "const { connect } = require('tls');\nexports.connect = (options) => connect(options);",
    'node_modules/ioredis/LICENSE': 'Do as you like.\n',
    [MAIN]: `import { connect } from 'ioredis';
import { writeSync } from 'node:fs';
const loaded = (): boolean => process.moduleLoadList.includes('NativeModule tls');
const before = loaded();
connect({ host: '127.0.0.1', port: 1 }).on('error', () => writeSync(1, \`\${before} \${loaded()}\\n\`));
`,
  });
  const { file } = await bundle(sample, join(root, 'out'), root);
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('false true\n');
});

test.each([
  {
    fault: 'a bundle over its budget',
    files: { [MAIN]: `globalThis.x = '${'x'.repeat(2 * 1024 * 1024)}';` },
    message: /budget/,
  },
  {
    fault: 'a package without a licence text',
    files: { ...withTiny, 'node_modules/tiny/LICENSE': undefined },
    message: /tiny: bundled, but has no licence file/,
  },
  {
    fault: 'a package that names no licence',
    files: {
      ...withTiny,
      'node_modules/tiny/package.json': '{"name": "tiny", "version": "1.2.3", "main": "tiny.js"}',
    },
    message: /lacks a name, version or license/,
  },
  {
    fault: 'what esbuild warns of, since it fails only in the pod',
    files: { [MAIN]: 'globalThis.here = import.meta.url;' },
    message: /import\.meta/,
  },
])('refuses $fault', async ({ files, message }) => {
  const present = Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]]));
  await expect(bundleOf(Object.fromEntries(present))).rejects.toThrow(message);
});

test.each([
  { input: 'packages/log-tailer/src/main.ts', folder: undefined },
  { input: 'node_modules/yaml/dist/index.js', folder: 'node_modules/yaml' },
  { input: 'node_modules/@opentelemetry/api/build/x.js', folder: 'node_modules/@opentelemetry/api' },
  { input: 'node_modules/a/node_modules/b/c.js', folder: 'node_modules/a/node_modules/b' },
])('finds the package of $input', ({ input, folder }) => {
  expect(packageFolder(input)).toBe(folder);
});

test('takes an image by name or all of them, and says which there are', () => {
  expect(selectImages('log-tailer').map(({ name }) => name)).toEqual(['log-tailer']);
  expect(selectImages('all')).toBe(images);
  expect(() => selectImages('log-tailor')).toThrow(/log-tailor: not in docker\/images.ts; known: log-tailer/);
});

test('every image has a package of its name', () => {
  for (const { name } of images)
    expect(statSync(join(repositoryRoot, 'packages', name)).isDirectory()).toBe(true);
});
