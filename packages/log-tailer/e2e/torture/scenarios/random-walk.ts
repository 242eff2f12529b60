// Scenario 37: thousands of random operations of a writer, a rotator and an operator, in any order, against a model
// that knows exactly which lines were ever unreadable. The seed replays the choices (not the timing).

import {
  copyFileSync,
  existsSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogWriter } from '../log-writer.ts';
import { shift, switchLink } from '../rotation-moves.ts';
import { BATCH_BYTES, LOSSLESS, type Scenario } from '../scenario.ts';
import type { Tailing } from '../tailing.ts';
import type { Trial } from '../trial.ts';
import { WalkModel } from '../walk-model.ts';

type Operation =
  | 'write'
  | 'begin'
  | 'rotate'
  | 'copytruncate'
  | 'truncate'
  | 'recreate'
  | 'switch'
  | 'wait'
  | 'catch up'
  | 'terminate'
  | 'kill';
type Weights = readonly (readonly [Operation, number])[];

const COMMON: Weights = [
  ['write', 40],
  ['begin', 6],
  ['wait', 25],
  ['catch up', 2],
  ['terminate', 1.5],
  ['kill', 1.5],
  ['truncate', 2],
];
const PLAIN: Weights = [...COMMON, ['rotate', 8], ['copytruncate', 5], ['recreate', 3]];
const LINKED: Weights = [...COMMON, ['switch', 10]];
/** How many rotated files are kept: then the eldest is deleted. */
const KEEP = 12;
/** A program needs a while until it can take a signal, more so on a busy machine. */
const STARTING_MS = 3000;

class Walk {
  readonly #trial: Trial;
  readonly #writer: LogWriter;
  readonly #model: WalkModel;
  #tailing: Tailing | undefined;
  #startedAtMs = 0;
  #kills = 0;
  #links = 0;
  #lineBegun = false;

  constructor(trial: Trial, writer: LogWriter) {
    this.#trial = trial;
    this.#writer = writer;
    this.#model = new WalkModel(writer.account);
  }

  /** Takes the steps; ends early at a catch-up that does not come, so that its cause is among the last operations. */
  async take(steps: number, weights: Weights): Promise<void> {
    await this.#start();
    await this.#trial.delivered(10_000); // what was rotated away before it first looked is none of its business
    for (let step = 0; step < steps; step++) {
      if (this.#tailing === undefined && this.#trial.random.chance(0.4)) await this.#start();
      const operation = this.#trial.random.weighted(weights);
      const { generation, next } = this.#writer.account;
      this.#trial.story.push(`${step} ${operation} at ${generation}.${next}`);
      if (!(await this.#perform(operation))) break;
    }
    if (this.#tailing === undefined) await this.#start();
    this.#finish();
    await this.#trial.settle();
    this.#trial.tolerance = { duplicatedBytes: this.#kills * BATCH_BYTES };
    this.#trial.figure('kills', String(this.#kills));
  }

  /** False when the tailer stands still. */
  async #perform(operation: Operation): Promise<boolean> {
    switch (operation) {
      case 'write':
        this.#writer.write(this.#trial.random.integer(1, 150));
        this.#lineBegun = false;
        break;
      case 'begin':
        if (!this.#lineBegun) this.#writer.begin();
        this.#lineBegun = true;
        break;
      case 'rotate':
        await this.#rotate();
        break;
      case 'copytruncate':
        this.#copyTruncate();
        break;
      case 'truncate':
        return this.#truncate();
      case 'recreate':
        await this.#recreate();
        break;
      case 'switch':
        this.#switch();
        break;
      case 'wait':
        await sleep(this.#trial.random.integer(0, 60));
        break;
      case 'catch up':
        return this.#caughtUp();
      case 'terminate':
        await this.#terminate();
        break;
      case 'kill':
        await this.#kill();
        break;
    }
    return true;
  }

  async #start(): Promise<void> {
    this.#model.started();
    this.#startedAtMs = performance.now();
    this.#trial.story.push('start');
    this.#tailing = await this.#trial.start(this.#writer.path, {
      checkpoint: this.#trial.path('checkpoint'),
    });
  }

  get #startedAgoMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  async #terminate(): Promise<void> {
    const tailing = this.#tailing;
    if (tailing === undefined) return;
    this.#tailing = undefined;
    const wasUp = this.#startedAgoMs > STARTING_MS;
    const { code, signal } = await tailing.stop(30_000);
    if (signal === 'SIGTERM' && !wasUp) return this.#model.killed(); // it had no handler yet, and no file open
    this.#model.drained();
    this.#trial.require(
      code === 0,
      `ended with ${signal ?? `exit code ${code}`} at ${this.#trial.story.at(-1)}`,
    );
  }

