// Makes the one file an image runs: `node docker/bundle.ts <image>|all` turns packages/<image>/src/main.ts into
//   docker/out/<image>.cjs            CommonJS, no node_modules, executable
//   docker/out/<image>.NOTICES.txt    licences of what is inside
//   docker/out/<image>.contents.json  what is inside: packages, their bytes, the Node modules used
// The same sources give the same bytes. CommonJS because an ESM import of node:http costs 15 MB of memory on Node 26;
// minified only where the row in images.ts says so: a stack trace from a pod should be readable.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as esbuild, formatMessages } from 'esbuild';
import type { Message, Metafile, Plugin } from 'esbuild';
import { bundledPackages, nodeModules, noticesText } from './bundled-packages.ts';
import { runAsCommand } from './command.ts';
import { deferredHalf, type ProgramOptions } from './deferred-half.ts';
import { selectImages } from './images.ts';
import type { Image } from './images.ts';

export const repositoryRoot = resolve(import.meta.dirname, '..');

/** Where the official Node images keep the program; the base layer of ours keeps it there too. */
const SHEBANG = '#!/usr/local/bin/node';

/** Node shows the line that an error came from: that should not be the whole program. */
const MINIFIED_LINE = 160;

export type Bundle = { readonly file: string; readonly bytes: number };

/**
 * prom-client loads https, url and zlib for its push gateway client alone, which no image uses; https brings tls.
 * Empty modules in their place save 8 MB of memory. Only prom-client's own imports are replaced.
 */
const withoutPushGateway: Plugin = {
  name: 'without-push-gateway',
  setup(build) {
    build.onResolve({ filter: /^(node:)?(https|url|zlib)$/ }, ({ importer, path }) =>
      importer.includes('/node_modules/prom-client/') ? { path, namespace: 'empty' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * ioredis loads tls at its start, for connections that hardly anyone's settings ask for. Here it is loaded with the first of
 * them: 1.7 MB of memory less for all others.
 */
const tlsWhenNeeded: Plugin = {
  name: 'tls-when-needed',
  setup(build) {
    build.onResolve({ filter: /^(node:)?tls$/ }, ({ importer, path }) =>
      importer.includes('/node_modules/ioredis/') ? { path, namespace: 'when-needed' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'when-needed' }, () => ({
      contents: "exports.connect = (...args) => require('node:tls').connect(...args);",
    }));
  },
};

/** The version all images share: the root package's. */
export function repositoryVersion(root = repositoryRoot): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return version;
}

function buildOptions(entry: string, outfile: string, root: string, minify: boolean): ProgramOptions {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    charset: 'ascii', // V8 reads a program of one byte a character sooner, and keeps it in half the memory
    minify,
    lineLimit: minify ? MINIFIED_LINE : 0,
    legalComments: 'none', // the notices file has the full texts
    banner: { js: SHEBANG },
    plugins: [withoutPushGateway, tlsWhenNeeded],
    metafile: true,
    write: false,
    logLevel: 'silent', // bundle() throws with its words
  };
}

type Compiled = {
  readonly metafiles: readonly Metafile[];
  readonly program: Uint8Array;
  readonly warnings: readonly Message[];
};

async function compile(
  entry: string,
  outfile: string,
  root: string,
  { minified, defersImports }: Pick<Image, 'minified' | 'defersImports'>,
): Promise<Compiled> {
  const options = buildOptions(entry, outfile, root, minified === true);
  const half = defersImports ? await deferredHalf(options) : undefined;
  const plugins = [...options.plugins, ...(half ? [half.plugin] : [])];
  const { metafile, outputFiles, warnings } = await esbuild({ ...options, plugins });
  const metafiles = [metafile, ...(half ? [half.metafile] : [])];
  return {
    metafiles,
    program: outputFiles[0]?.contents ?? new Uint8Array(),
    warnings: [...warnings, ...(half?.warnings ?? [])],
  };
}

/**
 * Bundles one image into `outDir`. Throws when a source does not compile, esbuild has a warning (a dynamic require,
 * import.meta in CommonJS: both fail only in the pod), a licence is missing or the budget is exceeded.
 */
export async function bundle(
  image: Pick<Image, 'name' | 'bundleBudgetBytes' | 'minified' | 'defersImports'>,
  outDir = join(repositoryRoot, 'docker/out'),
  root = repositoryRoot,
): Promise<Bundle> {
  const { name, bundleBudgetBytes } = image;
  const file = join(outDir, `${name}.cjs`);
  const { metafiles, program, warnings } = await compile(`packages/${name}/src/main.ts`, file, root, image);
  if (warnings.length > 0)
    throw new Error((await formatMessages([...warnings], { kind: 'warning' })).join('\n'));
  const bytes = program.length;
  if (bytes > bundleBudgetBytes) {
    throw new Error(
      `${name}: a bundle of ${bytes} bytes, over the budget of ${bundleBudgetBytes} in docker/images.ts`,
    );
  }
  const packages = bundledPackages(metafiles, root);
  const contents = {
    image: name,
    version: repositoryVersion(root),
    bytes,
    nodeModules: nodeModules(metafiles),
    packages,
  };
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, `${name}.NOTICES.txt`), noticesText(name, packages, root));
  writeFileSync(join(outDir, `${name}.contents.json`), `${JSON.stringify(contents, null, 2)}\n`);
  const unfinished = `${file}.${process.pid}`; // somebody may just be starting the old one
  writeFileSync(unfinished, program);
  chmodSync(unfinished, 0o755); // writeFileSync's mode is cut by the umask
  renameSync(unfinished, file);
  return { file, bytes };
}

if (import.meta.main) {
  await runAsCommand(async () => {
    for (const image of selectImages(process.argv[2])) {
      const { file, bytes } = await bundle(image);
      writeSync(1, `${file} ${(bytes / 1024).toFixed(0)} KiB of ${image.bundleBudgetBytes / 1024} KiB\n`);
    }
  });
}
