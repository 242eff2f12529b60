// The rules of DESIGN "Who may import whom", as functions over a tree of sources, so that each can be shown to fail.
// A rule says in words what is wrong, file by file; an empty answer is a house in order.
// Imports are read from the text with comments taken out: all our imports are static and on the top level, and
// TypeScript 7 has no parser that a program could call.

import { posix } from 'node:path';

/** Repository paths with forward slashes -> contents. */
export type Tree = ReadonlyMap<string, string>;

export type Rule = (tree: Tree) => string[];

type Import = {
  specifier: string;
  /** A repository path, or the specifier itself. */ target: string;
  typeOnly: boolean;
};

/**
 * The one file that may import a dependency, and everyone else goes through it. The JMX client, which is to be a library
 * of its own and so knows nothing of base, has a door for itself.
 */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  ioredis: ['packages/redis-ambassador/src/topology.ts'],
  'prom-client': ['packages/base/src/metrics.ts'],
  yaml: ['packages/base/src/yaml-document.ts', 'packages/metrics-adapter/src/jmx/rules/yaml-tree.ts'],
};

/** Files that compute and nothing else: no input or output, no clock, no dice. */
const PURE = [
  /^packages\/log-tailer\/src\/(line-framer|line-format|record-format|json-escape|glob|rotated-names|tail-arguments)\.ts$/,
  /^packages\/date-adapter\/src\/(awk|dates|formats)\//,
  /^packages\/redis-ambassador\/src\/(resp\/|routing\.ts|balancer\.ts|commands\.ts)/,
  /^packages\/http-ambassador\/src\/(http1\/|faults\/toxic\.ts|dns\/(answer|name-schedule|resolv-conf)\.ts|policy\/|database\/(postgres-start|mysql-handshake)\.ts|proxy-protocol\/(header|ip-address)\.ts|route\.ts|balancer\.ts|outlier\.ts|expand\.ts)/,
  /^packages\/metrics-adapter\/src\/(exposition\.ts|statsd\/(line|mapping)\.ts|jser\/|hsperfdata\/perf-counters\.ts|jmx\/rules\/|jolokia\/(json-.*|open-type|java-objects|answers)\.ts)/,
];
const IMPURE_MODULES = /^node:(fs|net|http|https|dgram|timers|child_process)(\/|$)/;
const CLOCKS_AND_DICE = /\b(Date\.now|performance\.now|Math\.random|setTimeout|setInterval|setImmediate)\(/;

/** An import, or an export that comes from elsewhere. */
const PASSED_ON = /^(?:import|export)\s[^;]*?\bfrom\s*['"][^'"]+['"];?$/gm;

const SHELF_NAMES = /^(utils?|helpers?|common|types|index)$/;
const LONGEST_FILE = 300;
const LONGEST_MAIN = 120;
const LONGEST_TEST = 500; // tables of cases, which nobody reads in one sitting
const HEADER_LINES = 10;

const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];
const roomOf = (path: string): string | undefined => /^packages\/[^/]+\/([^/]+)\//.exec(path)?.[1];
const isImage = (name: string | undefined): boolean =>
  name !== undefined && name !== 'base' && name !== 'testkit';

/** What log-tailer shares: the engine, and what its one user tells it, keeps for it and prints with. */
const ENGINE =
  /^packages\/log-tailer\/src\/(follow|follow-settings|line-framer|checkpoint-place|event-log|stdout-sink|tail-arguments)\.ts$/;

/** Rule 1: an image imports no other image, but for the engine of log-tailer, and that has one user at most. */
export const imagesImportNoImages: Rule = (tree) => {
  const users = new Set<string>();
  const faults = eachImport(tree, (path, { specifier, target }) => {
    const [from, to] = [packageOf(path), packageOf(target)];
    if (!isImage(from) || !isImage(to) || from === to) return undefined;
    if (ENGINE.test(target)) users.add(from ?? '');
    else return `imports ${specifier}: images do not import images`;
    return undefined;
  });
  if (users.size > 1)
    faults.push(`${[...users].join(' and ')} import log-tailer/follow: give it a package of its own`);
  return faults;
};

