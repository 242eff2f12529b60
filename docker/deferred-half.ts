// A program that is called for two jobs, of which one must start fast (date-adapter: as awk): what is reached only through
// `import()` is carried as text and compiled when it is asked for. V8 reads all of a program before it runs any of it, some
// 50 ms of CPU for each MB of minified code; a string literal costs it next to nothing.
// Invariant: a module is in the bundle once. What both halves use is in the first, which hands it over by name.
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import type { BuildOptions, Message, Metafile, Plugin } from 'esbuild';

/** Names in the second half for modules of the first. */
export const SHARED = 'shared:';
/** Names in the first half for what it asks for later. */
export const DEFERRED = 'deferred:';
const REGISTRY = 'deferred-registry';

export type DeferredHalf = {
  /** For the build of the program: puts the text where `import()` is. */
  readonly plugin: Plugin;
  /** Of the second half: in the program's own it is one input, a text. */
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
};

/** How one program is built by esbuild. */
export type ProgramOptions = BuildOptions & {
  absWorkingDir: string;
  plugins: Plugin[];
  metafile: true;
  write: false;
};

/** @param options those of the program's own build, entry point included */
export async function deferredHalf(options: ProgramOptions): Promise<DeferredHalf> {
  const { absWorkingDir: root, plugins, entryPoints: _, ...common } = options;
  const entries: string[] = [];
  const first = await esbuild({ ...options, plugins: [...plugins, leaveOut(entries)] });
  const shared = Object.keys(first.metafile.inputs).filter((input) => /^packages\/.*\.ts$/.test(input));
  const wanted = new Set<string>();
  const half = await esbuild({
    ...common,
    absWorkingDir: root,
    stdin: { contents: entries.map(exportedAs).join('\n'), resolveDir: root },
    banner: {},
    plugins: [...plugins, handOver(root, new Set(shared), wanted)],
  });
  const text = half.outputFiles.map((file) => file.text).join('');
  const { metafile, warnings } = half;
  return { plugin: putIn(root, entries, [...wanted].toSorted(), text), metafile, warnings };
}

function exportedAs(path: string, index: number): string {
  return `export * as ${JSON.stringify(`${DEFERRED}${index}`)} from ${JSON.stringify(path)};`;
}

/** The first half alone; notes what it asks for later. */
function leaveOut(entries: string[]): Plugin {
  return {
    name: 'leave-out',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const entry = join(resolveDir, path);
        if (!entries.includes(entry)) entries.push(entry);
        return { path: entry, external: true };
      });
    },
  };
}

/** Modules of the first half are required by name, and noted. */
function handOver(root: string, shared: ReadonlySet<string>, wanted: Set<string>): Plugin {
  return {
    name: 'hand-over',
    setup(build) {
      build.onResolve({ filter: /\.ts$|^@podmate\// }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === 'resolving') return undefined;
        const resolved = await build.resolve(path, { ...rest, pluginData: 'resolving' });
        const input = resolved.path.slice(root.length + 1);
        if (!shared.has(input)) return resolved;
        wanted.add(input);
        return { path: `${SHARED}${input}`, external: true };
      });
    },
  };
}

/**
 * The whole program. The registry, which runs before it, takes the place of `require` for what `import()` became. Not an
 * import of its own: that would have esbuild wrap every module that both halves use in a function, to be read twice.
 */
function putIn(root: string, entries: readonly string[], wanted: readonly string[], text: string): Plugin {
  return {
    name: 'put-in',
    setup(build) {
      build.initialOptions.supported = { 'dynamic-import': false };
      build.initialOptions.inject = [REGISTRY];
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const index = kind === 'dynamic-import' ? entries.indexOf(join(resolveDir, path)) : -1;
        return index === -1 ? undefined : { path: `${DEFERRED}${index}`, external: true };
      });
      build.onResolve({ filter: new RegExp(`^${REGISTRY}$`) }, ({ path }) => ({ path, namespace: DEFERRED }));
      build.onLoad({ filter: /.*/, namespace: DEFERRED }, () => ({
        contents: registryModule(root, wanted, text),
        resolveDir: root,
      }));
    },
  };
}

function registryModule(root: string, wanted: readonly string[], text: string): string {
  const imports = wanted.map(
    (input, index) => `import * as m${index} from ${JSON.stringify(join(root, input))};`,
  );
  const names = wanted.map((input, index) => `${JSON.stringify(`${SHARED}${input}`)}: m${index}`);
  return `import { compileFunction } from 'node:vm';
${imports.join('\n')}
const shared = { ${names.join(', ')} };
const ours = require;
let half;
function compiled() {
  const module = { exports: {} };
  const run = compileFunction(${JSON.stringify(text)}, ['require', 'module', 'exports'], { filename: __filename });
  run((name) => shared[name] ?? ours(name), module, module.exports);
  return module.exports;
}
require = (name) => (name.startsWith('${DEFERRED}') ? (half ??= compiled())[name] : ours(name));
`;
}
