// Builds images: `npm run image -- <image>|all` tags podmate/<image>:<version> and :latest and prints what they weigh.
// NODE_IMAGE in the environment replaces the base (a mirror, a pinned digest). Fails when a size budget is exceeded.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { repositoryRoot, repositoryVersion } from './bundle.ts';
import { appLayerBudgetBytes, imageBudgetBytes, selectImages } from './images.ts';
import type { Image } from './images.ts';

export type Sizes = { readonly imageBytes: number; readonly appLayerBytes: number };

function output(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: repositoryRoot, encoding: 'utf8' }).trim();
}

/** The commit, marked when the tree differs from it; `unknown` outside a checkout. */
function revision(): string {
  try {
    return output('git', ['describe', '--always', '--abbrev=40', '--dirty', '--exclude=*']);
  } catch {
    return 'unknown';
  }
}

/** Uncompressed sizes as the engine reports them; the app layer is the last one that holds files. */
export function imageSizes(tag: string): Sizes {
  const layers = output('docker', ['history', '--human=false', '--format', '{{.Size}}', tag])
    .split('\n')
    .map(Number)
    .filter((bytes) => bytes > 0);
  return { imageBytes: layers.reduce((sum, bytes) => sum + bytes, 0), appLayerBytes: layers[0] ?? 0 };
}

function buildImage({ name }: Image): string {
  const version = repositoryVersion();
  const tag = `podmate/${name}:${version}`;
  const buildArguments = {
    PACKAGE: name,
    VERSION: version,
    REVISION: revision(),
    NODE_IMAGE: process.env['NODE_IMAGE'],
  };
  const flags = Object.entries(buildArguments).flatMap(([key, value]) =>
    value === undefined ? [] : ['--build-arg', `${key}=${value}`],
  );
  const { status, error } = spawnSync(
    'docker',
    ['build', '-f', 'docker/Dockerfile', ...flags, '-t', tag, '-t', `podmate/${name}:latest`, '.'],
    // all of the engine's words to stderr: stdout has the sizes alone
    { cwd: repositoryRoot, stdio: ['ignore', 2, 2], env: { ...process.env, DOCKER_BUILDKIT: '1' } },
  );
  if (error !== undefined) throw new Error(`docker: ${error.message}; is an engine installed?`);
  if (status !== 0) throw new Error(`docker build of ${name} ended with code ${status}`);
  return tag;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

if (import.meta.main) {
  for (const image of selectImages(process.argv[2])) {
    const tag = buildImage(image);
    const { imageBytes, appLayerBytes } = imageSizes(tag);
    writeSync(1, `${tag} ${megabytes(imageBytes)}, of which its own layer ${megabytes(appLayerBytes)}\n`);
    if (imageBytes > imageBudgetBytes)
      throw new Error(`${tag}: over the budget of ${imageBudgetBytes} bytes`);
    if (appLayerBytes > appLayerBudgetBytes)
      throw new Error(`${tag}: layer over the budget of ${appLayerBudgetBytes} bytes`);
  }
}