/** Rule 2: base is below everything. */
export const baseImportsNoImage: Rule = (tree) =>
  eachImport(tree, (path, { specifier, target }) => {
    const outside = packageOf(target) !== 'base' && packageOf(target) !== undefined;
    return packageOf(path) === 'base' && roomOf(path) === 'src' && outside
      ? `imports ${specifier}: base imports nobody`
      : undefined;
  });

/** Rule 2: what ships does not know the testkit. */
export const testkitIsForTests: Rule = (tree) =>
  eachImport(tree, (path, { specifier, target }) => {
    const ships = roomOf(path) === 'src' && packageOf(path) !== 'testkit';
    return ships && packageOf(target) === 'testkit'
      ? `imports ${specifier}: the testkit is for tests`
      : undefined;
  });

/** The JMX client: folders that could be a library of their own, which knows neither base nor Prometheus. */
const JMX_CLIENT = /^packages\/metrics-adapter\/src\/(jser|jrmp|jmx|attach|hsperfdata)\//;

/** The JMX client imports itself, Node and the YAML reader of its rule files, not even types of others. */
export const jmxClientStandsAlone: Rule = (tree) =>
  eachImport(tree, (path, { specifier, target }) => {
    if (!JMX_CLIENT.test(path) || JMX_CLIENT.test(target) || /^(node:|yaml$)/.test(specifier))
      return undefined;
    return `imports ${specifier}: the JMX client is to be a library of its own`;
  });

/** Rule 3: a pure leaf reaches no input or output, not even through what it imports, and asks no clock. */
export const pureLeavesArePure: Rule = (tree) => {
  const imports = importGraph(tree);
  return [...tree.keys()]
    .filter((path) => PURE.some((leaf) => leaf.test(path)))
    .flatMap((path) => {
      const reached = reachable(imports, path);
      const impure = [...reached]
        .filter((target) => IMPURE_MODULES.test(target))
        .map((target) => `reaches ${target}`);
      const called = CLOCKS_AND_DICE.exec(codeOf(tree.get(path) ?? ''))?.[1];
      if (called !== undefined) impure.push(`calls ${called}`);
      return impure.map(
        (what) => `${path} ${what}: time, chance and bytes come to a pure leaf as parameters`,
      );
    });
};

/** Rule 4: a dependency has one door. */
export const dependenciesHaveOneDoor: Rule = (tree) =>
  eachImport(tree, (path, { specifier, target }) => {
    if (roomOf(path) !== 'src' || packageOf(path) === 'testkit' || target.includes('/src/')) return undefined;
    if (/^(node:|\.|@podmate\/)/.test(specifier)) return undefined;
    const doors = DOORS[specifier];
    if (doors === undefined) return `imports ${specifier}: a new dependency needs a reason and a door`;
    return doors.includes(path) ? undefined : `imports ${specifier}: its door is ${doors.join(' or ')}`;
  });

/** Rule 5: no file is, by values, part of what it is made of. */
export const noCycles: Rule = (tree) => {
  const imports = importGraph(tree);
  return [...tree.keys()]
    .filter((path) => [...(imports.get(path) ?? [])].some((target) => reachable(imports, target).has(path)))
    .map((path) => `${path} imports itself in the end`);
};

/** Rule 5: one imports a thing from where it is, not from a file that has nothing of its own. */
export const noBarrels: Rule = (tree) =>
  [...tree]
    .map(([path, source]) => [path, withoutComments(source)] as const)
    .filter(
      ([, code]) =>
        /^export\s+\*/m.test(code) ||
        (code.search(PASSED_ON) >= 0 && code.replaceAll(PASSED_ON, '').trim() === ''),
    )
    .map(([path]) => `${path} only passes on the exports of others`);

/** Rule 5: a file is called after what it does. */
export const noShelves: Rule = (tree) =>
  [...tree.keys()]
    .filter((path) => path.split('/').some((part) => SHELF_NAMES.test(part.replace(/\.\w+$/, ''))))
    .map((path) => `${path}: this name says nothing`);

