// The Redis half of the demo: an application with a Redis at localhost built in, redis-ambassador there, and behind it real
// servers whose primary is killed. Invariant: a visit counts only when its INCR was acknowledged, and what is read back must
// be at least that. No error may reach the application, but one: of the command that is under way when a primary dies nobody
// can know whether it was executed, and who would try it again might count a visit twice.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePackages } from '@podmate/testkit/debian';
import { freePort } from '@podmate/testkit/image';
import { bundle } from '../../docker/bundle.ts';
import { selectImages } from '../../docker/images.ts';
import type { Half, Verdict } from './half.ts';
import { ended } from './processes.ts';
import { RedisServers, type Share } from './redis-servers.ts';
import { announce, Voice } from './screen.ts';
import type { Visit } from './visits.ts';

/** Builds and installs what the half needs and starts it; undefined, with a word to the user, where there is no Redis. */
export async function startRedisHalf(): Promise<Half | undefined> {
  const [missing] = await ensurePackages(['redis-server'], announce);
  if (missing !== undefined) {
    announce(`without redis-ambassador: it needs redis-server, and ${missing.reason}`);
    return undefined;
  }
  const [image] = selectImages('redis-ambassador');
  if (image === undefined) throw new Error('docker/images.ts has no redis-ambassador');
  const { file } = await bundle(image);
  return new RedisHalf(file, await RedisServers.start(), await freePort());
}

class RedisHalf implements Half {
  readonly #servers: RedisServers;
  readonly #voices = {
    app: new Voice('visits', 'yellow'),
    redis: new Voice('redis', 'red'),
    ambassador: new Voice('ambassad.', 'blue'),
  };
  readonly #ambassador: ChildProcess;
  readonly #application: ChildProcess;
  readonly #told: Promise<unknown>;
  readonly #faults: string[] = [];
  #shares: readonly Share[] = [];
  #visits = 0;
  #highest = 0;
  /** Acknowledged visits that a new primary did not know of: Redis replicates after it has acknowledged. */
  #forgotten = 0;
  /** Visits that were under way when a primary died. */
  #inDoubt = 0;
  #kills = 0;
  #lastAt = Date.now();
  #longestPauseMs = 0;
  #isEnding = false;

  constructor(program: string, servers: RedisServers, port: number) {
    this.#servers = servers;
    this.#ambassador = this.#startAmbassador(program, port);
    this.#application = this.#startApplication(port);
    this.#told = once(this.#application, 'disconnect');
  }

  eachSecond(): void {
    for (const voice of Object.values(this.#voices)) voice.nextSecond();
    void this.#servers.shares().then((shares) => (this.#shares = shares));
  }

  onKey(): void {
    void this.#killPrimary();
  }

  summary(): string {
    const shares = this.#shares.map(
      ({ address, writes, reads }) => `${address} ${writes} writes ${reads} reads`,
    );
    return `${this.#inWords()}; ${shares.join(', ')}. Enter kills the primary`;
  }

  async end(): Promise<Verdict> {
    this.#isEnding = true;
    await Promise.all([this.#told, ended(this.#application)]);
    this.#voices.app.tell('has ended');
    const exitCode = await ended(this.#ambassador);
    if (exitCode === 0) this.#voices.ambassador.tell('drained and ended with exit code 0');
    else this.#faults.push(`the ambassador ended with ${exitCode}`);
    await this.#servers.end();
    return this.#verdict();
  }

  abort(): void {
    this.#application.kill('SIGKILL');
    this.#ambassador.kill('SIGKILL');
    this.#servers.abort();
  }

  /** In a process group of its own: the Ctrl-C that ends the demo must not end the ambassador before the application. */
  #startAmbassador(program: string, port: number): ChildProcess {
    const { addresses } = this.#servers.sentinels;
    const args = ['--listen', `127.0.0.1:${port}`, '--sentinels', addresses.join(',')];
    this.#voices.ambassador.tell(`redis-ambassador ${args.join(' ')}`);
    const ambassador = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    createInterface(ambassador.stderr).on('line', (line) => this.#voices.ambassador.tell(line));
    ambassador.on('exit', () => this.#isEnding || this.#fault('the ambassador ended before its time'));
    return ambassador;
  }

  #startApplication(port: number): ChildProcess {
    const application = fork(join(import.meta.dirname, 'visits.ts'), [String(port)]);
    this.#voices.app.tell(`counts visits in a Redis at 127.0.0.1:${port}, the only address it knows`);
    application.on('message', (visit: Visit) => this.#enter(visit));
    return application;
  }

  #enter(visit: Visit): void {
    const now = Date.now();
    if (this.#visits > 0) this.#longestPauseMs = Math.max(this.#longestPauseMs, now - this.#lastAt);
    this.#lastAt = now;
    if ('error' in visit) return this.#failed(visit.error);
    const { counted, read } = visit;
    this.#visits += 1;
    this.#voices.app.sample(`visit ${counted}, read back: ${read}`);
    if (read < counted) this.#fault(`visit ${counted} was read back as ${read}: stale`);
    this.#forgotten += Math.max(0, this.#highest + 1 - counted);
    this.#highest = counted;
  }

  #failed(error: string): void {
    this.#voices.app.tell(error);
    if (error.includes('may or may not have been executed') && this.#inDoubt < this.#kills)
      this.#inDoubt += 1;
    else this.#fault(`an error reached the application: ${error}`);
  }

  async #killPrimary(): Promise<void> {
    this.#kills += 1;
    this.#voices.redis.tell(`kill -9 of the primary, ${await this.#servers.killPrimary()}`);
  }

  #fault(what: string): void {
    this.#faults.push(what);
    announce(what);
  }

  #inWords(): string {
    const failovers = `${this.#kills} failovers (longest pause ${(this.#longestPauseMs / 1000).toFixed(1)} s)`;
    return `${this.#visits} visits counted and read back, ${failovers}`;
  }

  #verdict(): Verdict {
    const counts = `${this.#inWords()}, ${this.#forgotten} forgotten by Redis when its primary died, ${this.#inDoubt} in doubt`;
    // a primary that is killed takes along what it had acknowledged and not replicated yet: one visit at most, as one at a
    // time is under way
    if (this.#forgotten > this.#kills) this.#faults.push(`${this.#forgotten} acknowledged visits are lost`);
    if (this.#faults.length > 0 || this.#visits === 0)
      return { ok: false, lines: [...this.#faults.slice(0, 10), counts] };
    return {
      ok: true,
      lines: [`${counts}: no other error reached the application, and nothing it read was stale.`],
    };
  }
}
