// The table of images against its readers: what a row turns into, that a budget can be exceeded, and that the release
// build (bake.hcl) knows every row.

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { skipsContainers } from '@podmate/testkit/containers';
import { repositoryRoot } from '../bundle.ts';
import { buildFlags } from '../image.ts';
import { images, refuseOverweight, sizeBudgets } from '../images.ts';
import type { Origin } from '../origin.ts';

const origin: Origin = {
  version: '7.8.9',
  revision: 'f00d',
  epochSeconds: 1_700_000_000,
  source: 'https://git.example/podmate',
};

test('accepts an image at its budgets and refuses one byte more', () => {
  expect(() => refuseOverweight('sample', sizeBudgets)).not.toThrow();
  const { appLayerBytes, imageBytes } = sizeBudgets;
  expect(() => refuseOverweight('sample', { appLayerBytes: appLayerBytes + 1, imageBytes })).toThrow(
    'sample: appLayerBytes is 1000001, over the budget of 1000000 in docker/images.ts',
  );
  expect(() => refuseOverweight('sample', { appLayerBytes, imageBytes: imageBytes + 1 })).toThrow(
    /imageBytes/,
  );
});

test('what is not known becomes no flag and thereby no label', () => {
  const [image] = images;
  if (image === undefined) throw new Error('no image');
  const flags = buildFlags(image, { ...origin, source: undefined, epochSeconds: undefined });
  expect(flags).not.toContain('--label');
  expect(flags.filter((flag) => flag.startsWith('SOURCE_DATE_EPOCH'))).toEqual([]);
});

type Target = {
  context: string;
  dockerfile: string;
  platforms: string[];
  tags: string[];
  args: Record<string, string>;
  labels?: Record<string, string>;
  attest: string[];
};
type Bake = { group: { default: { targets: string[] } }; target: Record<string, Target> };

/** What `docker buildx bake` would build, told by itself; needs no engine. */
function bake(env: Readonly<Record<string, string>>): Bake {
  const { PATH, HOME } = process.env;
  const text = execFileSync('docker', ['buildx', 'bake', '--file', 'docker/bake.hcl', '--print'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, ...env },
  });
  return JSON.parse(text);
}

/** The values of one kind of flag, as an object. */
function values(flags: readonly string[], flag: string): Record<string, string> {
  const pairs = flags.flatMap((_, at) =>
    flags[at - 1] === flag ? [(flags[at] ?? '').split(/=(.*)/s, 2)] : [],
  );
  return Object.fromEntries(pairs);
}

describe.skipIf(await skipsContainers())('bake.hcl', () => {
  const environment = {
    REGISTRY: 'registry.example.com/podmate',
    VERSION: origin.version,
    REVISION: origin.revision,
    SOURCE_DATE_EPOCH: String(origin.epochSeconds),
    SOURCE: origin.source ?? '',
  };

  test('builds every image of the table and no other', () => {
    const { group, target } = bake({});
    const names = images.map(({ name }) => name);
    expect(group.default.targets).toEqual(names);
    expect(Object.keys(target).toSorted()).toEqual(names.toSorted());
  });

  test.each(images)('builds $name as npm run image does, for two processors, with attestations', (image) => {
    const flags = buildFlags(image, origin);
    const { args, labels, ...target } = bake(environment).target[image.name] ?? {};
    const { NODE_IMAGE, ...own } = args ?? {};
    expect(NODE_IMAGE).toBe('node:26-bookworm-slim');
    expect(own).toEqual(values(flags, '--build-arg'));
    expect(labels).toEqual(values(flags, '--label'));
    expect(target).toEqual({
      context: '.',
      dockerfile: 'docker/Dockerfile',
      platforms: ['linux/amd64', 'linux/arm64'],
      tags: [
        `registry.example.com/podmate/${image.name}:7.8.9`,
        `registry.example.com/podmate/${image.name}:latest`,
      ],
      attest: ['type=provenance,mode=max', 'type=sbom'],
    });
  });

  test('leaves out the labels that nobody gave a value', () => {
    for (const target of Object.values(bake({}).target)) expect(target.labels).toBeUndefined();
  });
});
