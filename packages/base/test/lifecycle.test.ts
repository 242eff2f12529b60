// Real processes and real signals throughout: what is promised is what the kubelet sees.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { probe } from '@podmate/base/admin';
import { watchMounted } from '@podmate/base/lifecycle';

const daemonPath = join(import.meta.dirname, 'fixtures/daemon.ts');
const folder = mkdtempSync(join(tmpdir(), 'base-lifecycle-'));
const fresh = (name: string): string => join(mkdtempSync(join(folder, 'run-')), name);
const patience = { timeout: 15_000, interval: 10 };

const children: ChildProcess[] = [];
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

type Ended = { code: number | null; signal: string | null; ms: number };

class Daemon {
  said = '';
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(
    argv: string[],
    {
      env = {},
      stdout = 'ignore',
      wrapper = [] as string[],
    }: { env?: object; stdout?: 'ignore' | number; wrapper?: string[] } = {},
  ) {
    const [command = '', ...args] = [...wrapper, process.execPath, daemonPath, ...argv];
    this.child = spawn(command, args, {
      stdio: ['ignore', stdout, 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    children.push(this.child);
    const began = performance.now();
    this.ended = once(this.child, 'close').then(([code, signal]) => ({
      code,
      signal,
      ms: performance.now() - began,
    }));
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.said += chunk));
  }

  async says(words: string | RegExp): Promise<void> {
    const heard = (): boolean =>
      typeof words === 'string' ? this.said.includes(words) : words.test(this.said);
    await vi.waitUntil(heard, patience).catch(() => expect.fail(`never said ${words}, but:\n${this.said}`));
  }

  /** Sends a signal; resolves with the end of the process and how long after the signal it came. */
  async end(signal: NodeJS.Signals, pid = this.child.pid ?? 0): Promise<Ended> {
    const began = performance.now();
    process.kill(pid, signal);
    return { ...(await this.ended), ms: performance.now() - began };
  }

  get story(): string[] {
    return [...this.said.matchAll(/msg="part (\w+)" name=(\S+)/g)].map(([, did, name]) => `${name} ${did}`);
  }
}

async function running(...args: ConstructorParameters<typeof Daemon>): Promise<Daemon> {
  const daemon = new Daemon(...args);
  await daemon.says('msg=started\n');
  return daemon;
}

describe('the ordinary life', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    '%s drains in reverse order of start and exits 0',
    async (signal) => {
      const daemon = await running(['calm', 'slow-drain', 'other']);
      expect(daemon.story).toEqual(['calm started', 'slow-drain started', 'other started']);
      expect(await daemon.end(signal)).toMatchObject({ code: 0, signal: null });
      expect(daemon.story.slice(3)).toEqual([
        'other drains',
        'other drained',
        'slow-drain drains',
        'slow-drain drained',
        'calm drains',
        'calm drained',
      ]);
      expect(daemon.said).toContain(`msg=ending reason=${signal}`);
    },
  );

