// `npm run image` at a terminal where something is missing: one sentence that says what, and exit code 1; and the base
// that NODE_IMAGE names is the one taken.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { skipsContainers } from '@podmate/testkit/containers';
import { temporaryDirectory } from '@podmate/testkit/files';
import { repositoryRoot } from '../../docker/bundle.ts';
import { images } from '../../docker/images.ts';

const name = images[0]?.name ?? '';

type Failure = { code: number; stdout: string; stderr: string };

/** Runs image.ts, which has to fail. */
async function failure(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Failure> {
  const command = [join(repositoryRoot, 'docker/image.ts'), ...args];
  const run = promisify(execFile)(process.execPath, command, { env: { ...process.env, ...env } });
  return run.then(
    ({ stdout }) => Promise.reject(new Error(`did not fail: ${stdout}`)),
    ({ code, stdout, stderr }: Failure) => ({ code, stdout, stderr }),
  );
}

/** A failure told in one line on stderr. */
function sentence(words: RegExp): object {
  return { code: 1, stdout: '', stderr: expect.stringMatching(new RegExp(`^podmate: ${words.source}\\n$`)) };
}

test('an image that does not exist, or none', async () => {
  expect(await failure(['log-tailor'])).toEqual(
    sentence(/image log-tailor: not in docker\/images\.ts; known: .*log-tailer.*, or all/),
  );
  expect(await failure([])).toEqual(sentence(/image \(none given\): not in docker\/images\.ts; .*/));
});

test('a time that is none', async () => {
  expect(await failure([name], { SOURCE_DATE_EPOCH: 'now' })).toEqual(
    sentence(/SOURCE_DATE_EPOCH=now: not a .*/),
  );
});

test('no docker command', async () => {
  const empty = await temporaryDirectory('path');
  onTestFinished(() => empty.remove());
  expect(await failure([name], { PATH: empty.path })).toEqual(
    sentence(/docker: spawnSync docker ENOENT; images need Docker .*/),
  );
});

describe.skipIf(await skipsContainers())('with docker', () => {
  test('no engine', async () => {
    expect(await failure([name], { DOCKER_HOST: 'tcp://127.0.0.1:1' })).toEqual(
      sentence(/docker version: .*127\.0\.0\.1:1.*/),
    );
  });

  test('a base that cannot be had, which shows that NODE_IMAGE is taken', async () => {
    const { code, stderr } = await failure([name], { NODE_IMAGE: '127.0.0.1:1/node' });
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1:1/node');
    expect(stderr).toMatch(/\npodmate: podmate\/\S+: not built; the reason is above\n$/);
  });
});
