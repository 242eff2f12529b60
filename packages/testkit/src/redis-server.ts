// Real Redis servers for tests, benches and the demo: a primary, replicas of it, each with a folder of its own. A free
// loopback port, nothing saved, ended with the test. Invariant: a server that is returned answers PING, a replica is in sync.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { findCommand } from './debian.ts';
import { eventually, type Patience } from './eventually.ts';
import { temporaryDirectory, type TemporaryDirectory } from './files.ts';
import { freePort } from './image.ts';

export type RedisOptions = {
  /** Follow this server. */
  readonly replicaOf?: RedisServer;
  /** Further directives, `['--appendonly', 'yes']`. */
  readonly args?: readonly string[];
  /** Listen here instead of at a free port: for a server that comes back. */
  readonly port?: number;
  /** What its AUTH takes, so that we can ask it. */
  readonly password?: string;
  /** Its address, 127.0.0.1 by default; one of another network namespace together with that. */
  readonly host?: string;
  /** A Sentinel's configuration file: run as one, with what it says alone. */
  readonly file?: string;
  /** The network namespace to run in. */
  readonly namespace?: string;
};

export class RedisServer implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly #directory: TemporaryDirectory;
  readonly #password: string | undefined;

  private constructor(
    port: number,
    process: ChildProcess,
    directory: TemporaryDirectory,
    { host = '127.0.0.1', password }: RedisOptions,
  ) {
    this.host = host;
    this.port = port;
    this.process = process;
    this.#directory = directory;
    this.#password = password;
  }

  /** Starts one and waits until it answers; a replica until it is in sync. @throws when there is no redis-server */
  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const program = findCommand('redis-server');
    if (program === undefined)
      throw new Error('no redis-server here; Debian has it in the package redis-server');
    const { replicaOf, args = [], host = '127.0.0.1', namespace, file } = options;
    const port = options.port ?? (await freePort());
    const directory = await temporaryDirectory('redis');
    const following = replicaOf ? ['--replicaof', `${replicaOf.host} ${replicaOf.port}`] : [];
    const quick = [
      '--repl-diskless-sync-delay',
      '0',
      '--save',
      '',
      '--protected-mode',
      'no',
      '--daemonize',
      'no',
    ];
    const place = ['--port', String(port), '--dir', directory.path, '--bind', host];
    const command =
      file === undefined ? [...place, ...quick, ...following, ...args] : [file, '--sentinel', ...place];
    const server = new RedisServer(port, startInNamespace(namespace, program, command), directory, options);
    try {
      await eventually(async () => void (await server.ask('PING')));
      if (replicaOf) await server.untilInSync();
    } catch (error) {
      await server.stop('SIGKILL');
      throw error;
    }
    return server;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error('redis-server could not be started');
    return this.process.pid;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async untilInSync(patience: Patience = { withinMs: 20_000 }): Promise<void> {
    await eventually(async () => {
      const info = await this.ask('INFO', 'replication');
      if (!info.includes('master_link_status:up')) throw new Error(`not in sync:\n${info}`);
    }, patience);
  }

  /** The raw reply to one command, on a connection of its own. @throws for an error reply */
  async ask(...words: readonly string[]): Promise<string> {
    const login = this.#password === undefined ? [] : [['AUTH', this.#password]];
    const replies = await exchange(this.host, this.port, [...login, words]);
    const reply = replies.at(-1) ?? '';
    if (reply.startsWith('-')) throw new Error(reply.trim());
    return reply;
  }

  /** How often it has carried out a command, by INFO commandstats. */
  async calls(command: string): Promise<number> {
    const stats = await this.ask('INFO', 'commandstats');
    return Number(
      new RegExp(`^cmdstat_${command.replace('|', '\\|')}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.running) {
      const ended = once(this.process, 'exit');
      this.process.kill(signal);
      await ended;
    }
    await this.#directory.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts a program, in the network namespace if one is named; its pid is the program's own either way. */
function startInNamespace(
  namespace: string | undefined,
  program: string,
  args: readonly string[],
): ChildProcess {
  const command = namespace === undefined ? [] : [findCommand('ip') ?? 'ip', 'netns', 'exec', namespace];
  const [file = '', ...rest] = [...command, program, ...args];
  return spawn(file, rest, { stdio: 'ignore' });
}

/** A primary with replicas in sync; all end together. */
export async function startReplicated(
  replicas: number,
  options: Omit<RedisOptions, 'replicaOf' | 'port'> = {},
): Promise<{ primary: RedisServer; replicas: readonly RedisServer[] } & AsyncDisposable> {
  const primary = await RedisServer.start(options);
  const started = await Promise.allSettled(
    Array.from({ length: replicas }, () => RedisServer.start({ ...options, replicaOf: primary })),
  );
  const all = started.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  const end = async (): Promise<void> => {
    await Promise.all([primary, ...all].map((server) => server.stop()));
  };
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) {
    await end();
    throw failed.reason;
  }
  return { primary, replicas: all, [Symbol.asyncDispose]: end };
}

/** Sends the commands and reads until each was answered; only for simple and bulk replies, which is all that tests ask. */
async function exchange(
  host: string,
  port: number,
  commands: readonly (readonly string[])[],
): Promise<string[]> {
  const socket = connect({ port, host });
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  let text = '';
  socket.setEncoding('latin1').setTimeout(5000, () => reject(new Error('no answer')));
  socket.once('error', reject).once('close', () => reject(new Error('closed')));
  socket.on('data', (chunk: string) => {
    text += chunk;
    const replies = text.match(/\$-1\r\n|\$\d+\r\n[^]*?\r\n(?=[-+:$*]|$)|[-+:*][^\r]*\r\n/g) ?? [];
    const length = /^\$(\d+)\r\n/.exec(replies.at(-1) ?? '');
    const whole = !length || (replies.at(-1)?.length ?? 0) >= length[0].length + Number(length[1]) + 2;
    if (replies.length >= commands.length && whole) resolve(replies);
  });
  for (const words of commands)
    socket.write(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    );
  return promise.finally(() => socket.destroy());
}
