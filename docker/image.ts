// Builds images: `npm run image -- <image>|all` tags podmate/<image>:<version> and :latest and prints what they weigh.
// NODE_IMAGE in the environment replaces the base (a mirror, a pinned digest). Fails when a size budget is exceeded.
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { repositoryRoot } from './bundle.ts';
import { runAsCommand } from './command.ts';
import { docker } from './engine.ts';
import { refuseOverweight, selectImages } from './images.ts';
import type { Image, Sizes } from './images.ts';
import { readOrigin, timestamp } from './origin.ts';
import type { Origin } from './origin.ts';

type Pairs = Readonly<Record<string, string | number | undefined>>;

function flags(flag: string, pairs: Pairs): string[] {
  return Object.entries(pairs).flatMap(([key, value]) =>
    value === undefined ? [] : [flag, `${key}=${value}`],
  );
}

/** The flags of `docker build` that make this image of this commit; an unknown source or time gives no label. */
export function buildFlags({ name, description }: Image, origin: Origin): string[] {
  const { version, revision, epochSeconds, source } = origin;
  const buildArguments = {
    PACKAGE: name,
    DESCRIPTION: description,
    VERSION: version,
    REVISION: revision,
    SOURCE_DATE_EPOCH: epochSeconds,
    NODE_IMAGE: process.env['NODE_IMAGE'],
  };
  const labels = {
    'org.opencontainers.image.source': source,
    'org.opencontainers.image.created': epochSeconds === undefined ? undefined : timestamp(epochSeconds),
  };
  return [...flags('--build-arg', buildArguments), ...flags('--label', labels)];
}

/** Sizes as the engine reports them; the app layer is the last one that holds files. */
export function imageSizes(tag: string): Sizes {
  const layers = docker('history', '--human=false', '--format', '{{.Size}}', tag)
    .split('\n')
    .map(Number)
    .filter((bytes) => bytes > 0);
  return { imageBytes: layers.reduce((sum, bytes) => sum + bytes, 0), appLayerBytes: layers[0] ?? 0 };
}

/** Builds one image with all of the engine's words on stderr; its tag with the version. */
export function buildImage(image: Image, origin: Origin): string {
  docker('version', '--format', '{{.Server.Version}}'); // one sentence instead of a build's twenty lines
  const tag = `podmate/${image.name}:${origin.version}`;
  const tags = ['-t', tag, '-t', `podmate/${image.name}:latest`];
  const { status } = spawnSync(
    'docker',
    ['build', '-f', 'docker/Dockerfile', ...buildFlags(image, origin), ...tags, '.'],
    { cwd: repositoryRoot, stdio: ['ignore', 2, 2], env: { ...process.env, DOCKER_BUILDKIT: '1' } },
  );
  if (status !== 0) throw new Error(`${tag}: not built; the reason is above`);
  return tag;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

if (import.meta.main) {
  await runAsCommand(() => {
    const selected = selectImages(process.argv[2]);
    const origin = readOrigin();
    for (const image of selected) {
      const tag = buildImage(image, origin);
      const sizes = imageSizes(tag);
      const { imageBytes, appLayerBytes } = sizes;
      writeSync(1, `${tag} ${megabytes(imageBytes)}, of which its own layer ${megabytes(appLayerBytes)}\n`);
      refuseOverweight(tag, sizes);
    }
  });
}
