// Writes the generated parts of every image's README from the declarations they document: the settings, the metrics
// and, where the README has a place for it, the example settings file. Each stands between two markers like
// `<!-- begin:settings -->` and `<!-- end:settings -->`; what is outside is written by hand.
//   npm run docs               writes them
//   npm run docs -- --check    writes nothing, names what is stale, exit code 1 if anything is

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Catalogue, processMetrics } from '@podmate/base/metrics';
import type { SettingsTable, Table } from '@podmate/base/settings';
import { exampleYaml, metricsTable, readmeTable, replaceBetween } from '@podmate/base/settings-docs';

const ROOT = dirname(import.meta.dirname);

/** What an image's settings.ts and metrics.ts export. */
type SettingsModule = { settings: SettingsTable<Table> };
type MetricsModule = { metrics: Catalogue<never> };

/** The README of the image in `folder`: the file and what it should contain. */
async function freshReadme(folder: string): Promise<{ file: string; old: string; fresh: string }> {
  const file = join(folder, 'README.md');
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
  return { file, old, fresh };
}

/** Brings one README up to date; false when it was stale and `check` forbade to write, or when it cannot be done. */
async function refresh(folder: string, check: boolean): Promise<boolean> {
  try {
    const { file, old, fresh } = await freshReadme(folder);
    if (old === fresh) return true;
    if (!check) writeFileSync(join(ROOT, file), fresh);
    say(check ? `${file} is stale: npm run docs` : `${file} written`);
    return !check;
  } catch (error) {
    say(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const check = process.argv.includes('--check');
for (const main of globSync('packages/*/src/main.ts', { cwd: ROOT }).toSorted()) {
  if (!(await refresh(dirname(dirname(main)), check))) process.exitCode = 1;
}
