// Sees to it that the engine has every image of a manifest, and says which one stands for which name. Ours are built from
// this repository; others are taken as the engine has them or can pull them; where it can neither, a stand-in is built:
// an image that does the same for the manifest's purpose, out of what is in reach.

import { existsSync } from 'node:fs';
import { buildImage, docker } from '../containers.ts';
import type { PodSpec } from './pod-spec.ts';

/** A folder with a Dockerfile that makes an image for the manifests' purposes. */
export type StandIn = { readonly tag: string; readonly context: string };

export type ImageOptions = {
  /** Image of a manifest -> what to run in its place. */
  readonly replaced?: Readonly<Record<string, string>>;
  readonly standIns?: Readonly<Record<string, StandIn>>;
  /** Tests take a stand-in even where the image could be pulled, so that they test the same everywhere. */
  readonly pull?: boolean;
  readonly say?: (event: string) => void;
};

/** The image of the engine for every image that the pods name. Throws for one that cannot be had. */
export async function provideImages(
  pods: readonly PodSpec[],
  options: ImageOptions = {},
): Promise<Map<string, string>> {
  const names = pods.flatMap(({ initContainers = [], containers }) =>
    [...initContainers, ...containers].map(({ image }) => image),
  );
  const provided = new Map<string, string>();
  for (const name of new Set(names)) provided.set(name, await provide(name, options));
  return provided;
}

async function provide(
  name: string,
  { replaced = {}, standIns = {}, pull = true, say }: ImageOptions,
): Promise<string> {
  const other = replaced[name];
  if (other !== undefined) return have(other);
  const own = /^podmate\/([a-z-]+):/.exec(name)?.[1];
  if (own !== undefined && existsSync(`${import.meta.dirname}/../../../${own}`)) return buildOurs(name, own);
  const standIn = standIns[name];
  if (standIn === undefined) return have(name);
  if (pull && ((await has(name)) || (await pulls(name)))) return name;
  say?.(`image ${name}: using the stand-in ${standIn.tag}`);
  await docker(['build', '--quiet', '--tag', standIn.tag, standIn.context]);
  return standIn.tag;
}

async function have(name: string): Promise<string> {
  if (await has(name)) return name;
  try {
    await docker(['pull', '--quiet', name]);
    return name;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`image ${name}: the engine has it not and cannot pull it: ${why.trim()}`, {
      cause: error,
    });
  }
}

/** The image as it is in this repository; another version of it than the manifest names would prove nothing. */
async function buildOurs(name: string, image: string): Promise<string> {
  const tag = await buildImage(image);
  if (tag !== name) throw new Error(`image ${name}: this repository builds ${tag}`);
  return tag;
}

function has(name: string): Promise<boolean> {
  return succeeds(['image', 'inspect', name]);
}

function pulls(name: string): Promise<boolean> {
  return succeeds(['pull', '--quiet', name]);
}

async function succeeds(args: readonly string[]): Promise<boolean> {
  try {
    await docker(args);
    return true;
  } catch {
    return false;
  }
}
