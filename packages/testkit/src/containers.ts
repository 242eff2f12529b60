// Real containers for tests: finds the docker engine, builds our images with the command users have (`npm run image`),
// runs one container or a whole compose file, reads its output and ends it.
// Invariant: every name is unique to the test, and who starts something removes it, volumes included: `await using`.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

const run = promisify(execFile);

export type Output = { readonly stdout: string; readonly stderr: string };

/** How a container ended: its exit code and the time from our signal to its last process's end. */
export type Ending = { readonly code: number; readonly tookMs: number };

/** Runs the docker command line; throws with its stderr when it fails. */
export function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Output> {
  return run('docker', args, { maxBuffer: OUTPUT_LIMIT_BYTES, env: { ...process.env, ...env } });
}

/** Flags of a command line: `{ user: '1', 'read-only': true, env: ['A=1', 'B=2'] }`; what is undefined or false is left out. */
export function flagsOf(
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((one) => [`--${name}`, one]);
  });
}

/**
 * Whether the tests that need an engine are to be skipped: where there is none, or one without compose, and never in CI,
 * where they shall fail instead.
 */
export async function skipsContainers(): Promise<boolean> {
  if (process.env['CI'] !== undefined) return false;
  try {
    await docker(['version', '--format', '{{.Server.Version}}']);
    await docker(['compose', 'version', '--short']);
    return false;
  } catch {
    return true;
  }
}

const builds = new Map<string, Promise<string>>();

/**
 * Builds podmate/<name> as `npm run image` does and resolves to its tag. Once per process; another process's build of the
 * same sources costs a second, since the engine has every layer.
 */
export function buildImage(name: string): Promise<string> {
  const known = builds.get(name);
  if (known !== undefined) return known;
  const build = run(process.execPath, ['docker/image.ts', name], {
    cwd: ROOT,
    maxBuffer: OUTPUT_LIMIT_BYTES,
  }).then(({ stdout }) => stdout.split(' ', 1)[0] ?? '');
  builds.set(name, build);
  return build;
}

/** A name for a container, volume or project that no other test run has. */
export function uniqueName(label: string): string {
  return `podmate-test-${label}-${randomBytes(4).toString('hex')}`;
}

/** A container of this engine, running or ended. */
export class Container implements AsyncDisposable {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** stdout and stderr as the engine recorded them: what `kubectl logs` shows is stdout and stderr together. */
  logs(): Promise<Output> {
    return docker(['logs', this.id]);
  }

  /** One value of `docker inspect`, in Go's template language without braces: `.State.Health.Status`. */
  async inspect(field: string): Promise<string> {
    const { stdout } = await docker(['inspect', '--format', `{{${field}}}`, this.id]);
    return stdout.trim();
  }

  /** Runs a program inside; throws when it fails. */
  exec(...command: readonly string[]): Promise<Output> {
    return docker(['exec', this.id, ...command]);
  }

  /** Waits until stdout matches; throws with both outputs when it does not. */
  async printed(expected: RegExp, withinMs = 20_000): Promise<void> {
    await eventually(
      async () => {
        const { stdout } = await this.logs();
        if (!expected.test(stdout)) throw new Error(`stdout lacks ${expected}\n${await this.#outputs()}`);
      },
      { withinMs, everyMs: 100 },
    );
  }

  /** Starts it again after it ended, with the same file system and a log that goes on. */
  async start(): Promise<void> {
    await docker(['start', this.id]);
  }

  /** Sends the signal and waits for the end, as kubelet does, without its kill at the end of the grace period. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    const askedAt = Date.now();
    await docker(['kill', '--signal', signal, this.id]);
    const code = await this.ended();
    const endedAt = Date.parse(await this.inspect('.State.FinishedAt')); // the engine's clock is ours: local socket
    return { code, tookMs: endedAt - askedAt };
  }

  /** Waits for the end; its exit code. Throws with both outputs when it goes on running. */
  async ended(withinMs = 30_000): Promise<number> {
    await eventually(
      async () => {
        if ((await this.inspect('.State.Running')) === 'true')
          throw new Error(`still runs\n${await this.#outputs()}`);
      },
      { withinMs, everyMs: 50 },
    );
    return Number(await this.inspect('.State.ExitCode'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.id]);
  }

  async #outputs(): Promise<string> {
    const { stdout, stderr } = await this.logs();
    return `--- stdout\n${stdout.slice(-2000)}\n--- stderr\n${stderr.slice(-2000)}`;
  }
}

/** Starts a container in the background: flags of `docker run`, then the image's arguments. */
export async function startContainer(
  image: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Container> {
  const name = uniqueName('run');
  try {
    await docker(['run', '--detach', '--name', name, ...flags, image, ...args]);
  } catch (error) {
    await docker(['rm', '--force', '--volumes', name]); // docker run leaves a container that could not start
    throw error;
  }
  return new Container(name);
}

/** A compose file under a project name of its own, so that the same file can run several times side by side. */
export class ComposeProject implements AsyncDisposable {
  readonly name: string;
  readonly #file: string;
  readonly #env: Readonly<Record<string, string>>;

  /** `file` is relative to the repository; `env` fills its `${...}`. */
  constructor(file: string, env: Readonly<Record<string, string>> = {}) {
    this.name = uniqueName('compose');
    this.#file = resolve(ROOT, file);
    this.#env = env;
  }

  compose(...args: readonly string[]): Promise<Output> {
    return docker(['compose', '--file', this.#file, '--project-name', this.name, ...args], this.#env);
  }

  /** Starts what is named, or all, and waits until all health checks are green. */
  async up(...services: readonly string[]): Promise<void> {
    await this.compose('up', '--detach', '--wait', '--wait-timeout', '60', ...services);
  }

  async container(service: string): Promise<Container> {
    const { stdout } = await this.compose('ps', '--all', '--quiet', service);
    if (stdout.trim() === '') throw new Error(`${this.name}: service ${service} has no container`);
    return new Container(stdout.trim());
  }

  /** The address on this machine that a service's port is published at. */
  async address(service: string, port: number): Promise<string> {
    const { stdout } = await this.compose('port', service, String(port));
    return stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '1', '--remove-orphans');
  }
}
