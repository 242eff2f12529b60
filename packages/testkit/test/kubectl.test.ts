// Which kubectl is taken, and when one is fetched. The programs here are scripts that answer with a version, as kubectl
// does; fetching is a parameter. That Debian's package arrives is seen where there is no kubectl: `npm test` says so.

import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory, type TemporaryDirectory } from '../src/files.ts';
import { ensureKubectl, findKubectl, type KubectlSource } from '../src/kubectl.ts';

async function directoryOfTest(): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory('kubectl-test');
  onTestFinished(() => directory.remove());
  return directory;
}

function writeProgram(path: string, script: string, mode = 0o755): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
}

/** What `kubectl version --client --output json` answers, and nothing to any other question. */
function answering(gitVersion: string): string {
  const answer = JSON.stringify({ clientVersion: { gitVersion } });
  return `test "$*" = 'version --client --output json' && echo '${answer}'`;
}

const neverFetch = (): Promise<void> => Promise.reject(new Error('was to be fetched'));

/** Folders a and b on the path, of which nothing exists. */
function sourceIn(directory: TemporaryDirectory, fetch: KubectlSource['fetch'] = neverFetch): KubectlSource {
  const searchPath = [directory.file('a'), directory.file('b')];
  return { searchPath, cached: directory.file('cache/kubectl'), fetch };
}

test.each([
  { name: 'the first with components', script: answering('v1.21.0'), taken: true },
  { name: 'a newer one', script: answering('v1.36.4'), taken: true },
  { name: "a vendor's", script: answering('v1.32.4-dispatcher'), taken: true },
  { name: 'the next major version', script: answering('v2.0.0'), taken: true },
  { name: 'one without components', script: answering('v1.20.2'), taken: false },
  { name: 'the major version before', script: answering('v0.36.0'), taken: false },
  { name: 'no version', script: answering('unknown'), taken: false },
  { name: 'other JSON', script: 'echo "{}"', taken: false },
  { name: 'no JSON', script: 'echo v1.36.4', taken: false },
  { name: 'a failing program', script: `${answering('v1.36.4')}; exit 1`, taken: false },
])('$name: taken $taken', async ({ script, taken }) => {
  const directory = await directoryOfTest();
  writeProgram(directory.file('b/kubectl'), script);
  expect(await findKubectl(sourceIn(directory))).toBe(taken ? directory.file('b/kubectl') : undefined);
});

test('the first on the path is taken; one that is too old or no program hides none', async () => {
  const directory = await directoryOfTest();
  const source = sourceIn(directory);
  writeProgram(source.cached, answering('v1.36.0'));
  expect(await findKubectl(source)).toBe(source.cached);
  writeProgram(directory.file('b/kubectl'), answering('v1.22.0'));
  expect(await findKubectl(source)).toBe(directory.file('b/kubectl'));
  writeProgram(directory.file('a/kubectl'), answering('v1.20.2'));
  expect(await findKubectl(source)).toBe(directory.file('b/kubectl'));
  writeProgram(directory.file('a/kubectl'), answering('v1.36.0'), 0o644);
  expect(await findKubectl(source)).toBe(directory.file('b/kubectl'));
  writeProgram(directory.file('a/kubectl'), answering('v1.21.0'));
  expect(await findKubectl(source)).toBe(directory.file('a/kubectl'));
});

test('nothing is fetched where there is one', async () => {
  const directory = await directoryOfTest();
  writeProgram(directory.file('a/kubectl'), answering('v1.21.0'));
  expect(await ensureKubectl(expect.unreachable, sourceIn(directory))).toBeUndefined();
});

test('it is fetched once, announced, and found from then on', async () => {
  const directory = await directoryOfTest();
  const said: string[] = [];
  const fetch = async (file: string): Promise<void> => writeProgram(file, answering('v1.32.3'));
  const source = sourceIn(directory, fetch);
  writeProgram(directory.file('a/kubectl'), answering('v1.20.2'));
  expect(await ensureKubectl((line) => said.push(line), source)).toBeUndefined();
  expect(said).toEqual([expect.stringMatching(/kubectl$/)]);
  expect(await findKubectl(source)).toBe(source.cached);
  expect(await ensureKubectl(expect.unreachable, { ...source, fetch: neverFetch })).toBeUndefined();
});

test.each([
  { name: 'fetching fails', fetch: neverFetch, reason: 'was to be fetched' },
  { name: 'nothing arrives', fetch: async () => {}, reason: 'does not run here or is too old' },
  {
    name: 'an old one arrives',
    fetch: async (file: string) => writeProgram(file, answering('v1.20.2')),
    reason: 'does not run here or is too old',
  },
])('$name: the reason comes back', async ({ fetch, reason }) => {
  const directory = await directoryOfTest();
  const missing = await ensureKubectl(undefined, sourceIn(directory, fetch));
  expect(missing).toEqual({ package: 'kubectl', reason: expect.stringContaining(reason) });
  expect(missing?.reason).toContain('none from 1.21 on');
  expect(await findKubectl(sourceIn(directory))).toBeUndefined();
});

test('looking for one fetches nothing', async () => {
  const directory = await directoryOfTest();
  const source = sourceIn(directory);
  expect(await findKubectl(source)).toBeUndefined();
  expect(existsSync(source.cached)).toBe(false);
});
