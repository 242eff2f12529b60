// Real components from Debian's packages: what a test, a bench or the demo needs and the machine lacks is installed.
// For scripts/test.ts (all at once, before the suites) and for whoever runs one suite or the demo alone.
// Invariant: never throws and never prompts. What could not be had comes back with the reason, for a named skip.

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A package that this machine cannot provide, and why, in words for a skipped test. */
export type Unavailable = { package: string; reason: string };

/** What proves a package to be there, where it is not a command called like the package: another command, or a file. */
const PROOF_OF: Record<string, string> = {
  'openjdk-17-jdk-headless': 'javac',
  'openjdk-17-jre-headless': 'java',
  'redis-tools': 'redis-cli',
  'nginx-light': 'nginx',
  'libnginx-mod-stream': '/usr/lib/nginx/modules/ngx_stream_module.so',
  'dnsmasq-base': 'dnsmasq',
  iproute2: 'ip',
  tomcat10: '/usr/share/tomcat10/bin/bootstrap.jar',
  zookeeper: '/usr/share/java/zookeeper.jar',
  postgresql: 'pg_ctlcluster', // of what every server, and no client, depends on
  'mariadb-server': 'mariadbd',
  'mariadb-client': 'mariadb',
};

/** Daemons live in sbin, which the PATH of a plain user does not name. */
const SEARCH_PATH = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

/** The file that `command` would run, also out of sbin; undefined where there is none. */
export function findCommand(command: string): string | undefined {
  return SEARCH_PATH.map((folder) => join(folder, command)).find(isExecutable);
}

/**
 * Sees to it that the commands of these Debian packages are there: installs the missing ones when we are root or sudo
 * asks no password. Returns those that could not be had; empty means that all are there.
 */
export async function ensurePackages(
  packages: readonly string[],
  say: (line: string) => void = () => {},
): Promise<Unavailable[]> {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  const refusal = cannotInstall();
  if (refusal === undefined) {
    say(`installing from Debian: ${missing.join(' ')}`);
    await install(missing);
  }
  return missing
    .filter((name) => !isInstalled(name))
    .map((name) => ({ package: name, reason: refusal ?? 'apt-get install failed' }));
}

function isInstalled(name: string): boolean {
  const proof = PROOF_OF[name] ?? name;
  return proof.startsWith('/') ? existsSync(proof) : findCommand(proof) !== undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cannotInstall(): string | undefined {
  if (findCommand('apt-get') === undefined) return 'not found, and this machine has no apt-get';
  if (isRoot() || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return undefined;
  return 'not found, and installing needs root or sudo without a password';
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The package lists are fetched only when installing without that fails: they are missing or stale then. */
async function install(packages: readonly string[]): Promise<void> {
  const wanted = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  if (await aptGet(wanted)) return;
  await aptGet(['update', '-q']);
  if (await aptGet(wanted)) return;
  for (const name of packages) await aptGet(['install', '-y', '-q', '--no-install-recommends', name]); // all but the bad one
}

function aptGet(args: readonly string[]): Promise<boolean> {
  const command = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=120',
    ...args,
  ];
  const [file = 'env', ...rest] = isRoot() ? command : ['sudo', '-n', ...command];
  return new Promise((resolve) => {
    spawn(file, rest, { stdio: 'ignore' })
      .on('error', () => resolve(false))
      .on('exit', (code) => resolve(code === 0));
  });
}
