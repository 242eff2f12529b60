// The command for who writes manifests, as it is typed: what it prints, and its exit codes.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../../src/files.ts';

const PROGRAM = join(import.meta.dirname, '../../src/manifest/check.ts');

type Result = { code: number; stdout: string; stderr: string };

/** As npm runs it: in the repository, with the user's folder in the environment. */
function check(folderOfUser: string, ...args: string[]): Promise<Result> {
  const env = { ...process.env, INIT_CWD: folderOfUser };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** A folder with these files. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory('manifests');
  onTestFinished(() => directory.remove());
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(directory.path, name, '..'), { recursive: true });
    await writeFile(directory.file(name), text);
  }
  return directory.path;
}

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

test('every fault has its file, line and path, and the exit code is 1', async () => {
  const cwd = await folder({
    'a.yaml': `${CONFIG_MAP}data: { "a/b": x }\n`,
    'b.yaml': `${CONFIG_MAP}date: { a: x }\n`,
    'c.yaml': '- x\n',
    'compose.yaml': 'services:\n  a: { image: x, ports: ["80:80"] }\n',
  });
  const { code, stdout } = await check(cwd, '.');
  expect(stdout.split('\n')).toEqual([
    'a.yaml:4: data["a/b"]: no name of a file; use letters, digits, - _ .',
    'b.yaml:4: date: is no field of this; did you mean data?',
    'c.yaml:1: not an object with apiVersion and kind',
    'compose.yaml:2: services.a.ports[0]: is open to the whole network; write 127.0.0.1: before it',
    '',
  ]);
  expect(code).toBe(1);
});

test('patches of a kustomization are left to where they are rendered, all else is a manifest', async () => {
  const kustomization =
    'kind: Kustomization\nresources: [a.yaml]\npatches:\n  - path: patch.yaml\n  - patch: x\n';
  const files = {
    'k/kustomization.yaml': kustomization,
    'k/a.yaml': CONFIG_MAP,
    'k/patch.yaml': 'kind: Pod\n',
  };
  const cwd = await folder({ ...files, 'k/stray.yaml': 'kind: Pod\n' });
  const { stdout } = await check(cwd, 'k');
  expect(stdout).toMatch(
    /^k\/stray\.yaml:1: apiVersion: is missing.*\nk\/stray\.yaml:1: metadata\.name: is missing.*\n$/,
  );
});

test('right files give exit code 0 and nothing on stdout', async () => {
  const cwd = await folder({ 'a.yaml': CONFIG_MAP });
  expect(await check(cwd, 'a.yaml')).toEqual({ code: 0, stdout: '', stderr: 'files: 1, faults: 0\n' });
});

test('without arguments, the examples are checked, wherever it is called', async () => {
  const { code, stderr } = await check(await folder({}));
  expect(stderr).toMatch(/^files: \d\d+, faults: \d+\n$/);
  expect([0, 1]).toContain(code);
});

test('a file that is not there is an error of usage', async () => {
  const { code, stderr } = await check(await folder({ 'a.yaml': CONFIG_MAP }), 'a.yaml', 'b.yaml', 'c');
  expect(stderr).toBe(
    'b.yaml: there is no such file; usage: npm run manifests [-- FILE|FOLDER...]\nc: there is no such file; usage: npm run manifests [-- FILE|FOLDER...]\n',
  );
  expect(code).toBe(64);
});