  test('without parts it still lives until it is told to end', async () => {
    const daemon = await running([]);
    expect(daemon.child.exitCode).toBe(null);
    expect(await daemon.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('a part ends it, with its own code, after the drain', async () => {
    const daemon = new Daemon(['calm', 'ends']);
    expect(await daemon.ended).toMatchObject({ code: 3 });
    expect(daemon.said).toContain('msg=ending reason="all is read"');
    expect(daemon.story.at(-1)).toBe('calm drained');
  });

  test('as PID 1, where a signal without a handler is ignored', async ({ skip }) => {
    const wrapper = ['unshare', '--pid', '--fork', '--kill-child'];
    skip(
      spawnSync(wrapper[0] ?? '', [...wrapper.slice(1), 'true']).status !== 0,
      'needs leave to make a PID namespace',
    );
    const daemon = await running(['slow-drain'], { wrapper });
    const pid = daemon.child.pid ?? 0;
    const inner = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    expect(readFileSync(`/proc/${inner}/status`, 'utf8')).toMatch(/^NSpid:\s+\d+\s+1$/m);
    expect(await daemon.end('SIGTERM', inner)).toMatchObject({ code: 0 });
    expect(daemon.story.at(-1)).toBe('slow-drain drained');
  });
});

describe('when things do not end well', () => {
  test('a part that does not drain is cut off, named, and the others still drain', async () => {
    const daemon = await running(['calm', 'stuck-drain', '--drain-timeout=300ms']);
    const { code, ms } = await daemon.end('SIGTERM');
    expect([code, ms < 10_000]).toEqual([0, true]);
    expect(daemon.said).toContain('level=warn msg="not drained within the deadline" part=stuck-drain');
    expect(daemon.said).toContain('msg="part drains" name=calm late=true');
    expect(daemon.story.at(-1)).toBe('calm drained');
  });

  test.for([
    { first: 'SIGTERM', second: 'SIGTERM', code: 143 },
    { first: 'SIGINT', second: 'SIGINT', code: 130 },
    { first: 'SIGTERM', second: 'SIGINT', code: 130 },
  ] as const)('$first, then $second exits at once with $code', async ({ first, second, code }) => {
    const daemon = await running(['stuck-drain', '--drain-timeout=1h']);
    daemon.child.kill(first);
    await daemon.says('part drains');
    expect(await daemon.end(second)).toMatchObject({ code });
  });

  test('a signal during the start drains what has started', async () => {
    const daemon = new Daemon(['calm', 'slow-start', 'other']);
    await daemon.says('name=calm');
    expect(await daemon.end('SIGTERM')).toMatchObject({ code: 0 });
    expect(daemon.story).toEqual(['calm started', 'calm drains', 'calm drained']);
  });

  test('a part that cannot start ends it with 1, after the drain of the others', async () => {
    const daemon = new Daemon(['calm', 'no-start', 'other']);
    expect(await daemon.ended).toMatchObject({ code: 1 });
    expect(daemon.said).toContain(
      'level=error msg="cannot start" part=no-start error="no such thing: because"',
    );
    expect(daemon.story).toEqual(['calm started', 'calm drains', 'calm drained']);
  });

  test('a drain that fails is said, and the exit code is 1', async () => {
    const daemon = await running(['calm', 'bad-drain']);
    expect(await daemon.end('SIGTERM')).toMatchObject({ code: 1 });
    expect(daemon.said).toContain('level=error msg="cannot drain" part=bad-drain error="disk full"');
    expect(daemon.story.at(-1)).toBe('calm drained');
  });

  test.for([
    { part: 'crash', error: "Expected property name or '}' in JSON" },
    { part: 'reject', error: 'nobody listens' },
  ])('$part: an error that nobody expected is logged and exits 70', async ({ part, error }) => {
    const daemon = new Daemon([part]);
    expect(await daemon.ended).toMatchObject({ code: 70 });
    expect(daemon.said).toContain('level=error msg=crashed error=');
    expect(daemon.said).toContain(error);
    expect(daemon.said).toContain('daemon.ts');
  });
});

/** A pipe that nobody reads: its reader is alive and asleep. */
const fullPipe = (): number => {
  const path = fresh('pipe');
  execFileSync('mkfifo', [path]);
  return openSync(path, 'r+');
};

describe('a thread of the pool stuck in a write to a full pipe', () => {
  test.for([
    { name: 'ends with the drain', argv: ['--drain-timeout=200ms'], signals: ['SIGTERM'], code: 0 },
    {
      name: 'ends at the second signal',
      argv: ['--drain-timeout=1h'],
      signals: ['SIGTERM', 'SIGTERM'],
      code: 143,
    },
    {
      name: 'keeps the code of the one who ended it',
      argv: ['ends', '--drain-timeout=200ms'],
      signals: [],
      code: 3,
    },
    { name: 'ends by a crash', argv: ['crash'], signals: [], code: 70 },
  ] as const)('$name', async ({ argv, signals, code }) => {
    const daemon = new Daemon(['stuck-write', ...argv], { stdout: fullPipe() });
    await daemon.says('name=stuck-write');
    for (const signal of signals) {
      daemon.child.kill(signal);
      await daemon.says('part drains');
    }
    expect(await daemon.ended).toMatchObject({ code, signal: null });
  });
});

describe('health', () => {
  test('starting, running, draining', async () => {
    const path = fresh('admin.sock');
    const daemon = await running(['stuck-drain', `--admin-listen=unix:${path}`, '--drain-timeout=1h']);
    const ask = async (what: string) => (await probe({ path }, what)).text;
    expect(await Promise.all(['/livez', '/readyz', '/startupz'].map(ask))).toEqual([
      'ok\n',
      'ok\nwarning: only a test\n',
      'ok\n',
    ]);
    expect(await ask('/metrics')).toContain('\nprocess_cpu_seconds_total ');
    daemon.child.kill('SIGTERM');
    await daemon.says('part drains');
    expect(await Promise.all(['/livez', '/readyz', '/startupz'].map(ask))).toEqual([
      'ok\n',
      'draining\n',
      'ok\n',
    ]);
  });

  test('before every part has started', async () => {
    const path = fresh('admin.sock');
    const daemon = new Daemon(['calm', 'slow-start', `--admin-listen=unix:${path}`]);
    await daemon.says('name=calm');
    expect(await probe({ path }, '/readyz')).toEqual({ ok: false, text: 'starting\n' });
    expect(await probe({ path }, '/startupz')).toEqual({ ok: false, text: 'starting\n' });
    expect(await probe({ path }, '/livez')).toEqual({ ok: true, text: 'ok\n' });
  });

  test('an address that is taken is a setting error', async () => {
    const path = fresh('admin.sock');
    await running([`--admin-listen=unix:${path}`]);
    const second = new Daemon(['calm', `--admin-listen=unix:${path}`]);
    expect(await second.ended).toMatchObject({ code: 64 });
    expect(second.said).toContain(
      `--admin-listen unix:${path}: cannot listen: listen ${path}: address already in use`,
    );
    expect(second.story).toEqual([]);
  });
});

const post = (socketPath: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ socketPath, path: '/quitquitquit', method: 'POST' }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end();
  });

