// Our own metrics beside those of the applications, at the same endpoint and in whatever format is asked for: the rows of
// the catalogue, read at each scrape. (The admin server shows them too, by prom-client.)
import type { Catalogue } from '@podmate/base/metrics';
import type { PlainFamily } from './format.ts';

/** `rename`: other names for some rows. Rows with histograms have no place here and are left out. */
export function* ownFamilies<Source>(
  catalogue: Catalogue<Source>,
  source: Source,
  rename: Readonly<Record<string, string>> = {},
): Generator<PlainFamily> {
  for (const row of catalogue) {
    if (row.type === 'histogram') continue;
    const { type, help } = row;
    const sample = row.collect(source);
    const samples = typeof sample === 'number' ? [[{}, sample] as const] : [...sample];
    if (samples.length > 0) yield { name: rename[row.name] ?? row.name, type, help, samples };
  }
}