  async #kill(): Promise<void> {
    const tailing = this.#tailing;
    if (tailing === undefined) return;
    this.#tailing = undefined;
    this.#kills += 1;
    tailing.kill('SIGKILL');
    await tailing.ended;
    this.#model.killed();
  }

  async #caughtUp(): Promise<boolean> {
    if (this.#tailing === undefined) return true;
    this.#finish();
    return this.#trial.delivered(10_000);
  }

  #finish(): void {
    if (this.#lineBegun) this.#writer.finish();
    this.#lineBegun = false;
  }

  /** Renamed; half the time the writer still writes to the old file, and a while passes before there is a new one. */
  async #rotate(): Promise<void> {
    const { random } = this.#trial;
    this.#dropEldest();
    shift(this.#writer.path);
    renameSync(this.#writer.path, `${this.#writer.path}.1`);
    if (random.chance(0.5)) this.#writer.write(random.integer(0, 20));
    if (random.chance(0.3)) await sleep(random.integer(0, 100));
    this.#finish();
    this.#pass('visible');
    this.#writer.reopen();
  }

  #copyTruncate(): void {
    this.#finish();
    this.#dropEldest();
    shift(this.#writer.path);
    copyFileSync(this.#writer.path, `${this.#writer.path}.1`);
    truncateSync(this.#writer.path);
    this.#pass('visible');
    this.#writer.nextGeneration();
  }

  /** Half the time all has been read before; otherwise what was unread is gone. */
  async #truncate(): Promise<boolean> {
    this.#finish();
    const goesOn = this.#trial.random.chance(0.5) ? await this.#caughtUp() : true;
    this.#model.destroyed(this.#writer.generationRange);
    truncateSync(this.#writer.path);
    this.#writer.nextGeneration();
    return goesOn;
  }

  async #recreate(): Promise<void> {
    this.#finish();
    unlinkSync(this.#writer.path);
    if (this.#trial.random.chance(0.3)) await sleep(this.#trial.random.integer(0, 100));
    this.#pass('hidden');
    this.#writer.reopen();
  }

  #switch(): void {
    this.#finish();
    const target = `${this.#writer.path}-${(this.#links += 1)}.day`;
    writeFileSync(target, '');
    switchLink(this.#writer.path, basename(target));
    this.#pass('hidden');
    this.#writer.reopen();
  }

  #pass(fate: 'visible' | 'hidden'): void {
    this.#model.passed(this.#writer.generationRange, fate);
  }

  #dropEldest(): void {
    const eldest = `${this.#writer.path}.${KEEP}`;
    if (!existsSync(eldest)) return;
    unlinkSync(eldest);
    this.#model.eldestDeleted();
  }
}

async function walk(trial: Trial, weights: Weights): Promise<void> {
  const path = trial.path('app.log');
  if (weights === LINKED) {
    writeFileSync(`${path}-0.day`, '');
    symlinkSync('app.log-0.day', path);
  }
  const writer = trial.writer('a', path);
  writer.write(1);
  await new Walk(trial, writer).take(trial.scaled(1000, 10_000), weights);
}

export const randomWalk: readonly Scenario[] = [
  {
    number: 37,
    name: 'random walk',
    // Not I3: where copytruncate, rename and restarts fall into the same few milliseconds, a generation that was
    // found only afterwards, in its copy, may come out behind the next one. Nothing is lost or garbled by it.
    invariants: ['I1', 'I2', 'I4'],
    needs: ['checkpoint'],
    run: (trial) => walk(trial, PLAIN),
  },
  {
    number: 37,
    name: 'random walk behind a symbolic link',
    invariants: LOSSLESS,
    needs: ['checkpoint'],
    run: (trial) => walk(trial, LINKED),
  },
];
