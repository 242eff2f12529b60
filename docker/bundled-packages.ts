// What one bundle is made of: the npm packages in it with version, licence and licence text, and the Node modules
// it loads. For the notices file an image must carry, and the input of its bill of materials.
// The invariant: it is read from esbuild's metafile, so it names what is really inside, not what was installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { DEFERRED, SHARED } from './deferred-half.ts';

export type BundledPackage = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Where it was installed, relative to the repository. */
  readonly folder: string;
  /** What this package's files take in the bundle. */
  readonly bytes: number;
};

const MODULES = 'node_modules/';

/** `node_modules/a/node_modules/@s/b/lib/x.js` -> `node_modules/a/node_modules/@s/b`; undefined for a file of ours. */
export function packageFolder(input: string): string | undefined {
  const start = input.lastIndexOf(MODULES);
  if (start === -1) return undefined;
  const [first = '', second = ''] = input.slice(start + MODULES.length).split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return input.slice(0, start + MODULES.length) + name;
}

function readLicenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file === undefined)
    throw new Error(`${folder}: bundled, but has no licence file; its terms cannot be met`);
  const notice = join(folder, 'NOTICE');
  const texts = [readFileSync(join(folder, file), 'utf8')];
  if (existsSync(notice)) texts.push(readFileSync(notice, 'utf8'));
  return texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
}

function describePackage(root: string, folder: string, bytes: number): BundledPackage {
  const file = join(root, folder, 'package.json');
  const manifest: Record<string, string | undefined> = JSON.parse(readFileSync(file, 'utf8'));
  const { name, version, license } = manifest;
  if (name === undefined || version === undefined || license === undefined) {
    throw new Error(`${folder}/package.json: bundled, but lacks a name, version or license`);
  }
  return { name, version, licence: license, folder, bytes };
}

function onlyOutput(metafile: Metafile): Metafile['outputs'][string] {
  const [output, ...more] = Object.values(metafile.outputs);
  if (output === undefined || more.length > 0) throw new Error('a bundle is one file');
  return output;
}

/**
 * The third-party packages in the bundle, by name. Inputs of which no byte was kept do not count. @param metafiles one,
 * or one of each half
 */
export function bundledPackages(metafiles: readonly Metafile[], root: string): BundledPackage[] {
  const bytesOf = new Map<string, number>();
  const inputs = metafiles.flatMap((metafile) => Object.entries(onlyOutput(metafile).inputs));
  for (const [input, { bytesInOutput }] of inputs) {
    const folder = packageFolder(input);
    if (folder === undefined || bytesInOutput === 0) continue;
    bytesOf.set(folder, (bytesOf.get(folder) ?? 0) + bytesInOutput);
  }
  return [...bytesOf]
    .map(([folder, bytes]) => describePackage(root, folder, bytes))
    .toSorted((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));
}

/** Node's own modules the bundle asks for, lazily or not: what must stay out (tls, http2) is seen here. */
export function nodeModules(metafiles: readonly Metafile[]): string[] {
  const names = metafiles
    .flatMap((metafile) => onlyOutput(metafile).imports)
    .filter(
      ({ external, path }) => external === true && !path.startsWith(SHARED) && !path.startsWith(DEFERRED),
    )
    .map(({ path }) => path.replace(/^node:/, ''));
  return [...new Set(names)].toSorted();
}

/** The text an image ships for the authors of what is bundled into it. Throws when a package has no licence file. */
export function noticesText(image: string, packages: readonly BundledPackage[], root: string): string {
  const rule = '-'.repeat(78);
  const sections = packages.map(({ name, version, licence, folder }) => {
    const heading = `${rule}\n${name} ${version} (${licence})\n${rule}`;
    return `${heading}\n\n${readLicenceText(join(root, folder))}\n`;
  });
  return [`Third-party software in ${image}. Its own licence is in LICENSE.\n`, ...sections].join('\n');
}
