// One scenario run against one tailer: its directory, its seeded dice, its ledger and oracle, and the means to
// start the tailer and to say what was violated. Everything that a trial starts or makes ends with it.

import { holds } from '@podmate/testkit/eventually';
import type { TemporaryDirectory } from '@podmate/testkit/files';
import { freePort, scrape, type Exit } from '@podmate/testkit/image';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { Ledger } from './ledger.ts';
import { LogWriter } from './log-writer.ts';
import { Oracle, type Sink } from './oracle.ts';
import { NoGround, type Tolerance } from './scenario.ts';
import { startTailing, type Tailing, type TailingOptions } from './tailing.ts';
import type { Ability, Command, Job, Tailer } from './tailers.ts';

/** A tailer may sweep once a second; duplicates and late rotations show within this. */
const CALM_MS = 1300;
/** Output that has not come after this long never will: longer than any poll or discovery interval of the tailers. */
const QUIET_MS = 5000;

export type StartOptions = TailingOptions &
  Omit<Job, 'paths'> & {
    readonly sink?: Sink;
    /** Puts the command on special ground (ground.ts). */
    readonly wrap?: (command: Command) => Command;
  };

export type TrialOptions = { readonly seed: number; readonly long: boolean };

export class Trial {
  readonly tailer: Tailer;
  readonly directory: TemporaryDirectory;
  readonly seed: number;
  readonly long: boolean;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly oracle: Oracle;
  readonly violations: string[] = [];
  /** Figures worth seeing beside the result: name -> value with its unit. */
  readonly figures = new Map<string, string>();
  /** What a scenario of chance did, step by step; shown when it fails. */
  readonly story: string[] = [];
  tolerance: Tolerance = {};
  #poll = false;
  readonly #tailings: Tailing[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  constructor(tailer: Tailer, directory: TemporaryDirectory, options: TrialOptions) {
    this.tailer = tailer;
    this.directory = directory;
    this.seed = options.seed;
    this.long = options.long;
    this.random = new SeededRandom(options.seed);
    this.ledger = new Ledger(options.seed);
    this.oracle = new Oracle(this.ledger);
  }

  can(ability: Ability): boolean {
    return this.tailer.abilities.includes(ability);
  }

  path(name: string): string {
    return this.directory.file(name);
  }

  /** From here on the tailer is started without notices of the kernel. */
  polling(): this {
    this.#poll = true;
    return this;
  }

  /** The first value in a usual run, the second in --long. */
  scaled(usual: number, long: number): number {
    return this.long ? long : usual;
  }

  writer(author: string, path: string, options: { flags?: 'a' | 'w'; paddingMax?: number } = {}): LogWriter {
    const writer = new LogWriter(this.ledger.open(author, options.paddingMax), path, options.flags);
    this.cleanup(() => writer.close());
    return writer;
  }

  async start(paths: string | readonly string[], options: StartOptions = {}): Promise<Tailing> {
    const job: Job = { ...options, paths: [paths].flat(), poll: options.poll ?? this.#poll };
    const command = this.tailer.command(job);
    const sink = options.sink ?? this.oracle.output();
    const wrapped = options.wrap === undefined ? command : options.wrap(command);
    const tailing = await startTailing(wrapped, sink, this.directory.path, options);
    this.#tailings.push(tailing);
    return tailing;
  }

  /** Starts on the writer's file and waits until a first line has come out, so that the story begins with a tailer at work. */
  async follow(writer: LogWriter, options: StartOptions = {}): Promise<Tailing> {
    writer.write(1);
    const tailing = await this.start(writer.path, options);
    await this.delivered(10_000);
    return tailing;
  }

  /** Waits until every owed line has come out; false when that did not happen in time. */
  async delivered(withinMs = 30_000): Promise<boolean> {
    return holds(() => this.ledger.missing === 0 || this.#allGone(), { withinMs });
  }

  /** Waits for the end of the output: all is there and stays calm, or nothing comes any more. */
  async settle(quietMs = QUIET_MS): Promise<void> {
    const fromMs = performance.now();
    await holds(
      () => {
        const silenceMs = performance.now() - Math.max(fromMs, this.oracle.lastByteAtMs);
        return (this.ledger.missing === 0 && silenceMs > CALM_MS) || silenceMs > quietMs || this.#allGone();
      },
      { withinMs: 600_000 },
    );
  }

  require(condition: boolean, message: string): void {
    if (!condition) this.violations.push(message);
  }

  /** A promise that only log-tailer makes. */
  requireOfOurs(condition: boolean, message: string): void {
    if (this.can('ours')) this.require(condition, message);
  }

  figure(name: string, value: string): void {
    this.figures.set(name, value);
  }

  noGround(reason: string): never {
    throw new NoGround(reason);
  }

  cleanup(undo: () => unknown): void {
    this.#cleanups.push(undo);
  }

  /** Ends what is still running; what it drains on the way still counts. */
  async stopAll(): Promise<Exit[]> {
    return Promise.all(this.#tailings.filter((one) => one.exit === undefined).map((one) => one.stop()));
  }

  /** What the tailers said on stderr, for the report of a failure. */
  get stderr(): string {
    return this.#tailings.map((one) => one.stderr).join('');
  }

  async dispose(): Promise<void> {
    for (const tailing of this.#tailings) {
      if (tailing.exit === undefined) tailing.kill('SIGKILL');
      await tailing.exited;
    }
    for (const undo of this.#cleanups.toReversed()) await undo();
    await this.directory.remove();
  }

  #allGone(): boolean {
    return this.#tailings.every((one) => one.exit !== undefined);
  }
}

export type AdminServer = {
  readonly flags: readonly string[];
  readonly metric: (name: string) => Promise<number>;
};

/** The flag that opens the admin server, and a reader of its counters summed over their labels. */
export async function adminServer(): Promise<AdminServer> {
  const address = `127.0.0.1:${await freePort()}`;
  const metric = async (name: string): Promise<number> => {
    let sum = 0;
    for (const [series, value] of await scrape(address)) {
      if (series === name || series.startsWith(`${name}{`)) sum += value;
    }
    return sum;
  };
  return { flags: ['--admin-listen', address], metric };
}
