// Where an image says it comes from: real git checkouts, and the promise that no folder or password of this machine is
// ever taken for a public address.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '@podmate/testkit/files';
import { readOrigin, timestamp, webAddress } from '../origin.ts';
import type { Origin } from '../origin.ts';

const COMMITTED_AT = 1_700_000_000;

function git(cwd: string, ...args: string[]): void {
  const identity = {
    GIT_AUTHOR_NAME: 't',
    GIT_AUTHOR_EMAIL: 't@t',
    GIT_COMMITTER_NAME: 't',
    GIT_COMMITTER_EMAIL: 't@t',
  };
  const env = {
    ...process.env,
    ...identity,
    GIT_COMMITTER_DATE: `${COMMITTED_AT} +0000`,
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  execFileSync('git', args, { cwd, env, stdio: 'pipe' });
}

type Checkout = { readonly remote?: string; readonly repository?: string | { url: string } };

/** The origin of a checkout with one commit. */
async function originOf({ remote, repository }: Checkout, change?: (root: string) => void): Promise<Origin> {
  const directory = await temporaryDirectory('origin');
  onTestFinished(() => directory.remove());
  writeFileSync(directory.file('package.json'), JSON.stringify({ version: '7.8.9', repository }));
  git(directory.path, 'init', '--quiet');
  git(directory.path, 'add', '.');
  git(directory.path, 'commit', '--quiet', '--message', 'one');
  if (remote !== undefined) git(directory.path, 'remote', 'add', 'origin', remote);
  change?.(directory.path);
  return readOrigin(directory.path, {});
}

test.each([
  { remote: 'https://git.example/team/podmate.git', address: 'https://git.example/team/podmate' },
  { remote: 'http://git.example:8080/podmate/', address: 'http://git.example:8080/podmate' },
  { remote: 'git@git.example:team/podmate.git', address: 'https://git.example/team/podmate' },
  { remote: 'git@git.example:/team/podmate', address: 'https://git.example/team/podmate' },
  { remote: 'ssh://git@git.example:2222/team/podmate.git', address: 'https://git.example/team/podmate' },
  { remote: 'git+ssh://git@git.example/podmate.git', address: 'https://git.example/podmate' },
  { remote: 'git+https://git.example/podmate.git#main', address: 'https://git.example/podmate' },
  { remote: 'https://me:secret@git.example/podmate.git?key=secret', address: 'https://git.example/podmate' },
  { remote: "https://git.example/o'neill", address: 'https://git.example/o%27neill' },
  { remote: '/srv/git/podmate.git', address: undefined },
  { remote: '../podmate.git', address: undefined },
  { remote: 'file:///srv/git/podmate.git', address: undefined },
  { remote: String.raw`C:\git\podmate`, address: undefined },
  { remote: 'team/podmate', address: undefined },
  { remote: 'https://git.example/', address: undefined },
  { remote: '', address: undefined },
])('the web address of "$remote" is $address', ({ remote, address }) => {
  expect(webAddress(remote)).toBe(address);
});

test('version, commit and its time, without an address when there is no remote', async () => {
  expect(await originOf({})).toEqual({
    version: '7.8.9',
    revision: expect.stringMatching(/^[0-9a-f]{40}$/),
    epochSeconds: COMMITTED_AT,
    source: undefined,
  });
  expect(timestamp(COMMITTED_AT)).toBe('2023-11-14T22:13:20Z');
});

test('a changed tree says so', async () => {
  const { revision } = await originOf({}, (root) => writeFileSync(`${root}/package.json`, '{"version":"8"}'));
  expect(revision).toMatch(/^[0-9a-f]{40}-dirty$/);
});

test('the address is that of package.json, else that of the remote called origin', async () => {
  const remote = 'git@git.example:fork/podmate.git';
  const url = 'git+https://git.example/team/podmate.git';
  const sources = [{ remote }, { remote, repository: url }, { remote, repository: { url } }].map((checkout) =>
    originOf(checkout),
  );
  expect((await Promise.all(sources)).map(({ source }) => source)).toEqual([
    'https://git.example/fork/podmate',
    'https://git.example/team/podmate',
    'https://git.example/team/podmate',
  ]);
});

test('a clone of a folder has no address, whatever package.json abbreviates', async () => {
  expect((await originOf({ remote: '/srv/git/podmate' })).source).toBeUndefined();
  expect((await originOf({ repository: 'team/podmate' })).source).toBeUndefined();
});

test('outside a checkout the commit is unknown, and only SOURCE_DATE_EPOCH gives a time', async () => {
  const directory = await temporaryDirectory('origin');
  onTestFinished(() => directory.remove());
  writeFileSync(directory.file('package.json'), '{"version":"7.8.9"}');
  const nothing = { version: '7.8.9', revision: 'unknown', epochSeconds: undefined, source: undefined };
  expect(readOrigin(directory.path, {})).toEqual(nothing);
  expect(readOrigin(directory.path, { SOURCE_DATE_EPOCH: '5' })).toEqual({ ...nothing, epochSeconds: 5 });
  expect(() => readOrigin(directory.path, { SOURCE_DATE_EPOCH: 'today' })).toThrow(
    /SOURCE_DATE_EPOCH=today: not a/,
  );
});
