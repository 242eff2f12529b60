// A real PostgreSQL of Debian for tests: a cluster of its own in a temporary folder, run by an ordinary user, as it
// refuses root. It listens at a free loopback port, wants TLS and a password (SCRAM) of everyone who comes over TCP, and
// ends with its `await using`.

import { execFile } from 'node:child_process';
import { chown, copyFile, chmod, glob, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { type TemporaryDirectory, temporaryDirectory } from './files.ts';
import { freePort, RunningImage } from './image.ts';

const run = promisify(execFile);

/** The user `nobody`, when we are root; who is not root is ordinary already. */
const NOBODY = 65_534;
const isRoot = (): boolean => process.getuid?.() === 0;
/** What goes before a command that refuses to be run by root. */
export const asOrdinaryUser = (): string[] =>
  isRoot() ? ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'] : [];

/** Makes files or folders those of the ordinary user. */
export async function giveToOrdinaryUser(...paths: string[]): Promise<void> {
  if (isRoot()) for (const path of paths) await chown(path, NOBODY, NOBODY);
}

/** PEM files. */
export type ServerCertificate = { readonly certificate: string; readonly key: string; readonly ca?: string };

export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly process: RunningImage;
  readonly #folder: TemporaryDirectory;

  private constructor(port: number, server: RunningImage, folder: TemporaryDirectory) {
    this.port = port;
    this.process = server;
    this.#folder = folder;
  }

  /** @param files its certificate. @throws when there is no PostgreSQL */
  static async start(files: ServerCertificate): Promise<PostgresServer> {
    const folder = await temporaryDirectory('postgres');
    try {
      const bin = await newestPostgres();
      await makeCluster(bin, folder, files);
      const port = await freePort();
      const command = [`${bin}/postgres`, '-D', folder.file('data'), '-p', String(port)];
      const server = new RunningImage(commandOf([...asOrdinaryUser(), ...command]));
      const started = new PostgresServer(port, server, folder);
      await eventually(() => {
        if (!server.stderr.includes('ready to accept connections')) throw new Error(server.stderr);
      });
      return started;
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  /** Rows of one statement, unaligned, asked through the local socket, where no password is wanted. */
  async ask(statement: string): Promise<string> {
    const args = ['-h', this.#folder.path, '-p', String(this.port), '-U', 'app', '-d', 'postgres', '-XAtc'];
    return (await run('psql', [...args, statement])).stdout.trim();
  }

  /** To the process that accepts connections: SIGSTOP freezes the server for whoever comes now. */
  signal(signal: NodeJS.Signals): void {
    this.process.process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.process.kill('SIGCONT');
    await this.process.stop('SIGQUIT'); // At once; there is nothing to keep.
    await this.process[Symbol.asyncDispose]();
    await this.#folder.remove();
  }
}

async function newestPostgres(): Promise<string> {
  const found: string[] = [];
  for await (const path of glob('/usr/lib/postgresql/*/bin')) found.push(path);
  const [newest] = found.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest === undefined) throw new Error('no PostgreSQL here; Debian has it in the package postgresql');
  return newest;
}

async function makeCluster(bin: string, folder: TemporaryDirectory, files: ServerCertificate): Promise<void> {
  const data = folder.file('data');
  const secret = folder.file('password');
  await writeFile(secret, 'secret');
  await giveToOrdinaryUser(folder.path, secret);
  const quick = ['--no-sync', '--no-instructions', '--no-locale', '-E', 'UTF8'];
  const users = ['-U', 'app', `--pwfile=${secret}`, '--auth-local=trust', '--auth-host=scram-sha-256'];
  const [file, ...args] = commandOf([...asOrdinaryUser(), `${bin}/initdb`, '-D', data, ...quick, ...users]);
  await run(file, args);
  const copies = [`${data}/server.crt`, `${data}/server.key`, `${data}/ca.crt`];
  const [cert = '', key = '', ca = ''] = copies;
  await copyFile(files.certificate, cert);
  await copyFile(files.key, key);
  await copyFile(files.ca ?? files.certificate, ca);
  await giveToOrdinaryUser(...copies);
  await chmod(key, 0o600);
  const settings = [
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = '${folder.path}'`,
    `ssl = on`,
    `ssl_ca_file = 'ca.crt'`,
    `fsync = off`,
    `shared_buffers = '8MB'`,
    `max_connections = 20`,
    `autovacuum = off`,
    `max_wal_senders = 0`,
    `wal_level = minimal`,
  ];
  await writeFile(`${data}/postgresql.auto.conf`, `${settings.join('\n')}\n`);
  await writeFile(
    `${data}/pg_hba.conf`,
    'local all all trust\nhostssl all mutual all scram-sha-256 clientcert=verify-ca\nhostssl all all all scram-sha-256\n',
  );
}

function commandOf(words: readonly string[]): [string, ...string[]] {
  const [file = '', ...args] = words;
  return [file, ...args];
}
