// All checks of a manifest in one call: the text, the schema, the rules. For tests, and as a command for who writes one:
//   npm run manifests [-- FILE|FOLDER...]     without arguments all of examples/
// Prints every fault as `file:line: path: what; what to do`. Exit code 0: none, 1: some, 64: called wrongly.

import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { explain } from '@podmate/base/errors';
import { composeFaults } from './compose.ts';
import { parseManifest } from './documents.ts';
import { faultText, ManifestError } from './kubectl-yaml.ts';
import type { Fault } from './kubectl-yaml.ts';
import { findOurImages } from './our-images.ts';
import type { OurImages } from './our-images.ts';
import { ruleFaults } from './rules.ts';
import { isCustom, schemaFaults } from './schema.ts';
import type { SchemaOptions } from './schema.ts';
import { yamlFiles } from './yaml-files.ts';
import type { YamlFile } from './yaml-files.ts';

/** All that is wrong with the manifest in a text; `name` stands for its file. A rule has nothing to say about misfits. */
export async function manifestFaults(
  text: string,
  name: string,
  images: OurImages,
  options: SchemaOptions = {},
): Promise<(Fault & { readonly rule?: string })[]> {
  try {
    const objects = parseManifest(text, name);
    const found = await Promise.all(objects.map((object) => schemaFaults(object, options)));
    const misfits = found.flatMap((faults) => faults.misfits);
    const known = objects.filter((object) => !isCustom(object, options));
    const ruled = misfits.length > 0 ? [] : await ruleFaults(known, images);
    return [...misfits, ...found.flatMap(({ unknownFields }) => unknownFields), ...ruled];
  } catch (error) {
    if (error instanceof ManifestError) return [...error.faults];
    throw error;
  }
}

/** What is wrong with a YAML file, by the checks for what it is; a patch has them when it is rendered. */
async function fileFaults({ file, kind }: YamlFile, images: OurImages): Promise<readonly Fault[]> {
  const text = readFileSync(file, 'utf8');
  const name = relative(process.cwd(), file);
  if (kind === 'manifest') return manifestFaults(text, name, images);
  return kind === 'compose' ? composeFaults(text, name, images) : [];
}

const ROOT = resolve(import.meta.dirname, '../../../..');

async function main(paths: readonly string[]): Promise<number> {
  const absent = paths.filter((path) => !existsSync(path));
  if (absent.length > 0) {
    for (const path of absent)
      say(2, `${path}: there is no such file; usage: npm run manifests [-- FILE|FOLDER...]`);
    return 64;
  }
  const files = (paths.length > 0 ? paths : [resolve(ROOT, 'examples')]).flatMap((path) => yamlFiles(path));
  const images = await findOurImages(ROOT);
  const faults = (await Promise.all(files.map((file) => fileFaults(file, images)))).flat();
  for (const fault of faults) say(1, faultText(fault));
  say(2, `files: ${files.length}, faults: ${faults.length}`);
  return faults.length > 0 ? 1 : 0;
}

function say(fd: 1 | 2, line: string): void {
  (fd === 1 ? process.stdout : process.stderr).write(`${line}\n`);
}

if (import.meta.main) {
  try {
    process.chdir(process.env['INIT_CWD'] ?? '.'); // npm runs us in the repository
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    say(2, explain(error));
    process.exitCode = 1;
  }
}
