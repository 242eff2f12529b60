// `npm run pod`, as a terminal or a script has it: what comes on which stream, how it ends and with what code, the keys
// that end it, and that it leaves nothing behind.

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { docker, skipsContainers, uniqueName } from '../src/containers.ts';
import { eventually, holds } from '../src/eventually.ts';
import { temporaryDirectory } from '../src/files.ts';
import { bash, configMap, IS_UP, node, pod, probe, sidecar, text, UNTIL_TERM } from './pods.ts';
import type { Json } from './pods.ts';

const skipped = await skipsContainers();

const SCRIPT = resolve(import.meta.dirname, '../../../scripts/pod.ts');

/** The command as a process group of its own, which is what a terminal sends a Ctrl-C to. */
class Command implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly child: ChildProcessWithoutNullStreams;
  readonly closed: Promise<unknown>;

  constructor(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) {
    const options = { detached: true, env: { ...process.env, ...env } };
    this.child = spawn(process.execPath, [SCRIPT, ...args], options);
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    this.child.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.child.stdin.end(input);
    this.closed = once(this.child, 'close');
  }

  async ended(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }

  async said(words: string, on: 'stdout' | 'stderr' = 'stderr'): Promise<void> {
    if (await holds(() => this[on].includes(words), { withinMs: 60_000 })) return;
    throw new Error(`${on} lacks ${words}\n${this.stdout}\n${this.stderr}`);
  }

  /** As the key of a terminal: to all processes of the group. */
  key(signal: NodeJS.Signals): void {
    process.kill(-this.child.pid!, signal);
  }

  /** What happened, without the colours that a terminal would get. */
  get events(): string[] {
    return this.stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(/^podmate: /, ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    await this.closed;
  }
}

/** The command with a manifest on its stdin. */
function command(objects: readonly Json[], ...args: readonly string[]): Command {
  return new Command([...args, '-'], text(objects));
}

/** A pod and its containers with a name that nobody else has. */
function named(word: string, spec: Json): Json {
  return pod({ terminationGracePeriodSeconds: 3, ...spec }, { name: word });
}

async function containersOf(word: string): Promise<string> {
  const { stdout } = await docker(['ps', '--all', '--format', '{{.Names}}', '--filter', `name=${word}`]);
  return stdout.trim();
}

async function nothingIsLeft(word: string): Promise<void> {
  expect(await containersOf(word)).toBe('');
  const { stdout } = await docker(['network', 'ls', '--quiet', '--filter', `name=${word}`]);
  expect(stdout).toBe('');
}

describe.skipIf(skipped).concurrent('npm run pod', () => {
  test('containers on stdout, each line with a name; what happens on stderr; 0 when all has succeeded', async () => {
    const word = uniqueName('good');
    await using directory = await temporaryDirectory('pod');
    const script = 'echo $GREETING; echo error >&2; printf "no newline"';
    const env = [{ name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'words', key: 'greeting' } } }];
    const one = named(word, { restartPolicy: 'Never', containers: [bash('main', script, { env })] });
    writeFileSync(directory.file('pod.json'), text([one]));
    writeFileSync(directory.file('words.json'), text([configMap('words', { greeting: 'hello' })]));
    await using run = new Command([directory.file('pod.json'), directory.file('words.json')]);
    expect(await run.ended()).toBe(0);
    expect(run.stdout.split('\n').toSorted()).toEqual([
      '',
      'main | error',
      'main | hello',
      'main | no newline',
    ]);
    expect(run.events).toEqual([
      `${word} main started`,
      `${word} main ready`,
      `${word} main ended with code 0`,
      `${word} Succeeded`,
    ]);
    await nothingIsLeft(word);
  });

  test('1 when a pod has failed, or could not be run', async () => {
    const word = uniqueName('bad');
    const failing = named(word, { restartPolicy: 'Never', containers: [bash('main', 'exit 7')] });
    const unstartable = named(word, { containers: [{ ...bash('main', ''), command: ['/no/such/program'] }] });
    await using failed = command([failing]);
    await using broken = command([unstartable]);
    expect(await failed.ended()).toBe(1);
    expect(failed.stderr).toContain('main ended with code 7');
    expect(await broken.ended()).toBe(1);
    expect(broken.stderr).toContain('/no/such/program');
    expect(broken.stderr).not.toContain('    at '); // a stack is of no use to anyone here
    await nothingIsLeft(word);
  });

  test('Ctrl-C, to the whole process group as from a terminal: an end in order', async () => {
    const word = uniqueName('key');
    await using run = command([
      named(word, {
        terminationGracePeriodSeconds: 20,
        initContainers: [sidecar('side', UNTIL_TERM, { startupProbe: IS_UP })],
        containers: [
          bash('main', `trap 'sleep 1.5; echo slow bye; exit 0' TERM; touch /tmp/up; sleep infinity & wait`, {
            readinessProbe: IS_UP,
          }),
        ],
      }),
    ]);
    await run.said('main ready');
    run.key('SIGINT');
    run.key('SIGINT'); // npm and its parents pass it on: it is one key
    expect(await run.ended()).toBe(0);
    expect(run.stdout).toBe('side | up\nmain | slow bye\nside | bye\n');
    expect(run.events.slice(-5)).toEqual([
      `${word} main told to end`,
      `${word} main ended with code 0`,
      `${word} side told to end`,
      `${word} side ended with code 0`,
      `${word} Succeeded`,
    ]);
    await nothingIsLeft(word);
  });

  test('a second Ctrl-C kills what will not end', async () => {
    const word = uniqueName('twice');
    const deaf = "trap '' TERM; touch /tmp/up; while :; do sleep 1; done";
    const lifecycle = { preStop: { exec: { command: ['sleep', '600'] } } };
    await using run = command([
      named(word, {
        terminationGracePeriodSeconds: 600,
        initContainers: [sidecar('side', deaf)],
        containers: [bash('main', deaf, { readinessProbe: IS_UP }), bash('hook', deaf, { lifecycle })],
      }),
    ]);
    await run.said('main ready');
    run.key('SIGINT');
    await run.said('main told to end');
    await eventually(
      () => {
        run.key('SIGINT'); // until it is no longer the same key press
        expect(run.stderr).toContain('main ended with code 137');
      },
      { everyMs: 300 },
    );
    expect(await run.ended()).toBe(1);
    await nothingIsLeft(word);
  });

  test('SIGTERM to the command alone, while it starts and later: nothing is left', async () => {
    const word = uniqueName('term');
    const spec = { initContainers: [bash('init', UNTIL_TERM)], containers: [bash('main', 'echo never')] };
    await using early = command([named(`${word}-early`, spec)]);
    await using later = command([named(word, spec)]);
    await eventually(async () => expect(await containersOf(`${word}-early`)).not.toBe(''));
    early.child.kill('SIGTERM');
    await later.said('init | up', 'stdout');
    later.child.kill('SIGTERM');
    expect([await early.ended(), await later.ended()]).toEqual([1, 1]);
    expect(later.stdout).toBe('init | up\ninit | bye\n');
    expect(early.stdout).not.toContain('never');
    await nothingIsLeft(word);
  });

  test('nobody reads on: the pods end', async () => {
    const word = uniqueName('pipe');
    await using run = command([
      named(word, {
        containers: [bash('main', "trap 'exit 0' TERM; while :; do echo again; sleep 0.1; done")],
      }),
    ]);
    await run.said('again', 'stdout');
    run.child.stdout.destroy();
    await run.ended();
    expect(run.events.at(-1)).toMatch(/Succeeded|Failed/);
    await nothingIsLeft(word);
  });

  test('--publish and --image', async () => {
    const word = uniqueName('publish');
    const server = "require('http').createServer((q, r) => r.end('hello')).listen(8080)";
    const main = node('main', server, {
      image: 'example.invalid/server:1',
      readinessProbe: probe({ tcpSocket: { port: 8080 } }),
    });
    await using run = command(
      [named(word, { containers: [main] })],
      '--publish',
      '127.0.0.1::8080',
      '--image',
      'example.invalid/server:1=node:26-bookworm-slim',
    );
    await run.said('main ready');
    const { stdout: address } = await docker(['port', await containersOf(word), '8080']);
    expect(await (await fetch(`http://${address.trim()}`)).text()).toBe('hello');
    run.child.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
  });
});

