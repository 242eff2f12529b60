// Writes what is said in a second place from where it is declared: into every image's README its settings, metrics and,
// where there is a place for it, the example settings file; into docker/bake.hcl the table of images. Each part stands
// between two markers like `<!-- begin:settings -->` and `<!-- end:settings -->`; what is outside is written by hand.
//   npm run docs               writes them
//   npm run docs -- --check    writes nothing, names what is stale, exit code 1 if anything is

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Catalogue, processMetrics } from '@podmate/base/metrics';
import type { SettingsTable, Table } from '@podmate/base/settings';
import { exampleYaml, metricsTable, readmeTable, replaceBetween } from '@podmate/base/settings-docs';
import { images } from '../docker/images.ts';

const ROOT = dirname(import.meta.dirname);

/** What an image's settings.ts and metrics.ts export. */
type SettingsModule = { settings: SettingsTable<Table> };
type MetricsModule = { metrics: Catalogue<never> };

/** A file with generated parts, as it is and as it should be. */
type Page = { readonly old: string; readonly fresh: string };

/** The README of the image in `folder`. */
async function readmePage(file: string): Promise<Page> {
  const folder = dirname(file);
  const { settings }: SettingsModule = await import(join(ROOT, folder, 'src/settings.ts'));
  const { metrics }: MetricsModule = await import(join(ROOT, folder, 'src/metrics.ts'));
  const parts = {
    settings: readmeTable(settings),
    metrics: metricsTable<never>([...metrics, ...processMetrics]),
    example: `\`\`\`yaml\n${exampleYaml(settings)}\`\`\``,
  };
  const old = readFileSync(join(ROOT, file), 'utf8');
  let fresh = old;
  for (const [name, text] of Object.entries(parts)) {
    const isOptional = name === 'example' && !old.includes(`<!-- begin:${name} -->`);
    if (!isOptional) fresh = replaceBetween(fresh, name, text);
  }
  return { old, fresh };
}

const BAKE_ROWS = /(?<=# begin:images\n)[\s\S]*(?= *# end:images\n)/;

/** The release build: HCL cannot read images.ts. */
function bakePage(file: string): Page {
  const old = readFileSync(join(ROOT, file), 'utf8');
  if (!BAKE_ROWS.test(old)) throw new Error('the markers # begin:images and # end:images are missing');
  const rows = images.map(
    ({ name, description }) =>
      `    { name = ${JSON.stringify(name)}, description = ${JSON.stringify(description)} },\n`,
  );
  return { old, fresh: old.replace(BAKE_ROWS, () => rows.join('')) };
}

/** Brings one file up to date; false when it was stale and `check` forbade to write, or when it cannot be done. */
async function refresh(
  file: string,
  pageOf: (file: string) => Page | Promise<Page>,
  check: boolean,
): Promise<boolean> {
  try {
    const { old, fresh } = await pageOf(file);
    if (old === fresh) return true;
    if (!check) writeFileSync(join(ROOT, file), fresh);
    say(check ? `${file} is stale: npm run docs` : `${file} written`);
    return !check;
  } catch (error) {
    say(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const check = process.argv.includes('--check');
const readmes = images.map(({ name }) => join('packages', name, 'README.md'));
const fresh = [await refresh('docker/bake.hcl', bakePage, check)];
for (const readme of readmes) fresh.push(await refresh(readme, readmePage, check));
if (fresh.includes(false)) process.exitCode = 1;