describe('classic sidecars and Jobs', () => {
  test('--min-sigterm-delay goes on serving, not ready, before the drain', async () => {
    const path = fresh('admin.sock');
    const daemon = await running(['calm', '--min-sigterm-delay=1s', `--admin-listen=unix:${path}`]);
    const ended = daemon.end('SIGTERM');
    await daemon.says('msg=ending');
    expect(await probe({ path })).toEqual({ ok: false, text: 'draining\n' });
    expect(daemon.story).toEqual(['calm started']);
    expect((await ended).ms).toBeGreaterThan(990);
    expect(daemon.story.at(-1)).toBe('calm drained');
  });

  test('--min-sigterm-delay is not for SIGINT, and a second signal cuts it short', async () => {
    const [patient, hurried] = [
      await running(['--min-sigterm-delay=1h']),
      await running(['--min-sigterm-delay=1h']),
    ];
    expect(await patient.end('SIGINT')).toMatchObject({ code: 0 });
    hurried.child.kill('SIGTERM');
    await hurried.says('msg=ending');
    expect(await hurried.end('SIGTERM')).toMatchObject({ code: 143 });
  });

  test('--exit-file ends it when the file appears', async () => {
    const path = fresh('done');
    const daemon = await running(['calm', `--exit-file=${path}`]);
    writeFileSync(path, '');
    expect(await daemon.ended).toMatchObject({ code: 0 });
    expect(daemon.said).toContain('msg=ending reason="exit file"');
    expect(daemon.story.at(-1)).toBe('calm drained');
  });

  test('POST /quitquitquit ends it, on a listener of its own', async () => {
    const [admin, quit] = [fresh('admin.sock'), fresh('quit.sock')];
    const daemon = await running(['calm', `--admin-listen=unix:${admin}`, `--quit-listen=unix:${quit}`]);
    expect(await post(admin)).toBe(404);
    expect((await probe({ path: quit }, '/livez')).ok).toBe(false);
    expect(await post(quit)).toBe(200);
    expect(await daemon.ended).toMatchObject({ code: 0 });
    expect(daemon.said).toContain('msg=ending reason="quit request"');
  });

  test('both listeners may share one address', async () => {
    const path = fresh('admin.sock');
    const daemon = await running([`--admin-listen=unix:${path}`, `--quit-listen=unix:${path}`]);
    expect((await probe({ path }, '/livez')).ok).toBe(true);
    expect(await post(path)).toBe(200);
    expect(await daemon.ended).toMatchObject({ code: 0 });
  });
});

const call = (argv: string[], env: object = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [daemonPath, ...argv], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('the command line of a process', () => {
  test('--help, --version and --check answer on stdout and exit 0', () => {
    expect(call(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: daemon \[flags\] PART...\n\nFor tests./),
      stderr: '',
    });
    expect(call(['--version'])).toEqual({ status: 0, stdout: 'daemon 1.2.3\n', stderr: '' });
    expect(call(['--check', 'calm'])).toEqual({
      status: 0,
      stdout: 'daemon: settings are valid\n',
      stderr: '',
    });
  });

  test('wrong settings are all told, exit 64, with --check and without', () => {
    const stderr =
      'daemon: --bogus: unknown flag; --help lists what there is\ndaemon: DAEMON_SIZE big: not a size; write a number with a unit: 64KiB, 1.5GiB, or 64kB in thousands\n';
    expect(call(['--bogus'], { DAEMON_SIZE: 'big' })).toEqual({ status: 64, stdout: '', stderr });
    expect(call(['--bogus', '--check'], { DAEMON_SIZE: 'big' })).toEqual({ status: 64, stdout: '', stderr });
  });

  test('the log at start shows what was set, but no secret', async () => {
    const daemon = await running(['calm', '--size=2KiB'], { env: { DAEMON_TOKEN: 'hunter2' } });
    expect(daemon.said).toContain(
      'msg=settings part="calm (flag)" size="2KiB (flag)" token="[redacted] (environment)"',
    );
    expect(daemon.said).not.toContain('hunter2');
  });
});