describe.concurrent('a wrong command line, or a wrong manifest', () => {
  test.for([
    { name: 'no file', args: [], words: 'no manifest is named' },
    { name: 'an unknown flag', args: ['--pubish', 'x'], words: "Unknown option '--pubish'" },
    {
      name: 'an image without another',
      args: ['--image', 'nginx', 'x.yaml'],
      words: '--image nginx: must be NAME=OTHER',
    },
  ])('$name: 64, with the usage', async ({ args, words }) => {
    await using run = new Command(args);
    expect(await run.ended()).toBe(64);
    expect(run.stderr).toContain(words);
    expect(run.stderr).toContain('usage: npm run pod -- ');
    expect(run.stdout).toBe('');
  });

  test.for([
    { name: 'a file that is not there', args: ['/no/such.yaml'], input: '', words: 'no such file' },
    { name: 'an empty stdin', args: ['-'], input: '', words: 'stdin:1: is empty' },
    { name: 'no YAML', args: ['-'], input: '{', words: 'stdin:' },
    {
      name: 'a field that Kubernetes does not have, and one of the wrong type',
      args: ['-'],
      input: text([pod({ containers: [bash('main', '', { workingdir: '/', stdin: 'yes' })] })]),
      words: 'workingdir',
    },
    {
      name: 'what the runner does not carry out',
      args: ['-'],
      input: text([pod({ hostNetwork: true, containers: [bash('main', '')] })]),
      words: 'spec.hostNetwork is only carried out as false',
    },
    {
      name: 'no pod in it',
      args: ['-'],
      input: text([configMap('x', {})]),
      words: 'there is no Pod, Deployment, StatefulSet or Job in it',
    },
  ])('$name: 1, in words and no stack', async ({ args, input, words }) => {
    await using run = new Command(args, input);
    expect(await run.ended()).toBe(1);
    expect(run.stderr).toContain(words);
    expect(run.stderr).toMatch(/^podmate: /);
    expect(run.stderr).not.toContain('    at ');
    expect(run.stdout).toBe('');
  });

  test.for([
    { name: 'no engine', env: { DOCKER_HOST: 'unix:///no/such.sock' }, words: '/no/such.sock' },
    { name: 'no docker command', env: { PATH: '/no/such/folder' }, words: 'spawn docker ENOENT' },
  ])('$name: 1, in words', async ({ env, words }) => {
    await using run = new Command(['-'], text([pod({ containers: [bash('main', '')] })]), env);
    expect(await run.ended()).toBe(1);
    expect(run.stderr).toContain(words);
    expect(run.stderr).not.toContain('    at ');
  });
});
