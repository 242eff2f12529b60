// examples/log-tailer, run for real: nginx writes, logrotate rotates, and what the sidecar's container log holds is
// byte for byte what nginx wrote. Then the image alone: under the restrictions of a careful cluster, and in every form
// that manifests for `tail` are written in.

import { appendFile, chmod, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildImage, ComposeProject, skipsContainers, startContainer } from '@podmate/testkit/containers';
import type { Container } from '@podmate/testkit/containers';
import { eventually, holds } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';

const skipped = await skipsContainers();

/** A pod's grace period is 30 s; a sidecar that has nothing left to do must not use any of it; a second on an idle machine. */
const PROMPT_END_MS = 3000;

const FILE = '/var/log/app/app.log';
const LINES = 'one\ntwo\nthree\n';

describe.skipIf(skipped)('compose.yaml: nginx with the sidecar', () => {
  const project = new ComposeProject('examples/log-tailer/compose.yaml', { NGINX_PORT: '0' });
  let nginx: Container;
  let sidecar: Container;
  let url: string;

  beforeAll(async () => {
    await buildImage('log-tailer');
    await project.compose('build', 'nginx'); // up takes an image that is there, however old
    await project.up();
    nginx = await project.container('nginx');
    sidecar = await project.container('log-tailer');
    url = `http://${await project.address('nginx', 8080)}`;
  });

  afterAll(() => project[Symbol.asyncDispose]());

  /** Eight clients ask until they have had enough; the number of requests. */
  async function requestUntil(enough: (requests: number) => boolean): Promise<number> {
    let requests = 0;
    const client = async (): Promise<void> => {
      while (!enough(requests)) {
        requests += 1;
        await (await fetch(`${url}/${requests}`)).text();
      }
    };
    await Promise.all(Array.from({ length: 8 }, client));
    return requests;
  }

  function request(count: number): Promise<number> {
    return requestUntil((requests) => requests >= count);
  }

  async function rotate(how: 'create' | 'copytruncate'): Promise<void> {
    await nginx.exec(
      'logrotate',
      '--force',
      '--state',
      '/tmp/logrotate',
      `/etc/logrotate.d/rotate-${how}.conf`,
    );
  }

  /** All that nginx ever wrote, the oldest generation first. */
  async function written(): Promise<string> {
    const { stdout } = await nginx.exec('sh', '-c', 'cd /var/log/nginx && cat $(ls -r access.log*)');
    return stdout;
  }

  async function printed(): Promise<string> {
    return (await sidecar.logs()).stdout;
  }

  /** What the sidecar has printed, once that is as much as nginx wrote, or when it should have been. */
  async function delivered(): Promise<string> {
    const { length } = await written();
    await holds(async () => (await printed()).length >= length, { everyMs: 100 });
    return printed();
  }

  test('prints exactly the lines that the requests caused', async () => {
    await request(100);
    expect((await written()).match(/"GET .*\n/g)).toHaveLength(100);
    expect(await delivered()).toBe(await written());
  });

  test('loses nothing when logrotate renames the file under load', async () => {
    let rotated = false;
    const load = requestUntil(() => rotated);
    await rotate('create');
    await eventually(() => nginx.exec('test', '-s', '/var/log/nginx/access.log')); // nginx has opened the new one
    rotated = true;
    const requests = 100 + (await load);
    expect((await written()).match(/"GET .*\n/g)).toHaveLength(requests);
    expect(await delivered()).toBe(await written());
  });

  test('loses nothing when logrotate copies and truncates', async () => {
    // no request is under way: what is written between copy and cut is lost to any reader
    await rotate('copytruncate');
    await request(100);
    expect(await delivered()).toBe(await written());
  });

  test('ends soon after SIGTERM, with exit code 0 and every line out', async () => {
    await request(500);
    const { code, tookMs } = await sidecar.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(PROMPT_END_MS);
    expect(await printed()).toBe(await written());
  });

  test('started again, it goes on where it was: the lines of the meantime, and none twice', async () => {
    await request(100);
    await sidecar.start();
    expect(await delivered()).toBe(await written());
  });
});

/** A folder with app.log, and the flags that mount it where the sidecar may only read it. */
async function logFolder(): Promise<{ file: string; volume: string[] }> {
  const directory = await temporaryDirectory('image');
  onTestFinished(() => directory.remove());
  const file = directory.file('app.log');
  await write(file, LINES);
  return { file, volume: ['--volume', `${directory.path}:/var/log/app:ro`] };
}

async function write(file: string, lines: string): Promise<void> {
  await writeFile(file, lines);
  await chmod(file, 0o644); // whatever our umask is, the image's user reads it
}

/** What became of a sidecar that found LINES, was given one line more and then told to end. */
async function lifeOf(container: Container, file: string): Promise<object> {
  await container.printed(/^one\ntwo\nthree\n$/);
  await appendFile(file, 'four\n');
  await container.printed(/four\n$/);
  const { code, tookMs } = await container.stop();
  return { stdout: (await container.logs()).stdout, code, endedPromptly: tookMs < PROMPT_END_MS };
}

const PERFECT_LIFE = { stdout: `${LINES}four\n`, code: 0, endedPromptly: true };

describe.skipIf(skipped)('the image', () => {
  let image: string;

  beforeAll(async () => {
    image = await buildImage('log-tailer');
  });

  async function start(args: readonly string[], flags: readonly string[]): Promise<Container> {
    const container = await startContainer(image, args, ['--network', 'none', ...flags]);
    onTestFinished(() => container[Symbol.asyncDispose]());
    return container;
  }

  test('runs as any user, read-only, without capabilities, in 96 MiB', async () => {
    const { file, volume } = await logFolder();
    const locked = ['--user', '31337:31337', '--read-only', '--cap-drop', 'ALL', '--memory', '96m'];
    const container = await start([FILE], [...volume, ...locked, '--security-opt', 'no-new-privileges']);
    expect(await lifeOf(container, file)).toEqual(PERFECT_LIFE);
  });

  test.each([
    { form: 'args: [-n+1, ...]', flags: [], args: ['-n+1', '-F', FILE] },
    { form: 'command: [tail, ...]', flags: ['--entrypoint', 'tail'], args: ['-n+1', '-F', FILE] },
    { form: 'args: [tail, ...]', flags: [], args: ['tail', '-n+1', '-F', FILE] },
    { form: 'args: [/bin/sh, -c, ...]', flags: [], args: ['/bin/sh', '-c', `tail -n+1 -F ${FILE}`] },
    { form: 'command: [sh, -c, ...]', flags: ['--entrypoint', 'sh'], args: ['-c', `tail -n+1 -F ${FILE}`] },
  ])('takes the place of busybox in $form', async ({ flags, args }) => {
    const { file, volume } = await logFolder();
    expect(await lifeOf(await start(args, [...volume, ...flags]), file)).toEqual(PERFECT_LIFE);
  });

  test('called as tail, it prints and ends where tail does', async () => {
    const { volume } = await logFolder();
    const container = await start(['-n', '2', FILE], [...volume, '--entrypoint', 'tail']);
    expect(await container.ended()).toBe(0);
    expect((await container.logs()).stdout).toBe('two\nthree\n');
  });

  test('called as sh, it is no shell', async () => {
    const container = await start(['-c', 'echo surprise'], ['--entrypoint', 'sh']);
    expect(await container.ended()).toBe(64);
    expect((await container.logs()).stdout).toBe('');
  });

  test('finds its place in a checkpoint volume, as a container does that replaces another', async () => {
    const { file, volume } = await logFolder();
    const checkpoint = await temporaryDirectory('checkpoint');
    onTestFinished(() => checkpoint.remove());
    await chmod(checkpoint.path, 0o777); // as an emptyDir
    const volumes = [...volume, '--volume', `${checkpoint.path}:/var/lib/log-tailer`];
    expect(await lifeOf(await start([FILE], volumes), file)).toEqual(PERFECT_LIFE);
    await appendFile(file, 'five\n');
    const second = await start([FILE], volumes);
    await second.printed(/five\n$/);
    expect((await second.logs()).stdout).toBe('five\n');
  });

  test('has started before the file is there, as a native sidecar must, and says so to `health`', async () => {
    const { file, volume } = await logFolder();
    await rm(file);
    const container = await start([FILE], [...volume, '--env', 'LOG_TAILER_ADMIN_LISTEN=127.0.0.1:9090']);
    await eventually(() => container.exec('/usr/local/bin/log-tailer', 'health'), { everyMs: 200 });
    await write(file, LINES);
    expect(await lifeOf(container, file)).toEqual(PERFECT_LIFE);
  });
});
