// The JMX half of the demo: a JVM that was started without any JMX flag, metrics-adapter, which asks it for its beans all the
// same (as jcmd would, over the socket it opens for its own user), and its heap drawn from a scrape each second.
// Invariant: at the end a scrape shows exactly what the application says it has counted.

import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { ensurePackages } from '@podmate/testkit/debian';
import { freePort, scrape } from '@podmate/testkit/image';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import { ended } from './processes.ts';
import { announce, Voice } from './screen.ts';

const JVM = ['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const RULES = `
rules:
- { pattern: 'demo<type=Kettle><>Boiled', name: kettle_boiled, type: COUNTER }
- { pattern: 'java.lang<type=Memory><HeapMemoryUsage>(used|max)', name: heap_$1_bytes, type: GAUGE }
`;
const BOILED = 'kettle_boiled_total';
const USED = 'heap_used_bytes';
const MAX = 'heap_max_bytes';
const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 40;
const LAST_SCRAPES = 50;
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);

type Kettle = ChildProcessByStdio<Writable, Readable, Readable>;

/** Builds and installs what the half needs and starts it; undefined, with a word to the user, where there is no JVM. */
export async function startJvmHalf(): Promise<Half | undefined> {
  const [missing] = await ensurePackages(['openjdk-17-jdk-headless'], announce);
  if (missing !== undefined) {
    announce(`without the JVM: it needs a JDK, and ${missing.reason}`);
    return undefined;
  }
  const [image] = selectImages('metrics-adapter');
  if (image === undefined) throw new Error('docker/images.ts has no metrics-adapter');
  const { file } = await bundle(image);
  return new JvmHalf(file, await freePort());
}

class JvmHalf implements Half {
  readonly #folder = mkdtempSync(join(tmpdir(), 'podmate-demo-jvm-'));
  readonly #voices = { app: new Voice('kettle', 'yellow'), adapter: new Voice('jmx', 'magenta') };
  readonly #kettle: Kettle;
  readonly #adapter: ChildProcess;
  readonly #web: string;
  readonly #heap: number[] = [];
  #page = new Map<string, number>();
  #said = 0;

  constructor(program: string, port: number) {
    this.#web = `127.0.0.1:${port}`;
    this.#kettle = this.#startKettle();
    this.#adapter = this.#startAdapter(program);
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
    void this.#scrape().then(() => this.#draw());
  }

  summary(): string {
    return `a JVM without JMX flags has boiled ${this.#page.get(BOILED) ?? 0} litres, as its bean says`;
  }

  async end(): Promise<Verdict> {
    this.#kettle.stdin.write('\n');
    for (let look = 0; look < LAST_SCRAPES && !this.#agrees; look += 1) await this.#scrape();
    const agreed = this.#agrees;
    this.#kettle.stdin.end();
    await ended(this.#kettle);
    this.#voices.app.tell('has ended');
    const exitCode = await ended(this.#adapter);
    rmSync(this.#folder, { recursive: true });
    const counts = `${this.#page.get(BOILED)} litres scraped, ${this.#said} boiled`;
    if (!agreed || exitCode !== 0) return { ok: false, lines: [`${counts}; exit code ${exitCode}`] };
    return { ok: true, lines: [`${counts}: read from a JVM without a JMX flag.`] };
  }

  abort(): void {
    this.#kettle.kill('SIGKILL');
    this.#adapter.kill('SIGKILL');
  }

  get #agrees(): boolean {
    return this.#said > 0 && this.#page.get(BOILED) === this.#said;
  }

  #startKettle(): Kettle {
    const args = [...JVM, join(import.meta.dirname, 'Kettle.java')];
    this.#voices.app.tell('java Kettle: allocates and forgets; no JMX port, no agent');
    const kettle = spawn('java', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    createInterface(kettle.stdout).on('line', (line) => (this.#said = Number(line)));
    createInterface(kettle.stderr).on('line', (line) => this.#voices.app.tell(line));
    return kettle;
  }

  /** In a process group of its own, as the JVM: the Ctrl-C that ends the demo must not end them before their time. */
  #startAdapter(program: string): ChildProcess {
    const rules = join(this.#folder, 'rules.yaml');
    writeFileSync(rules, RULES);
    const args = [
      `--jmx.target=pid:${this.#kettle.pid}`,
      `--jmx.config=${rules}`,
      `--web.listen-address=${this.#web}`,
    ];
    this.#voices.adapter.tell(`metrics-adapter ${args.join(' ')}`);
    const adapter = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    createInterface(adapter.stderr).on('line', (line) => this.#voices.adapter.tell(line));
    return adapter;
  }

  #draw(): void {
    const used = this.#page.get(USED);
    if (used === undefined) return;
    this.#heap.push(used);
    this.#heap.splice(0, this.#heap.length - WIDTH);
    const max = this.#page.get(MAX) ?? used;
    const bars = this.#heap.map((bytes) => BARS[Math.min(7, Math.floor((bytes / max) * 8))]).join('');
    this.#voices.adapter.sample(`heap ${bars.padEnd(WIDTH)} ${mib(used)} of ${mib(max)} MiB`);
  }

  /** Before both have started, and when they have ended, there is nothing to see. */
  async #scrape(): Promise<void> {
    this.#page = await scrape(this.#web).catch(() => this.#page);
  }
}
