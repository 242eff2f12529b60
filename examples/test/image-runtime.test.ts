// How every image of docker/images.ts runs: as whichever user a cluster chooses, on a read-only file system, without
// capabilities, network or a shell. A new image gets these tests by its row in the table.

import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage, docker, skipsContainers, startContainer } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { repositoryVersion } from '../../docker/bundle.ts';
import { images } from '../../docker/images.ts';

/** A pod under the restricted profile, and less: no network at all. */
const LOCKED_DOWN = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--network=none'];

/** root, the image's own, one of no passwd file, one of a range as OpenShift gives, the largest the engine takes. */
const USERS = ['0:0', '65532:65532', '1234:5678', '1000650000:0', '2147483647:2147483647'];

/** Where a shell, or a program that starts others, would be: some are links to the image's own program. */
const SHELLS = [
  '/bin/sh',
  '/usr/bin/sh',
  '/bin/ash',
  '/bin/bash',
  '/bin/dash',
  '/usr/bin/env',
  '/usr/local/bin/npm',
];

type Outcome = { code: number; stdout: string };

/** A container that ends by itself. */
function outcome(flags: readonly string[], image: string, args: readonly string[]): Promise<Outcome> {
  return docker(['run', '--rm', ...LOCKED_DOWN, ...flags, image, ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: Outcome) => ({ code, stdout }),
  );
}

/** What the kernel says of the container's first process; the sets of capabilities are hexadecimal. */
async function processStatus(id: string): Promise<Record<string, string>> {
  const script = "process.stdout.write(require('fs').readFileSync('/proc/1/status', 'utf8'))";
  const { stdout } = await docker(['exec', id, '/usr/local/bin/node', '-e', script]);
  return Object.fromEntries([...stdout.matchAll(/^(\w+):\s+(\w+)/gm)].map(([, key, value]) => [key, value]));
}

describe.skipIf(await skipsContainers()).each(images)('image $name', ({ name, idle, links }) => {
  let tag: string;

  beforeAll(async () => {
    tag = await buildImage(name);
  });

  test.each(USERS)('runs as user %s with nothing allowed', async (user) => {
    const as = [`--user=${user}`];
    const version = { code: 0, stdout: `${name} ${repositoryVersion()}\n` };
    const [said, checked] = await Promise.all([
      outcome(as, tag, ['--version']),
      outcome(as, tag, ['--check', ...idle.args]),
    ]);
    expect(said).toEqual(version);
    expect(checked).toMatchObject({ code: 0 });
  });

  test('does its job and ends at once when asked, as a user nobody knows, in little memory', async () => {
    const flags = [...LOCKED_DOWN, '--user=2147483647:2147483647', '--memory=48m', '--pids-limit=32'];
    await using container = await startContainer(tag, idle.args, flags);
    // a signal that comes before Node can take it is lost on the first process of a namespace
    await eventually(async () => expect((await container.logs()).stderr).toContain('msg=started'));
    const none = '0000000000000000';
    const status = { Uid: '2147483647', CapPrm: none, CapEff: none, CapBnd: none, NoNewPrivs: '1' };
    expect(await processStatus(container.id)).toMatchObject(status);
    const { code, tookMs } = await container.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
  });

  // where none of the image's own links looks like a shell, one is proof enough
  const shells = links.some((link) => SHELLS.includes(link)) ? SHELLS : SHELLS.slice(0, 1);
  test.each(shells)('has no shell at %s, whatever else may be there', async (path) => {
    const command = ['-c', 'echo a-shell; exec echo a-shell'];
    const { code, stdout } = await outcome([`--entrypoint=${path}`], tag, command);
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
  });
});
