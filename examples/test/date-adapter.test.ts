// examples/date-adapter/compose.yaml, run for real, then the image alone: under the restrictions of a careful cluster, and
// in every form that manifests for `awk` are written in.

import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, ComposeProject, skipsContainers, startContainer } from '@podmate/testkit/containers';
import type { Container } from '@podmate/testkit/containers';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';

const skipped = await skipsContainers();

/** A pod's grace period is 30 s; an adapter that has nothing left to do must not use any of it; a second on an idle machine. */
const PROMPT_END_MS = 3000;

const FILE = '/var/log/app/ts.log';
const PROGRAM = '{print $3"/"$2"/"$1"T"$4}';
const LOG = '01/12/2022T16:25:21\n02/12/2022T16:25:22\n';
const TURNED = '2022/12/01T16:25:21\n2022/12/02T16:25:22\n';

describe.skipIf(skipped)('compose.yaml: ents with its adapter', () => {
  const project = new ComposeProject('examples/date-adapter/compose.yaml');
  let ents: Container;
  let adapter: Container;

  beforeAll(async () => {
    await buildImage('date-adapter');
    await project.compose('build', 'ents'); // up takes an image that is there, however old
    await project.up();
    ents = await project.container('ents');
    adapter = await project.container('log-adapter');
  });

  afterAll(() => project[Symbol.asyncDispose]());

  async function expected(): Promise<string> {
    const { stdout } = await ents.exec('cat', '/var/log/ts.log');
    return stdout.replaceAll(/^(\d\d)\/(\d\d)\/(\d{4})T/gm, '$3/$2/$1T');
  }

  async function printsEverything(): Promise<string> {
    const soFar = await expected();
    expect(soFar).toMatch(/^(\d{4}\/\d\d\/\d\dT\d\d:\d\d:\d\d\n)+$/);
    await eventually(async () => expect((await adapter.logs()).stdout).toContain(soFar));
    return soFar;
  }

  test('prints each line as it was written, turned round', async () => {
    expect(await printsEverything()).toContain('T');
  });

  test('ends soon after SIGTERM; started again, it goes on where it was', async () => {
    const { code, tookMs } = await adapter.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(PROMPT_END_MS);
    await adapter.start();
    await printsEverything();
    const { stdout } = await adapter.logs();
    expect(stdout.split('\n')).toHaveLength(new Set(stdout.split('\n')).size); // no second is printed twice
  });
});

/** A folder with ts.log, and the flags that mount it where the adapter may only read it. */
async function logFolder(): Promise<{ file: string; volume: string[] }> {
  const directory = await temporaryDirectory('image');
  onTestFinished(() => directory.remove());
  const file = directory.file('ts.log');
  await writeFile(file, LOG);
  await chmod(file, 0o644); // whatever our umask is, the image's user reads it
  return { file, volume: ['--volume', `${directory.path}:/var/log/app:ro`] };
}

/** What became of an adapter that found LOG, was given one line more and then told to end. */
async function lifeOf(container: Container, file: string): Promise<object> {
  await container.printed(new RegExp(`^${TURNED}$`));
  await appendFile(file, '03/12/2022T16:25:23\n');
  await container.printed(/T16:25:23\n$/);
  const { code, tookMs } = await container.stop();
  return { stdout: (await container.logs()).stdout, code, endedPromptly: tookMs < PROMPT_END_MS };
}

const PERFECT_LIFE = { stdout: `${TURNED}2022/12/03T16:25:23\n`, code: 0, endedPromptly: true };

describe.skipIf(skipped)('the image', () => {
  let image: string;

  beforeAll(async () => {
    image = await buildImage('date-adapter');
  });

  async function start(args: readonly string[], flags: readonly string[]): Promise<Container> {
    const container = await startContainer(image, args, ['--network', 'none', ...flags]);
    onTestFinished(() => container[Symbol.asyncDispose]());
    return container;
  }

  test('runs as any user, read-only, without capabilities, in 96 MiB', async () => {
    const { file, volume } = await logFolder();
    const locked = ['--user', '31337:31337', '--read-only', '--cap-drop', 'ALL', '--memory', '96m'];
    const flags = [...volume, ...locked, '--security-opt', 'no-new-privileges'];
    expect(await lifeOf(await start(['-F[/T]', PROGRAM, FILE], flags), file)).toEqual(PERFECT_LIFE);
  });

  test.each([
    {
      form: 'the program from the environment',
      flags: ['--env', `AWK_PROGRAM=${PROGRAM}`],
      args: ['-F[/T]', FILE],
    },
    {
      form: 'args: [/bin/sh, -c, tail | awk]',
      flags: [],
      args: ['/bin/sh', '-c', `tail -n+1 -F ${FILE} | awk -F'[/T]' '${PROGRAM}'`],
    },
    {
      form: 'command: [sh, -c, tail | awk]',
      flags: ['--entrypoint', 'sh'],
      args: ['-c', `tail -n+1 -f ${FILE} | awk -F'[/T]' '${PROGRAM}'`],
    },
    {
      form: 'a date rule',
      flags: [],
      args: ["--from=dd/MM/yyyy'T'HH:mm:ss", "--to=yyyy/MM/dd'T'HH:mm:ss", FILE],
    },
  ])('follows: $form', async ({ flags, args }) => {
    const { file, volume } = await logFolder();
    expect(await lifeOf(await start(args, [...volume, ...flags]), file)).toEqual(PERFECT_LIFE);
  });

  test.each([
    { form: 'command: [awk, ...]', entrypoint: 'awk', args: ['-F[/T]', PROGRAM, FILE] },
    { form: 'command: [busybox, awk, ...]', entrypoint: 'busybox', args: ['awk', '-F[/T]', PROGRAM, FILE] },
    { form: 'command: [sh, -c, awk]', entrypoint: 'sh', args: ['-c', `awk -F'[/T]' '${PROGRAM}' ${FILE}`] },
  ])('is plain awk, which prints and ends: $form', async ({ entrypoint, args }) => {
    const { volume } = await logFolder();
    const container = await start(args, [...volume, '--entrypoint', entrypoint]);
    expect(await container.ended()).toBe(0);
    expect((await container.logs()).stdout).toBe(TURNED);
  });

  test('called as sh, it is no shell', async () => {
    const container = await start(['-c', 'echo surprise'], ['--entrypoint', 'sh']);
    expect(await container.ended()).toBe(64);
    expect((await container.logs()).stdout).toBe('');
  });
});
