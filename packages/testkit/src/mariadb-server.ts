// A real MariaDB of Debian for tests: a data folder of its own, run by an ordinary user at a free loopback port, with
// TLS offered to everyone; who must use it is for the test to say (`require ssl`). Ends with its `await using`.

import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { CertificateFiles } from './certificate.ts';
import { type TemporaryDirectory, temporaryDirectory } from './files.ts';
import { freePort, type RunningImage } from './image.ts';
import { asOrdinaryUser, giveToOrdinaryUser, startServer } from './ordinary-user.ts';

const run = promisify(execFile);

/** Small and careless: nothing has to survive. */
const QUICK = [
  '--innodb-buffer-pool-size=8M',
  '--innodb-log-file-size=4M',
  '--innodb-flush-method=nosync',
  '--skip-name-resolve',
];

export class MariadbServer implements AsyncDisposable {
  readonly port: number;
  readonly process: RunningImage;
  readonly #folder: TemporaryDirectory;

  private constructor(port: number, server: RunningImage, folder: TemporaryDirectory) {
    this.port = port;
    this.process = server;
    this.#folder = folder;
  }

  /** @param files its certificate. @throws when there is no MariaDB */
  static async start(files: CertificateFiles): Promise<MariadbServer> {
    const folder = await temporaryDirectory('mariadb');
    try {
      const certificate = await makeData(folder, files);
      const port = await freePort();
      const where = [`--datadir=${folder.file('data')}`, `--socket=${folder.file('socket')}`];
      const listen = ['--bind-address=127.0.0.1', `--port=${port}`];
      const program = asOrdinaryUser(
        '/usr/sbin/mariadbd',
        '--no-defaults',
        ...where,
        ...listen,
        ...certificate,
        ...QUICK,
      );
      return new MariadbServer(port, await startServer(program, 'ready for connections'), folder);
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  /** Rows of one statement or several, asked as root through the local socket. */
  async ask(statement: string): Promise<string> {
    const args = ['--no-defaults', '-uroot', `--socket=${this.#folder.file('socket')}`, '-BNe', statement];
    return (await run('mariadb', args)).stdout.trim();
  }

  /** SIGSTOP freezes it, SIGCONT lets it go on. */
  signal(signal: NodeJS.Signals): void {
    this.process.process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop('SIGKILL');
    await this.#folder.remove();
  }
}

/** @returns the arguments that name the certificate */
async function makeData(folder: TemporaryDirectory, files: CertificateFiles): Promise<string[]> {
  const [cert, key] = [folder.file('server.crt'), folder.file('server.key')];
  await copyFile(files.certificate, cert);
  await copyFile(files.key, key);
  await giveToOrdinaryUser(folder.path, cert, key);
  const how = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  const [file, ...args] = asOrdinaryUser(
    'mariadb-install-db',
    '--no-defaults',
    `--datadir=${folder.file('data')}`,
    ...how,
    ...QUICK,
  );
  await run(file, args);
  return [`--ssl-cert=${cert}`, `--ssl-key=${key}`, `--ssl-ca=${cert}`];
}
