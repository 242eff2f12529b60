// A kubectl that renders kustomizations, for tests: one whose kustomize knows components. One that is there is taken; where
// there is none, Debian's package is fetched into node_modules/.cache, which needs neither root nor a cluster.
// Invariant: the machine's own packages, package sources and apt state stay as they are, and nothing is fetched but by
// `ensureKubectl`. What could not be had comes back with the reason, for a named skip.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findCommand, type Unavailable } from './debian.ts';
import { temporaryDirectory } from './files.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The first with a kustomize (4.0) that knows components; Debian 12 has 1.20. */
const OLDEST = { major: 1, minor: 21 };

/** The oldest Debian with a newer one. It needs glibc 2.34, which Debian 12 has. */
const SUITE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const run = promisify(execFile);

/** Where a kubectl is looked for, and how one is got where there is none. */
export type KubectlSource = {
  /** Folders, the first one wins; one that is too old is passed over. */
  readonly searchPath: readonly string[];
  /** The file that a fetched one is kept in. */
  readonly cached: string;
  /** Writes a kubectl to this file; throws with the reason when it cannot. */
  readonly fetch: (file: string) => Promise<void>;
};

const thisMachine: KubectlSource = {
  searchPath: (process.env['PATH'] ?? '').split(delimiter),
  cached: join(ROOT, 'node_modules/.cache/podmate/kubectl'),
  fetch: fetchFromDebian,
};

/** The path of a kubectl that is new enough, on PATH or fetched before; undefined where there is none. */
export async function findKubectl(
  source: Pick<KubectlSource, 'searchPath' | 'cached'> = thisMachine,
): Promise<string | undefined> {
  const candidates = [...source.searchPath.map((folder) => join(folder, 'kubectl')), source.cached];
  for (const path of candidates) if (await isNewEnough(path)) return path;
  return undefined;
}

/** Sees to it that `findKubectl` finds one. Never throws; resolves to the reason where that cannot be. */
export async function ensureKubectl(
  say: (line: string) => void = () => {},
  source: KubectlSource = thisMachine,
): Promise<Unavailable | undefined> {
  if ((await findKubectl(source)) !== undefined) return undefined;
  say(`fetching from Debian ${SUITE}: kubectl`);
  try {
    await source.fetch(source.cached);
  } catch (error) {
    return unavailable(firstComplaint(error));
  }
  if (await isNewEnough(source.cached)) return undefined;
  return unavailable('what was fetched does not run here or is too old as well');
}

function unavailable(why: string): Unavailable {
  const oldest = `${OLDEST.major}.${OLDEST.minor}`;
  return { package: 'kubectl', reason: `none from ${oldest} on was found, and fetching failed: ${why}` };
}

async function isNewEnough(kubectl: string): Promise<boolean> {
  try {
    const { stdout } = await run(kubectl, ['version', '--client', '--output', 'json'], { timeout: 10_000 });
    const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(JSON.parse(stdout).clientVersion.gitVersion) ?? [];
    return Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
  } catch {
    return false; // not there, not for this machine, or something else under that name
  }
}

/** Asks the mirrors that this machine's apt already uses, one after the other. */
async function fetchFromDebian(file: string): Promise<void> {
  for (const command of ['apt-get', 'dpkg-deb'])
    if (findCommand(command) === undefined) throw new Error(`this machine has no ${command}`);
  if (!existsSync(KEYRING)) throw new Error(`${KEYRING} is not there to verify it`);
  await mkdir(dirname(file), { recursive: true });
  const failures: string[] = [];
  for (const mirror of await mirrors()) {
    try {
      return await fetchFromMirror(mirror, file);
    } catch (error) {
      failures.push(firstComplaint(error));
    }
  }
  throw new Error(failures.join('; ') || "apt's sources name no mirror of this Debian");
}

/** The repositories that hold this machine's own release, by what apt is configured to. */
async function mirrors(): Promise<string[]> {
  const [, codename] = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8')) ?? [];
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(RELEASE) $(COMPONENT) $(REPO_URI)',
  ]);
  const targets = stdout.split('\n').map((line) => line.split(' '));
  const ours = targets.filter(([release, component]) => release === codename && component === 'main');
  return [...new Set(ours.flatMap(([, , uri]) => uri ?? []))];
}

async function fetchFromMirror(mirror: string, file: string): Promise<void> {
  await using work = await temporaryDirectory('kubectl');
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    await mkdir(work.file(folder), { recursive: true }); // apt makes these for root only
  await writeFile(work.file('sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`);
  await writeFile(work.file('apt.conf'), await privateConfiguration(work.path));
  const options = { cwd: work.path, env: { ...process.env, APT_CONFIG: work.file('apt.conf') } };
  await run('apt-get', ['update', '-q'], options);
  await run('apt-get', ['download', '-q', `kubectl/${SUITE}`], options);
  const archive = (await readdir(work.path)).find((name) => name.endsWith('.deb')) ?? '';
  await run('dpkg-deb', ['--extract', archive, 'unpacked'], options);
  const half = `${file}.${process.pid}`; // renamed when it is whole: another process may be looking
  try {
    await copyFile(work.file('unpacked/usr/bin/kubectl'), half);
    await rename(half, file);
  } finally {
    await rm(half, { force: true });
  }
}

/**
 * An apt.conf that shares nothing with the machine's but how to reach the network (proxies and the like): neither its
 * sources and lists, nor its hooks, nor what else it would download for other programs.
 */
async function privateConfiguration(folder: string): Promise<string> {
  const { stdout } = await run('apt-config', ['dump']);
  const network = stdout.split('\n').filter((line) => /^Acquire::(?!IndexTargets|Languages)/.test(line));
  return [
    ...network,
    'Acquire::Languages "none";',
    'APT::Update::Error-Mode "any";', // or a mirror that cannot be reached is but a warning
    'Dir::Etc::Main "/dev/null";',
    'Dir::Etc::Parts "/dev/null";',
    'Dir::Etc::SourceParts "/dev/null";',
    `Dir::Etc::SourceList "${folder}/sources.list";`,
    `Dir::State::Lists "${folder}/lists";`,
    `Dir::Cache "${folder}/cache";`,
    '',
  ].join('\n');
}

/** The first error that apt reports, which is the cause of the others, or what else went wrong. */
function firstComplaint(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error ? String(error.stderr) : '';
  return /^E: .*$/m.exec(stderr)?.[0] ?? error.message;
}
