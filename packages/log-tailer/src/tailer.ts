// The part that lives and dies: follow and delivery, started together, drained at the end. For main.
import { explain } from '@podmate/base/errors';
import { stop, type Part } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import type { Delivery } from './delivery.ts';
import type { Follow } from './follow.ts';
import { StdoutClosed } from './stdout-sink.ts';

export type TailerOptions = {
  readonly follow: Follow;
  readonly delivery: Delivery;
  readonly log: Log;
  readonly lingerMs: number;
  /** Deliver what is there and end. */
  readonly once: boolean;
};

export class Tailer implements Part {
  readonly name = 'tailer';
  readonly #options: TailerOptions;
  #delivered: Promise<void> = Promise.resolve();

  constructor(options: TailerOptions) {
    this.#options = options;
  }

  start(): void {
    const { follow, delivery, once } = this.#options;
    follow.start();
    if (once) follow.finish();
    this.#delivered = delivery.run().then(
      () => stop('all delivered', once && this.#isIncomplete() ? 1 : 0),
      (error: unknown) => this.#failed(error),
    );
  }

  /** Not ready when files are there and none of them can be read; waiting for files to come is no fault. */
  ready(): string[] {
    const unreadable = this.#unreadable();
    const anyReadable = [...this.#options.follow.paths].some((followed) => followed.current !== undefined);
    return anyReadable ? [] : unreadable;
  }

  /** Files that cannot be read, and why, while others can. */
  warnings(): string[] {
    return this.#unreadable();
  }

  async drain(signal: AbortSignal): Promise<void> {
    const { follow, lingerMs } = this.#options;
    follow.drain(lingerMs);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    await Promise.race([this.#delivered, late]);
    if (signal.aborted) this.#reportUndelivered();
    follow.close();
  }

  #unreadable(): string[] {
    const problems: string[] = [];
    for (const { path, problem } of this.#options.follow.paths) {
      if (problem !== undefined) problems.push(`cannot read ${path}: ${explain(problem.cause ?? problem)}`);
    }
    return problems;
  }

  /** Files that were named and are not there, or cannot be read: what `cat` and `tail` end with 1 for. */
  #isIncomplete(): boolean {
    const { follow, log } = this.#options;
    const missing = [...follow.paths].filter(
      ({ everPresent, generations, problem }) =>
        !everPresent && generations.length === 0 && problem === undefined,
    );
    for (const { path } of missing) log.error('no such file', { path });
    return missing.length > 0 || this.#unreadable().length > 0;
  }

  #reportUndelivered(): void {
    const { follow, log } = this.#options;
    follow.stop();
    const { bytes } = follow.lag();
    const next = follow.isResumable
      ? 'the checkpoint knows where to go on'
      : 'there is no checkpoint to go on from';
    log.warn(`ended before everything was delivered; ${next}`, { undeliveredBytes: bytes });
  }

  #failed(error: unknown): void {
    this.#options.log.error(error instanceof StdoutClosed ? 'stdout is closed' : 'cannot write to stdout', {
      error,
    });
    stop('stdout failed', 1);
  }
}
