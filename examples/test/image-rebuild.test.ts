// Images built once more: the same sources give the same image wherever and whenever they lie; another image stands on the
// same base; one that has grown is refused. All in a copy of the repository, so that a real tag is never touched.

import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, docker, skipsContainers, uniqueName } from '@podmate/testkit/containers';
import { temporaryDirectory } from '@podmate/testkit/files';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { repositoryRoot, repositoryVersion } from '../../docker/bundle.ts';
import { buildFlags } from '../../docker/image.ts';
import { images } from '../../docker/images.ts';
import type { Origin } from '../../docker/origin.ts';

const run = promisify(execFile);

/** What git knows or would take in, as a clone by someone with a strict umask, at another time. */
function copyRepository(target: string): void {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: repositoryRoot, encoding: 'utf8' }).split('\0');
  for (const file of files) {
    const from = join(repositoryRoot, file);
    if (file === '' || !statSync(from, { throwIfNoEntry: false })?.isFile()) continue; // deleted, not yet committed
    mkdirSync(join(target, dirname(file)), { recursive: true });
    cpSync(from, join(target, file));
  }
  const everything = readdirSync(target, { recursive: true, encoding: 'utf8' }).toReversed();
  for (const path of everything.map((name) => join(target, name))) {
    chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
    utimesSync(path, 1_000_000_000, 1_000_000_000);
  }
}

async function layersOf(tag: string): Promise<string[]> {
  const { stdout } = await docker(['image', 'inspect', '--format', '{{json .RootFS.Layers}}', tag]);
  return JSON.parse(stdout);
}

type Identity = { Config: { Labels: Record<string, string> }; [part: string]: unknown };

/** All that makes an image but the times at which an engine before BuildKit 0.11 says that it worked. */
async function identityOf(tag: string): Promise<Identity> {
  const { stdout } = await docker(['image', 'inspect', tag]);
  const [{ Id, Architecture, Os, Config, RootFS }] = JSON.parse(stdout);
  const history = await docker(['history', '--no-trunc', '--format', '{{.CreatedBy}}|{{.Size}}', Id]);
  return { Architecture, Os, Config, RootFS, history: history.stdout };
}

/** What the image says of its origin: enough to make it again. */
function originOf({ Config: { Labels } }: Identity): Origin {
  const label = (name: string): string | undefined => Labels[`org.opencontainers.image.${name}`];
  const created = label('created');
  return {
    version: label('version') ?? '',
    revision: label('revision') ?? '',
    epochSeconds: created === undefined ? undefined : Date.parse(created) / 1000,
    source: label('source'),
  };
}

function removeAtEnd(tag: string): void {
  onTestFinished(async () => {
    await docker(['image', 'rm', '--force', tag]);
  });
}

describe.skipIf(await skipsContainers())('built again', () => {
  let copy: TemporaryDirectory;

  beforeAll(async () => {
    copy = await temporaryDirectory('rebuild');
    copyRepository(copy.path);
    writeFileSync(copy.file('docker/unused.ts'), '// in no image, but the engine has to bundle again\n');
    symlinkSync(join(repositoryRoot, 'node_modules'), copy.file('node_modules')); // for image.ts; no build sees it
  });

  afterAll(() => copy.remove());

  // The first without any cache, the others, to save CI their minutes, on its base and its node_modules.
  test.each(images)('$name is the same bit for bit from another folder', async (image) => {
    const first = await identityOf(await buildImage(image.name)); // at once: the tag moves on with the next commit
    const again = uniqueName(`rebuild-${image.name}`);
    removeAtEnd(again);
    const cache = image === images[0] ? ['--no-cache'] : [];
    const flags = [
      '--file',
      'docker/Dockerfile',
      ...cache,
      ...buildFlags(image, originOf(first)),
      '--tag',
      again,
    ];
    await run('docker', ['build', ...flags, '.'], {
      cwd: copy.path,
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
    });
    expect(await identityOf(again)).toEqual(first);
  });

  test('another image has the same base, and is refused when it is too big', async () => {
    const name = `sample-${randomBytes(4).toString('hex')}`;
    mkdirSync(copy.file(`packages/${name}/src`), { recursive: true });
    writeFileSync(
      copy.file(`packages/${name}/src/main.ts`),
      `globalThis.big = '${'x'.repeat(1_100_000)}';\n`,
    );
    const table = readFileSync(copy.file('docker/images.ts'), 'utf8');
    const row = `{ name: '${name}', description: '', links: [], bundleBudgetBytes: 2e6, idle: { args: [], memoryBudgetBytes: 0 } },`;
    writeFileSync(
      copy.file('docker/images.ts'),
      table.replace(/images: readonly Image\[\] = \[/, `$&\n${row}`),
    );
    const tag = `podmate/${name}:${repositoryVersion()}`;
    removeAtEnd(tag);
    removeAtEnd(`podmate/${name}:latest`);

    const built = run(process.execPath, [copy.file('docker/image.ts'), name]);
    await expect(built).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /: appLayerBytes is 11\d{5}, over the budget of 1000000 in docker\/images\.ts\n$/,
      ),
    });
    const [base, own] = await layersOf(tag);
    const [expectedBase, otherOwn] = await layersOf(await buildImage(images[0]?.name ?? ''));
    expect(base).toBe(expectedBase);
    expect(own).not.toBe(otherOwn);
  });
});
