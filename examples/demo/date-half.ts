// The date half of the demo: an application with two time formats, and date-adapter that makes one of them.
// Invariant: a line counts only when it came out as the application says it should: same instant, and behind the stamp
// every byte as it was written.

import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import { linesOf } from './lines.ts';
import { ended } from './processes.ts';
import { announce, Voice } from './screen.ts';

/** Builds what the half needs and starts it. */
export async function startDateHalf(): Promise<Half> {
  const [image] = selectImages('date-adapter');
  if (image === undefined) throw new Error('docker/images.ts has no date-adapter');
  const { file } = await bundle(image);
  return new DateHalf(await mkdtemp(join(tmpdir(), 'podmate-clocks-')), file);
}

class DateHalf implements Half {
  readonly #directory: string;
  readonly #voices = { app: new Voice('clocks', 'yellow'), adapter: new Voice('adapter', 'green') };
  /** Lines that were written and have not come out, as they should. */
  readonly #awaited = new Set<string>();
  /** Lines that came out before the application reported them. */
  readonly #early = new Set<string>();
  readonly #faults: string[] = [];
  #converted = 0;
  readonly #application: ChildProcess;
  readonly #told: Promise<unknown>;
  readonly #adapter: ChildProcess;
  readonly #received: Promise<void>;
  #isEnding = false;

  constructor(directory: string, program: string) {
    this.#directory = directory;
    this.#application = this.#startApplication();
    this.#told = once(this.#application, 'disconnect');
    const adapter = this.#startAdapter(program);
    this.#adapter = adapter;
    this.#received = this.#receive(adapter.stdout.setEncoding('utf8'));
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
  }

  summary(): string {
    return `${this.#converted} lines of two time formats came out in one, ${this.#awaited.size} on their way`;
  }

  async end(): Promise<Verdict> {
    this.#isEnding = true;
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended');
    const exitCode = await ended(this.#adapter);
    await this.#received;
    if (exitCode === 0) this.#voices.adapter.tell('drained and ended with exit code 0');
    else this.#faults.push(`the adapter ended with ${exitCode}`);
    return this.#verdict();
  }

  abort(): void {
    this.#application.kill('SIGKILL');
    this.#adapter.kill('SIGKILL');
  }

  #startApplication(): ChildProcess {
    const application = fork(join(import.meta.dirname, 'two-clocks.ts'), [this.#directory]);
    application.on('message', (line: string) => {
      if (!this.#early.delete(line)) this.#awaited.add(line);
    });
    this.#voices.app.tell(
      `writes orders.log (21/11/2026T19:00:01, Berlin) and stock.log (Nov 21 18:00:01, UTC) in ${this.#directory}`,
    );
    return application;
  }

  /** In a process group of its own: the Ctrl-C that ends the demo must not end the adapter before the application. */
  #startAdapter(program: string): ChildProcessByStdio<null, Readable, Readable> {
    const rules = join(import.meta.dirname, 'two-clocks.rules');
    const files = ['orders.log', 'stock.log'].map((name) => join(this.#directory, name));
    this.#voices.adapter.tell(`date-adapter --config two-clocks.rules ${files.join(' ')}`);
    const adapter = spawn(process.execPath, [program, '--config', rules, ...files], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    createInterface(adapter.stderr).on('line', (line) => this.#voices.adapter.tell(line));
    adapter.on('exit', () => this.#isEnding || this.#fault('the adapter ended before its time'));
    return adapter;
  }

  async #receive(output: AsyncIterable<string>): Promise<void> {
    for await (const line of linesOf(output)) {
      this.#converted += 1;
      this.#voices.adapter.sample(line);
      if (!this.#awaited.delete(line)) this.#early.add(line);
    }
  }

  #fault(what: string): void {
    this.#faults.push(what);
    announce(what);
  }

  async #verdict(): Promise<Verdict> {
    const wrong = [...this.#early].map((line) => `came out, and should not: ${line}`);
    const missing = [...this.#awaited].map((line) => `did not come out: ${line}`);
    const faults = [...this.#faults, ...wrong, ...missing];
    const count = `${this.#converted} lines of two time formats came out in one`;
    if (faults.length > 0 || this.#converted === 0) {
      return { ok: false, lines: [...faults.slice(0, 10), count, `The log files are in ${this.#directory}`] };
    }
    await rm(this.#directory, { recursive: true });
    return { ok: true, lines: [`${count}: each the same instant in UTC, every other byte as it was.`] };
  }
}