/** The way to the outside world is main.ts and base; the rest gets what it needs as parameters. */
export const processIsForMain: Rule = (tree) =>
  [...tree]
    .filter(([path]) => roomOf(path) === 'src' && isImage(packageOf(path)) && !path.endsWith('/src/main.ts'))
    .filter(([, source]) =>
      /(?<![\w.#])process\.\w|['"]node:process['"]/.test(codeOf(source, /node:process/)),
    )
    .map(([path]) => `${path} uses process: only main.ts and base do`);

/** A file can be read in one sitting; a longer one says in its header why, with the words "300 lines". */
export const filesAreShort: Rule = (tree) =>
  [...tree].flatMap(([path, source]) => {
    const lines = source.split('\n').length - 1;
    const limit = longest(path);
    const header = source.split('\n').slice(0, HEADER_LINES).join('\n');
    if (lines <= limit || (limit !== LONGEST_MAIN && /\b300 lines\b/.test(header))) return [];
    return [`${path} has ${lines} lines, more than ${limit}`];
  });

function longest(path: string): number {
  if (/^packages\/[^/]+\/(test|e2e)\//.test(path) || path.endsWith('.test.ts')) return LONGEST_TEST;
  return path.endsWith('/src/main.ts') ? LONGEST_MAIN : LONGEST_FILE;
}

/** The README of an image leads through its files; this is the map of a newcomer, so it has to be right. */
export const readmesNameExistingFiles: Rule = (tree) =>
  [...tree]
    .filter(([path]) => /^packages\/[^/]+\/README\.md$/.test(path))
    .flatMap(([path, text]) => {
      const home = posix.dirname(path);
      if (!tree.has(`${home}/src/main.ts`)) return [];
      const [, way] =
        /^#+ [^\n]*\bway of (?:one|a) datum\b[^\n]*\n([\s\S]*?)(?=^#+ |(?![\s\S]))/im.exec(text) ?? [];
      const named = [...(way ?? '').matchAll(/[\w./-]+\.ts\b/g)].map(([name]) => name.replace(/^src\//, ''));
      if (named.length < 3) return [`${path} does not lead through the files of the package`];
      return [...new Set(named)]
        .filter((name) => !tree.has(`${home}/src/${name}`))
        .map((name) => `${path} names src/${name}, which does not exist`);
    });

function eachImport(tree: Tree, judge: (path: string, one: Import) => string | undefined): string[] {
  const faults: string[] = [];
  for (const [path, source] of tree) {
    for (const one of importsOf(path, source)) {
      const fault = judge(path, one);
      if (fault !== undefined) faults.push(`${path} ${fault}`);
    }
  }
  return faults;
}

function importsOf(path: string, source: string): Import[] {
  const code = withoutComments(source);
  const patterns = [
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"\n]+)['"]/gm,
    /\b(?:import|require)\((\s*)['"]([^'"\n]+)['"]\s*\)/g,
  ];
  return patterns
    .flatMap((pattern) => [...code.matchAll(pattern)])
    .map(([, type, specifier = '']) => ({
      specifier,
      target: resolve(path, specifier),
      typeOnly: type?.trim() === 'type',
    }));
}

function resolve(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const [, name, file] = /^@podmate\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  return name === undefined ? specifier : `packages/${name}/src/${file}.ts`;
}

/** What each file needs at run time: imports of types alone are gone by then. */
function importGraph(tree: Tree): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [path, source] of tree) {
    const targets = importsOf(path, source).filter(({ typeOnly }) => !typeOnly);
    graph.set(path, new Set(targets.map(({ target }) => target)));
  }
  return graph;
}

function reachable(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return seen;
}

const COMMENT_OR_STRING =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

function withoutComments(source: string): string {
  return source.replace(COMMENT_OR_STRING, (found) => (found.startsWith('/') ? '' : found));
}

/** Without comments and strings, but for strings that match `keep`. */
function codeOf(source: string, keep = /(?!)/): string {
  return source.replace(COMMENT_OR_STRING, (found) =>
    !found.startsWith('/') && keep.test(found) ? found : "''",
  );
}
