// Directories and files for tests: each test gets a directory of its own and it is gone afterwards.
// `await using directory = await temporaryDirectory('rotation')` removes it at the end of the block.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TemporaryDirectory = AsyncDisposable & {
  readonly path: string;
  /** A path inside. */
  file(name: string): string;
  remove(): Promise<void>;
};

/** A fresh empty directory below `parent` (the system's temporary directory), readable by every uid. */
export async function temporaryDirectory(label: string, parent = tmpdir()): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(parent, `podmate-${label}-`));
  await chmod(path, 0o755); // mkdtemp gives 0700; images also run as another uid
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, file: (name) => join(path, name), remove, [Symbol.asyncDispose]: remove };
}
