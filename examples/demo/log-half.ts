// The log half of the demo: the legacy application, the real logrotate under it, and log-tailer as its sidecar.
// Invariant: a line counts as delivered only when it came out of the sidecar's stdout byte for byte as the application
// wrote it; the verdict is read from the books (ledger.ts) after everybody has ended.

import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ensurePackages, findCommand } from '@podmate/testkit/debian';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import type { Written } from './journal.ts';
import { Ledger } from './ledger.ts';
import { linesOf } from './lines.ts';
import { balanceInWords, logVerdict } from './log-verdict.ts';
import { Logrotate, ROTATED } from './logrotate.ts';
import { ended } from './processes.ts';
import { announce, Voice } from './screen.ts';

/** Builds and installs what the half needs and starts it. Throws in words for the user when that cannot be had. */
export async function startLogHalf(): Promise<Half> {
  const [missing] = await ensurePackages(['logrotate'], announce);
  const logrotate = findCommand('logrotate');
  if (logrotate === undefined) throw new Error(`the demo needs logrotate: ${missing?.reason ?? 'not found'}`);
  const [image] = selectImages('log-tailer');
  if (image === undefined) throw new Error('docker/images.ts has no log-tailer');
  const { file } = await bundle(image);
  const directory = await mkdtemp(join(tmpdir(), 'podmate-demo-'));
  return new LogHalf(directory, file, new Logrotate(logrotate, directory));
}

class LogHalf implements Half {
  readonly #directory: string;
  readonly #logrotate: Logrotate;
  readonly #ledger = new Ledger();
  readonly #voices = {
    app: new Voice('app', 'yellow'),
    logrotate: new Voice('logrotate', 'magenta'),
    sidecar: new Voice('sidecar', 'cyan'),
  };
  readonly #application: ChildProcess;
  /** All its reports are read: a process can be gone before that. */
  readonly #told: Promise<unknown>;
  readonly #sidecar: ChildProcess;
  /** All its output is in the books. */
  readonly #received: Promise<void>;
  readonly #ending = new AbortController();
  readonly #rotating: Promise<void>;
  readonly #faults: string[] = [];
  #rotations = 0;
  #delaysMs: number[] = [];

  constructor(directory: string, program: string, logrotate: Logrotate) {
    this.#directory = directory;
    this.#logrotate = logrotate;
    this.#application = this.#startApplication();
    this.#told = once(this.#application, 'disconnect');
    const sidecar = this.#startSidecar(program);
    this.#sidecar = sidecar;
    this.#received = this.#receive(sidecar.stdout.setEncoding('utf8'));
    this.#rotating = this.#rotateUntilTheEnd();
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
  }

  summary(): string {
    const balance = this.#ledger.balance(false);
    const { written, delivered, destroyed, missing, garbled } = balance;
    const lag = Math.max(0, written - delivered - destroyed - missing - garbled);
    const delays = this.#delaysMs.splice(0).toSorted((a, b) => a - b);
    const median = delays[delays.length >> 1] ?? 0;
    return `${balanceInWords(balance)}; lag ${lag} lines, ${median} ms (worst ${delays.at(-1) ?? 0} ms); ${this.#rotations} rotations`;
  }

  async end(): Promise<Verdict> {
    this.#ending.abort();
    await this.#rotating;
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended, its last lines written in its last moment');
    const exitCode = await ended(this.#sidecar);
    await this.#received;
    if (exitCode === 0) this.#voices.sidecar.tell('drained and ended with exit code 0');
    else this.#faults.push(`the sidecar ended with ${exitCode}`);
    return this.#verdict();
  }

  abort(): void {
    this.#application.kill('SIGKILL');
    this.#sidecar.kill('SIGKILL');
  }

  #startApplication(): ChildProcess {
    const application = fork(join(import.meta.dirname, 'legacy-app.ts'), [this.#directory]);
    application.on('message', (message: Written | null) => {
      if (message === null) return;
      this.#ledger.wrote(message.stream, message.lines);
      if (message.lines.length > 1000) this.#voices.app.tell(`a burst of ${message.lines.length} lines`);
    });
    this.#voices.app.tell(
      `writes shop.log, billing.log and audit-*.log in ${this.#directory}, and nothing to stdout`,
    );
    return application;
  }

  /** In a process group of its own: the Ctrl-C that ends the demo must not end the sidecar before the application. */
  #startSidecar(program: string): ChildProcessByStdio<null, Readable, Readable> {
    const glob = join(this.#directory, '*.log');
    this.#voices.sidecar.tell(`log-tailer '${glob}'`);
    const sidecar = spawn(process.execPath, [program, glob], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    createInterface(sidecar.stderr).on('line', (line) => this.#voices.sidecar.tell(line));
    sidecar.on('exit', () => this.#ending.signal.aborted || this.#fault('the sidecar ended before its time'));
    return sidecar;
  }

  async #receive(output: AsyncIterable<string>): Promise<void> {
    for await (const line of linesOf(output)) {
      this.#ledger.printed(line);
      this.#voices.sidecar.sample(line.trimEnd());
      const writtenAt = Date.parse(line.slice(0, line.indexOf(' ')));
      if (!Number.isNaN(writtenAt)) this.#delaysMs.push(Date.now() - writtenAt);
    }
  }

  /** A copy is entered in the books as soon as it is made: afterwards it does not change. */
  async #rotateUntilTheEnd(): Promise<void> {
    try {
      for await (const copy of this.#logrotate.rotations(this.#ending.signal)) {
        this.#ledger.keep(copy);
        this.#rotations += 1;
        this.#voices.logrotate.tell(ROTATED);
      }
    } catch (error) {
      this.#fault(String(error));
    }
  }

  #fault(what: string): void {
    this.#faults.push(what);
    announce(what);
  }

  async #verdict(): Promise<Verdict> {
    const { ok, lines } = await logVerdict(this.#ledger, this.#directory);
    if (ok && this.#faults.length === 0) {
      await rm(this.#directory, { recursive: true });
      return { ok, lines };
    }
    return { ok: false, lines: [...this.#faults, ...lines, `The log files are in ${this.#directory}`] };
  }
}
