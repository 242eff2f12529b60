// Runs one of the project's TypeScript programs with the project's own tools: with-tools.mjs PROGRAM.ts [ARGS...]
// For whoever types `npm test` or `npm run demo` in a fresh clone: any Node >= 20 runs this file, with nothing installed.
// Invariant: PROGRAM starts only when node_modules is what package-lock.json says and node_modules/.bin/node is the
// Node that package.json names (the images' runtime); it gets our arguments and signals, and we leave with its exit code.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, 'node_modules', '.bin');
const NODE = join(BIN, 'node');
const NODE_VERSION = readJson('package.json').devDependencies.node;

/** The PATH without our own tools: npm must not run on a Node that it is about to replace. */
const OUTER_PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== BIN)
  .join(delimiter);

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

function say(line) {
  process.stderr.write(`podmate: ${line}\n`);
}

function fail(...lines) {
  for (const line of lines) say(line);
  process.exit(1);
}

/** Runs npm silently; what it said matters only when it failed. */
function npm(args, cwd) {
  const env = { ...process.env, PATH: OUTER_PATH };
  const flags = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stderr } = spawnSync('npm', [...args, ...flags], { cwd, env, encoding: 'utf8' });
  return { ok: status === 0, words: error?.message ?? stderr.trim() };
}

/**
 * npm leaves `node_modules/.package-lock.json` as its last act: what it really installed. Comparing that, instead of a
 * stamp of ours, also accepts an `npm ci` done by hand and refuses one that was interrupted.
 */
function modulesMatchLock() {
  if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const locked = readJson('package-lock.json').packages;
  const same = ([path, entry]) => {
    const there = installed[path];
    if (there === undefined) return entry.optional === true; // another platform's binary
    return entry.link === true ? there.resolved === entry.resolved : there.integrity === entry.integrity;
  };
  const modules = Object.entries(locked).filter(([path]) => path.startsWith('node_modules/'));
  const left = Object.keys(installed).filter((path) => path.startsWith('node_modules/') && !(path in locked));
  return left.length === 0 && modules.every(same);
}

/**
 * `npm ci` refuses a lock that lacks another platform's optional binaries, as npm itself writes it now and then
 * (npm issue 4828); `npm install --no-save` takes it, installs the same versions and leaves the lock alone.
 */
function installModules() {
  say('installing the development tools into node_modules (once per change of package-lock.json) ...');
  const started = Date.now();
  const done = [['ci'], ['install', '--no-save']].some((args) => {
    const { ok, words } = npm(args, ROOT);
    if (!ok) say(`npm ${args[0]} failed:\n${words.split('\n').slice(0, 8).join('\n')}`);
    return ok;
  });
  if (!done) fail('the tools cannot be installed. Does npm reach its registry? Try: npm ping');
  say(`installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

function nodeIsRight() {
  return spawnSync(NODE, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${NODE_VERSION}`;
}

/**
 * The `node` package gets its binary in an install script, which an npm with `ignore-scripts` or without our
 * `allowScripts` does not run. The binary itself is an ordinary package without scripts: fetch that one and link it.
 */
function repairNode() {
  const { platform, arch } = process;
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'; // as the node package names them
  const binary = `${prefix}-${platform}-${arch}`;
  say(`npm did not run the install script of the package "node"; fetching ${binary}@${NODE_VERSION} ...`);
  const home = join(ROOT, 'node_modules', 'node');
  const install = ['install', '--no-save', '--ignore-scripts', '--prefix', home, `${binary}@${NODE_VERSION}`];
  const { ok, words } = npm(install, home);
  if (!ok) return say(words);
  mkdirSync(join(home, 'bin'), { recursive: true });
  rmSync(join(home, 'bin', 'node'), { force: true });
  linkSync(join(home, 'node_modules', binary, 'bin', 'node'), join(home, 'bin', 'node'));
  rmSync(NODE, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), NODE); // npm links no command whose file it did not see
}

function ensureTools() {
  if (!modulesMatchLock()) installModules();
  if (!nodeIsRight()) repairNode();
  if (!nodeIsRight()) {
    fail(
      `node_modules/.bin/node is not Node ${NODE_VERSION}, which the tests and the images run on.`,
      'Allow the install script of the package "node" in your npm, then: rm -r node_modules && npm ci',
    );
  }
}

/** On Ctrl-C the terminal, npm and we each tell the program: it has to take a burst of the same signal as one. */
function run(program, args) {
  const env = { ...process.env, PATH: BIN + delimiter + OUTER_PATH };
  const child = spawn(NODE, [program, ...args], { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${NODE}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined) fail('usage: with-tools.mjs PROGRAM.ts [ARGS...]');
ensureTools();
run(program, args);
