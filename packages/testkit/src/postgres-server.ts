// A real PostgreSQL of Debian for tests: a cluster of its own in a temporary folder, run by an ordinary user, as it
// refuses root. It listens at a free loopback port, wants TLS and a password (SCRAM) of everyone who comes over TCP, and
// ends with its `await using`.

import { execFile } from 'node:child_process';
import { chmod, copyFile, glob, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { CertificateFiles } from './certificate.ts';
import { type TemporaryDirectory, temporaryDirectory } from './files.ts';
import { freePort, type RunningImage } from './image.ts';
import { asOrdinaryUser, giveToOrdinaryUser, startServer } from './ordinary-user.ts';

const run = promisify(execFile);

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
  static async start(files: CertificateFiles): Promise<PostgresServer> {
    const folder = await temporaryDirectory('postgres');
    try {
      const bin = await newestPostgres();
      await makeCluster(bin, folder, files);
      const port = await freePort();
      const args = ['-D', folder.file('data'), '-p', String(port)];
      const program = asOrdinaryUser(`${bin}/postgres`, ...args);
      return new PostgresServer(port, await startServer(program, 'ready to accept connections'), folder);
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

async function makeCluster(bin: string, folder: TemporaryDirectory, files: CertificateFiles): Promise<void> {
  const data = folder.file('data');
  const secret = folder.file('password');
  await writeFile(secret, 'secret');
  await giveToOrdinaryUser(folder.path, secret);
  const quick = ['--no-sync', '--no-instructions', '--no-locale', '-E', 'UTF8'];
  const users = ['-U', 'app', `--pwfile=${secret}`, '--auth-local=trust', '--auth-host=scram-sha-256'];
  const [file, ...args] = asOrdinaryUser(`${bin}/initdb`, '-D', data, ...quick, ...users);
  await run(file, args);
  const [cert, key, ca] = [`${data}/server.crt`, `${data}/server.key`, `${data}/ca.crt`];
  await copyFile(files.certificate, cert);
  await copyFile(files.key, key);
  await copyFile(files.certificate, ca);
  await giveToOrdinaryUser(cert, key, ca);
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
