// The log half of the demo: the legacy application, the real logrotate under it, and log-tailer as its sidecar.
// Invariant: a line counts as delivered only when it came out of the sidecar's stdout byte for byte as the application
// wrote it; the verdict is read from the books (ledger.ts) after everybody has ended.

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePackages, findCommand } from '@podmate/testkit/debian';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import { type Balance, Ledger } from './ledger.ts';
import type { Written } from './legacy-app.ts';
import { Logrotate, ROTATE_EVERY_MS } from './logrotate.ts';
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
  readonly #ending = new AbortController();
  readonly #rotating: Promise<void>;
  readonly #faults: string[] = [];
  #rotations = 0;
  #unfinished = '';
  #delaysMs: number[] = [];

  constructor(directory: string, program: string, logrotate: Logrotate) {
    this.#directory = directory;
    this.#logrotate = logrotate;
    this.#application = this.#startApplication();
    this.#told = once(this.#application, 'disconnect');
    this.#sidecar = this.#startSidecar(program);
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
    return `${words(balance)}; lag ${lag} lines, ${median} ms (worst ${delays.at(-1) ?? 0} ms); ${this.#rotations} rotations`;
  }

  async end(): Promise<Verdict> {
    this.#ending.abort();
    await this.#rotating;
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended, its last lines written in its last moment');
    const exitCode = await ended(this.#sidecar);
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
  #startSidecar(program: string): ChildProcess {
    const glob = join(this.#directory, '*.log');
    this.#voices.sidecar.tell(`log-tailer '${glob}'`);
    const sidecar = spawn(process.execPath, [program, glob], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    sidecar.stdout.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    createInterface(sidecar.stderr).on('line', (line) => this.#voices.sidecar.tell(line));
    sidecar.on('exit', () => this.#ending.signal.aborted || this.#fault('the sidecar ended before its time'));
    return sidecar;
  }

  #receive(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    const now = Date.now();
    for (const line of lines) {
      this.#ledger.printed(line);
      this.#voices.sidecar.sample(line.trimEnd());
      const writtenAt = Date.parse(line.slice(0, line.indexOf(' ')));
      if (!Number.isNaN(writtenAt)) this.#delaysMs.push(now - writtenAt);
    }
  }

  async #rotateUntilTheEnd(): Promise<void> {
    await this.#logrotate.writeSettings();
    const { signal } = this.#ending;
    const pause = (): Promise<boolean> => sleep(ROTATE_EVERY_MS, true, { signal }).catch(() => false);
    while (await pause()) await this.#rotate();
  }

  /** A copy is entered in the books as soon as it is made: afterwards it does not change. */
  async #rotate(): Promise<void> {
    try {
      await this.#logrotate.rotate();
      const copy = (await this.#logrotate.copiesOf('billing.log')).at(-1);
      if (copy !== undefined) this.#ledger.keep(copy);
      this.#rotations += 1;
      this.#voices.logrotate.tell('shop.log renamed and created anew, billing.log copied and truncated');
    } catch (error) {
      this.#fault(String(error));
    }
  }

  #fault(what: string): void {
    this.#faults.push(what);
    announce(what);
  }

  async #verdict(): Promise<Verdict> {
    if (this.#unfinished !== '') this.#ledger.printed(this.#unfinished);
    this.#ledger.keep(join(this.#directory, 'billing.log'));
    const balance = this.#ledger.balance(true);
    const ok = balance.missing + balance.duplicated + balance.garbled + this.#faults.length === 0;
    if (ok) await rm(this.#directory, { recursive: true });
    return {
      ok,
      lines: [...this.#faults, words(balance), ok ? KEPT : `not as promised; see ${this.#directory}`],
    };
  }
}

const KEPT = 'Nothing is missing: every line that anyone could have read came out, once and unchanged.';

function words({ written, delivered, missing, duplicated, garbled, destroyed }: Balance): string {
  const broken = garbled > 0 ? `, ${garbled} garbled` : '';
  const counts = `${written} lines written, ${delivered} delivered, ${missing} missing, ${duplicated} duplicated`;
  return `${counts}${broken}, ${destroyed} destroyed by copytruncate`;
}

/** Asks the process to end and waits until it and its output have; the exit code, or the signal that killed it. */
function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? child.signalCode);
  child.kill('SIGTERM');
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
}
