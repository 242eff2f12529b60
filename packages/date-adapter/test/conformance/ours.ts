// Ours as the table runs it: bundled as the image ships it, so that a thousand starts take half a minute instead of
// ten, and called `awk`, the name under which it is one, follows nothing and allows everything.

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../../../docker/bundle.ts';
import { selectImages } from '../../../../docker/images.ts';

/** Bundles the sources as they are now into `directory`. Returns the beginning of a command line. */
export async function bundleOurs(directory: string): Promise<readonly string[]> {
  const [image] = selectImages('date-adapter');
  if (image === undefined) throw new Error('docker/images.ts has no date-adapter');
  const { file } = await bundle({ ...image, bundleBudgetBytes: Infinity }, directory);
  const awk = join(directory, 'awk');
  symlinkSync(file, awk);
  return [process.execPath, awk];
}
