// The part that lives and dies: input and delivery, started together, drained at the end. For adapter-start.ts.
import { stop, type Part } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import { StdoutClosed } from '@podmate/log-tailer/stdout-sink';
import type { Delivery } from './delivery.ts';
import { ProgramError } from './awk/interpreter/interpreter.ts';
import type { LineInput } from './input/line-input.ts';
import type { Ending } from './transform/line-transform.ts';

export type AdapterOptions = {
  readonly input: LineInput;
  readonly delivery: Delivery;
  readonly log: Log;
  readonly drainTimeoutMs: number;
};

/** A program that is at the same lines for so long when it is to end will not come to an end by itself. */
const PATIENCE_MS = 2000;

export class Adapter implements Part {
  readonly name = 'adapter';
  readonly #options: AdapterOptions;
  #delivered: Promise<void> = Promise.resolve();

  constructor(options: AdapterOptions) {
    this.#options = options;
  }

  start(): void {
    const { input, delivery } = this.#options;
    input.start();
    this.#delivered = delivery.run().then(
      (ending) => this.#ended(ending),
      (error: unknown) => this.#failed(error),
    );
  }

  async drain(signal: AbortSignal): Promise<void> {
    const { input, delivery, log, drainTimeoutMs } = this.#options;
    input.drain();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    const impatience = setInterval(this.#interruptor(), Math.min(PATIENCE_MS, drainTimeoutMs / 4));
    await Promise.race([this.#delivered, late]);
    clearInterval(impatience);
    if (signal.aborted) log.warn('ended before everything was delivered');
    delivery.terminate();
    input.close();
  }

  /** Leaves the loops of a program that has not moved since the last look. */
  #interruptor(): () => void {
    const { delivery, log } = this.#options;
    let seen = delivery.stage.call;
    return () => {
      const { stage } = delivery;
      if (stage.call !== undefined && stage.call === seen) {
        log.warn('the program does not come to an end: its loops are left');
        stage.interrupt();
      }
      seen = stage.call;
    };
  }

  #ended({ reason, code }: Ending = { reason: 'all delivered', code: 0 }): void {
    const { input, log } = this.#options;
    if (code !== 0) log.warn('ended by its program or settings', { reason, code });
    stop(reason, code || (input.isIncomplete() ? 1 : 0));
  }

  #failed(error: unknown): void {
    const { log } = this.#options;
    if (error instanceof StdoutClosed) log.error('stdout is closed', { error });
    else if (error instanceof ProgramError) log.error('the program cannot go on', { error: error.message });
    else log.error('cannot go on', { error });
    stop('failed', 1);
  }
}
