// The product broken on purpose, to show that the checker sees it: main.ts bundled with one piece of one module replaced. The
// product knows nothing of it, and a piece that is no longer there is an error, lest a test of a test tests nothing.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const SOURCES = resolve(import.meta.dirname, '../../src');

export type Fault = {
  readonly module: string;
  readonly piece: string;
  readonly instead: string;
};

/** Bundles the ambassador with this fault into the folder; gives the command that starts it. */
export async function broken(fault: Fault, folder: string): Promise<[string, ...string[]]> {
  const path = join(SOURCES, fault.module);
  const source = await readFile(path, 'utf8');
  if (source.split(fault.piece).length !== 2)
    throw new Error(`${fault.module} does not have exactly one ${JSON.stringify(fault.piece)}`);
  const contents = source.replace(fault.piece, () => fault.instead);
  const outfile = join(folder, 'broken.cjs');
  await build({
    entryPoints: [join(SOURCES, 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
    plugins: [
      {
        name: 'fault',
        setup(bundle) {
          bundle.onLoad({ filter: /\.ts$/ }, (file) =>
            file.path === path ? { contents, loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  return [process.execPath, outfile];
}