/** Writes files as the kubelet does: a new folder, and the `..data` link swapped onto it by a rename. */
function publish(mount: string, files: Record<string, string>): void {
  const version = mkdtempSync(join(mount, '..2026_'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(version, name), text);
  symlinkSync(version, join(mount, '..data_tmp'));
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
}

describe('settings that change while running', () => {
  test('a ConfigMap and a Secret are read again; what is wrong changes nothing', async () => {
    const mount = fresh('etc');
    mkdirSync(mount);
    publish(mount, { 'config.yaml': 'color: green', token: 'one' });
    for (const name of ['config.yaml', 'token']) symlinkSync(join('..data', name), join(mount, name));
    const daemon = await running([
      'calm',
      '--config',
      join(mount, 'config.yaml'),
      '--token-file',
      join(mount, 'token'),
    ]);
    publish(mount, { 'config.yaml': 'color: blue\nsize: 5KiB', token: 'two' });
    await daemon.says('msg=applied color=blue keys="color token"');
    await daemon.says('msg="settings changed that need a restart" settings=size');
    publish(mount, { 'config.yaml': 'colour: black', token: 'two' });
    await daemon.says(
      /level=error msg="settings not reloaded, the old ones stay" error=.*did you mean color/,
    );
    publish(mount, { 'config.yaml': 'color: white\nsize: 5KiB', token: 'two' });
    await daemon.says('msg=applied color=white keys=color');
    expect(await daemon.end('SIGTERM')).toMatchObject({ code: 0 });
    expect(daemon.said).not.toMatch(/\bone\b|\btwo\b/);
  });
});

describe('watchMounted', () => {
  const stops: (() => void)[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop()));

  test.for([
    { inotify: true, pollMs: 60_000 },
    { inotify: false, pollMs: 50 },
  ])('sees every way to change a file, %j', async (how) => {
    const mount = fresh('etc');
    mkdirSync(mount);
    publish(mount, { a: '1' });
    symlinkSync('..data/a', join(mount, 'a'));
    const plain = join(mount, 'plain');
    writeFileSync(plain, '1');
    let changes = 0;
    stops.push(
      watchMounted([join(mount, 'a'), plain, join(mount, 'later')], () => changes++, {
        debounceMs: 30,
        ...how,
      }),
    );
    const ways: [string, () => void][] = [
      ['the ..data link swaps', () => publish(mount, { a: '2' })],
      ['and again', () => publish(mount, { a: '3' })],
      ['rewritten in place', () => writeFileSync(plain, '22')],
      ['renamed over', () => (writeFileSync(`${plain}.tmp`, '33'), renameSync(`${plain}.tmp`, plain))],
      ['appears', () => writeFileSync(join(mount, 'later'), '1')],
      ['goes', () => unlinkSync(join(mount, 'later'))],
    ];
    for (const [index, [name, change]] of ways.entries()) {
      change();
      await vi.waitFor(() => expect([name, changes]).toEqual([name, index + 1]), patience);
    }
    writeFileSync(join(mount, 'unrelated'), '');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(changes).toBe(ways.length);
  });

  test('many writes in a row are one change', async () => {
    const path = fresh('config');
    writeFileSync(path, '');
    let changes = 0;
    stops.push(watchMounted([path], () => changes++, { debounceMs: 300 }));
    for (let n = 0; n < 20; n++) writeFileSync(path, 'x'.repeat(n));
    await vi.waitFor(() => expect(changes).toBe(1), patience);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(changes).toBe(1);
  });

  test('goes on when the folder itself is replaced, or appears only later', async () => {
    const home = fresh('home');
    const path = join(home, 'config');
    let changes = 0;
    stops.push(watchMounted([path], () => changes++, { debounceMs: 20, pollMs: 50 }));
    for (const round of [1, 2, 3]) {
      rmSync(home, { recursive: true, force: true });
      await vi.waitFor(() => expect(changes).toBe(2 * (round - 1)), patience);
      mkdirSync(home);
      writeFileSync(path, 'x'.repeat(round));
      await vi.waitFor(() => expect(changes).toBe(2 * round - 1), patience);
    }
  });

  test('stops when told to', async () => {
    const path = fresh('config');
    writeFileSync(path, '1');
    let changes = 0;
    watchMounted([path], () => changes++, { debounceMs: 10, pollMs: 20 })();
    writeFileSync(path, '22');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(changes).toBe(0);
  });
});
