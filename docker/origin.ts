// Where an image comes from: version, commit, its time and the public address of the sources, as its labels say.
// For image.ts; as a program for the release, where `npm run --silent origin` prints bake.hcl's variables for the shell.
// The invariant: nothing of this machine goes into an image. An address that only works here (a folder, a file URL) or
// carries a password is no address; what is not known is left out or called unknown, never guessed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, repositoryVersion } from './bundle.ts';

export type Origin = {
  /** The version all images share: the root package's. */
  readonly version: string;
  /** The commit, with `-dirty` when the tree differs from it; `unknown` outside a checkout. */
  readonly revision: string;
  /** When it was made, in seconds since 1970: SOURCE_DATE_EPOCH, else the commit's time; undefined outside a checkout. */
  readonly epochSeconds: number | undefined;
  /** An http(s) address of the repository; undefined when it has none. */
  readonly source: string | undefined;
};

/** `git@host:a/b.git` and `user@host:a/b`: the form that git calls scp-like. */
const SCP_LIKE = /^[\w.-]+@([\w.-]+):(?!\/\/)\/*(.+)$/;

/**
 * The web address of a git remote or a manifest's `repository`: `git@host:a/b.git`, `ssh://git@host/a/b` and
 * `git+https://user:password@host/a/b.git` are all `https://host/a/b`. Undefined for everything else: a folder,
 * a file URL, a short form like `a/b` that names no host.
 */
export function webAddress(remote: string): string | undefined {
  const [, scpHost, scpPath] = SCP_LIKE.exec(remote) ?? [];
  const text = scpHost === undefined ? remote.replace(/^git\+/, '') : `ssh://${scpHost}/${scpPath}`;
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(text);
  const path = pathname
    .replace(/\/*$/, '')
    .replace(/\.git$/, '')
    .replaceAll("'", '%27'); // it is printed in quotes
  if (hostname === '' || path === '') return undefined;
  if (protocol === 'ssh:' || protocol === 'git:') return `https://${hostname}${path}`; // their port is not the web's
  return protocol === 'https:' || protocol === 'http:' ? `${protocol}//${host}${path}` : undefined;
}

/** What git says about `root`; undefined when it is no checkout, has no such remote, or there is no git. */
function git(root: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

function sourceAddress(root: string): string | undefined {
  const manifest: { repository?: string | { url?: string } } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const { repository } = manifest;
  const declared = typeof repository === 'string' ? repository : repository?.url;
  const remote = declared ?? git(root, 'remote', 'get-url', 'origin');
  return remote === undefined ? undefined : webAddress(remote);
}

function epochSeconds(root: string, given: string | undefined): number | undefined {
  const text = given ?? git(root, 'log', '-1', '--format=%ct');
  if (text === undefined) return undefined;
  if (!/^\d{1,11}$/.test(text))
    throw new Error(`SOURCE_DATE_EPOCH=${text}: not a number of seconds since 1970`);
  return Number(text);
}

/** Throws when SOURCE_DATE_EPOCH in `env` is not a whole number. */
export function readOrigin(root = repositoryRoot, env: NodeJS.ProcessEnv = process.env): Origin {
  return {
    version: repositoryVersion(root),
    revision: git(root, 'describe', '--always', '--abbrev=40', '--dirty', '--exclude=*') ?? 'unknown',
    epochSeconds: epochSeconds(root, env['SOURCE_DATE_EPOCH']),
    source: sourceAddress(root),
  };
}

/** Seconds since 1970 as RFC 3339 in whole seconds, which both the OCI labels and SPDX ask for. */
export function timestamp(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

if (import.meta.main) {
  const { version, revision, epochSeconds: seconds, source } = readOrigin();
  const variables = { VERSION: version, REVISION: revision, SOURCE_DATE_EPOCH: seconds, SOURCE: source };
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined) writeSync(1, `export ${name}='${value}'\n`);
  }
}
