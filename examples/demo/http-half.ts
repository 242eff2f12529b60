// The HTTP half of the demo: an application that asks at localhost, http-ambassador there, and behind it two servers, one of
// which is killed with `kill -9` at the press of Enter and comes back after three seconds.
// Invariant: every errand is answered; what was under way at the server that died was sent again to the other.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, scrape } from '@podmate/testkit/image';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Errand } from './errands.ts';
import type { Half, Verdict } from './half.ts';
import { ended } from './processes.ts';
import { announce, Voice } from './screen.ts';

const BACK_AFTER_MS = 3000;

type Clerk = { readonly name: string; readonly port: number; process: ChildProcess; done: number };

/** Builds what the half needs and starts it. */
export async function startHttpHalf(): Promise<Half> {
  const [image] = selectImages('http-ambassador');
  if (image === undefined) throw new Error('docker/images.ts has no http-ambassador');
  const { file } = await bundle(image);
  const clerks = [startClerk('Ann', await freePort()), startClerk('Bob', await freePort())];
  const ports = { listen: await freePort(), admin: await freePort() };
  const folder = mkdtempSync(join(tmpdir(), 'podmate-demo-http-'));
  const voice = new Voice('http', 'cyan');
  const ambassador = await startAmbassador(file, configure(folder, clerks, ports.listen), ports.admin, voice);
  return new HttpHalf({ clerks, folder, ambassador, voice, ports });
}

/** The settings file: both servers behind one address. */
function configure(folder: string, clerks: readonly Clerk[], port: number): string {
  const config = join(folder, 'config.yaml');
  const targets = clerks.map((clerk) => `http://127.0.0.1:${clerk.port}`);
  writeFileSync(
    config,
    `listeners: [{ listen: '127.0.0.1:${port}', to: clerks }]\n` +
      `upstreams: [{ name: clerks, targets: ${JSON.stringify(targets)} }]\n`,
  );
  return config;
}

/** In a process group of its own: the Ctrl-C that ends the demo must not end the ambassador before the application. */
async function startAmbassador(
  program: string,
  config: string,
  admin: number,
  voice: Voice,
): Promise<ChildProcess> {
  const args = ['--config', config, '--no-access-log', '--admin-listen', `127.0.0.1:${admin}`];
  voice.tell(`http-ambassador ${args.join(' ')}`);
  const ambassador = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  createInterface(ambassador.stderr).on('line', (line) => {
    voice.tell(line);
    if (line.includes('msg=started')) resolve();
  });
  ambassador.once('exit', (code) => reject(new Error(`http-ambassador did not start: ${code}`)));
  await promise;
  return ambassador;
}

const clerkProcess = (name: string, port: number): ChildProcess =>
  fork(join(import.meta.dirname, 'clerk.ts'), [name, String(port)]);

function startClerk(name: string, port: number): Clerk {
  return { name, port, process: clerkProcess(name, port), done: 0 };
}

type Started = {
  readonly clerks: readonly Clerk[];
  readonly folder: string;
  readonly ambassador: ChildProcess;
  readonly voice: Voice;
  readonly ports: { readonly listen: number; readonly admin: number };
};

class HttpHalf implements Half {
  readonly #clerks: readonly Clerk[];
  readonly #folder: string;
  readonly #voices: { readonly app: Voice; readonly clerks: Voice; readonly ambassador: Voice };
  readonly #admin: string;
  readonly #ambassador: ChildProcess;
  readonly #application: ChildProcess;
  readonly #told: Promise<unknown>;
  readonly #faults: string[] = [];
  #errands = 0;
  #kills = 0;
  #retries = 0;
  #isEnding = false;

  constructor({ clerks, folder, ambassador, voice, ports }: Started) {
    this.#clerks = clerks;
    this.#folder = folder;
    this.#voices = {
      app: new Voice('errands', 'yellow'),
      clerks: new Voice('clerks', 'red'),
      ambassador: voice,
    };
    this.#admin = `127.0.0.1:${ports.admin}`;
    this.#ambassador = ambassador;
    ambassador.on('exit', () => this.#isEnding || this.#fault('the ambassador ended before its time'));
    this.#application = fork(join(import.meta.dirname, 'errands.ts'), [String(ports.listen)]);
    this.#voices.app.tell(`runs its errands at localhost:${ports.listen}, the only address it knows`);
    this.#application.on('message', (errand: Errand) => this.#enter(errand));
    this.#told = once(this.#application, 'disconnect');
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
    void this.#count();
  }

  onKey(): void {
    this.#killOne();
  }

  summary(): string {
    return `${this.#inWords()}. Enter kills one of the two`;
  }

  async end(): Promise<Verdict> {
    this.#isEnding = true;
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended');
    await this.#count();
    const exitCode = await ended(this.#ambassador);
    if (exitCode === 0) this.#voices.ambassador.tell('drained and ended with exit code 0');
    else this.#faults.push(`the ambassador ended with ${exitCode}`);
    for (const { process: clerk } of this.#clerks) clerk.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
    if (this.#faults.length > 0 || this.#errands === 0)
      return { ok: false, lines: [...this.#faults.slice(0, 10), this.#inWords()] };
    return { ok: true, lines: [`${this.#inWords()}: the application saw no error.`] };
  }

  abort(): void {
    this.#application.kill('SIGKILL');
    this.#ambassador.kill('SIGKILL');
    for (const { process: clerk } of this.#clerks) clerk.kill('SIGKILL');
  }

  #enter(errand: Errand): void {
    this.#errands += 1;
    if ('error' in errand) {
      this.#fault(`an error reached the application: ${errand.error}`);
      return;
    }
    const clerk = this.#clerks.find(({ name }) => name === errand.by);
    if (clerk !== undefined) clerk.done += 1;
    this.#voices.app.sample(`errand ${this.#errands}, done by ${errand.by}`);
  }

  #killOne(): void {
    const clerk = this.#clerks[this.#kills % this.#clerks.length];
    if (clerk === undefined || this.#isEnding) return;
    this.#kills += 1;
    this.#voices.clerks.tell(`kill -9 of ${clerk.name}`);
    clerk.process.kill('SIGKILL');
    setTimeout(() => {
      if (this.#isEnding) return;
      clerk.process = clerkProcess(clerk.name, clerk.port);
      this.#voices.clerks.tell(`${clerk.name} is back`);
    }, BACK_AFTER_MS).unref();
  }

  async #count(): Promise<void> {
    const samples = await scrape(this.#admin).catch(() => new Map<string, number>()); // not yet, or no longer
    const retries = [...samples].filter(([name]) => name.startsWith('http_ambassador_retries_total'));
    this.#retries = Math.max(
      this.#retries,
      retries.reduce((sum, [, value]) => sum + value, 0),
    );
  }

  #fault(what: string): void {
    this.#faults.push(what);
    announce(what);
  }

  #inWords(): string {
    const shares = this.#clerks.map(({ name, done }) => `${done} by ${name}`).join(', ');
    return `${this.#errands} errands (${shares}), ${this.#kills} servers killed, ${this.#retries} requests sent again`;
  }
}
