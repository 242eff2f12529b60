// What every image of docker/images.ts must be: small, on the one common base layer, without root or a shell, labelled,
// and carrying the licences of what is in it. A new image gets these tests by its row in the table.

import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage, docker, skipsContainers } from '@podmate/testkit/containers';
import { repositoryVersion } from '../../docker/bundle.ts';
import { imageSizes } from '../../docker/image.ts';
import { appLayerBudgetBytes, imageBudgetBytes, images } from '../../docker/images.ts';

const skipped = await skipsContainers();

type Configuration = { User: string; Entrypoint: string[]; Labels: Record<string, string> };

async function inspect<T>(tag: string, field: string): Promise<T> {
  const { stdout } = await docker(['image', 'inspect', '--format', `{{json ${field}}}`, tag]);
  return JSON.parse(stdout);
}

/** Every path in the image, without the leading slash; folders end with one. */
async function pathsIn(tag: string): Promise<string[]> {
  const { stdout } = await docker(['create', tag]);
  const id = stdout.trim();
  try {
    const script = 'docker export "$0" | tar --list';
    return execFileSync('sh', ['-c', script, id], { encoding: 'utf8' }).trim().split('\n');
  } finally {
    await docker(['rm', id]);
  }
}

describe.skipIf(skipped).each(images)('image $name', ({ name, links }) => {
  let tag: string;

  beforeAll(async () => {
    tag = await buildImage(name);
  });

  test('keeps to its size budgets', () => {
    const { imageBytes, appLayerBytes } = imageSizes(tag);
    expect(imageBytes).toBeLessThan(imageBudgetBytes);
    expect(appLayerBytes).toBeLessThan(appLayerBudgetBytes);
  });

  test('is one layer on the base that all images share', async () => {
    const [base, ...own] = await inspect<string[]>(tag, '.RootFS.Layers');
    const first = await buildImage(images[0]?.name ?? name);
    expect(own).toHaveLength(1);
    expect(base).toBe((await inspect<string[]>(first, '.RootFS.Layers'))[0]);
  });

  test('runs its program as a user without rights and says what it is', async () => {
    const { User, Entrypoint, Labels } = await inspect<Configuration>(tag, '.Config');
    expect(User).toBe('65532:65532');
    expect(Entrypoint).toEqual(['/usr/local/bin/podmate']);
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': `podmate/${name}`,
      'org.opencontainers.image.version': repositoryVersion(),
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}/),
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
  });

  test('has no program but Node and its own, and the licences of both', async () => {
    const paths = await pathsIn(tag);
    const programs = paths.filter((path) => /(^|\/)s?bin\/./.test(path)).map((path) => `/${path}`);
    const expected = ['/usr/local/bin/node', '/usr/local/bin/podmate', `/usr/local/bin/${name}`, ...links];
    expect(programs.toSorted()).toEqual(expected.toSorted());
    for (const file of ['LICENSE', 'NOTICES.txt', 'contents.json']) {
      expect(paths).toContain(`usr/share/doc/${name}/${file}`);
    }
  });
});
