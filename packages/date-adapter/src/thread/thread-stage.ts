// A transform on a thread of its own, seen from the main thread: for programs that may run without end, that call
// themselves, or that read input in the middle of an action. The main thread stays able to hear SIGTERM and to answer
// probes, whatever they do. One message at a time; what the program prints meanwhile is written as it comes, and it
// waits for that, so that no amount of output fills the memory.
import type { Worker } from 'node:worker_threads';
import type { Outlet, Stage } from '../stage.ts';
import type { Ending, LineCounts, Piece } from '../transform/line-transform.ts';
import { type FromThread, newShared, type Shared, SIGNAL, type ToThread } from './thread-messages.ts';

export type ThreadStageOptions = {
  /** Starts a thread with thread-run.ts, on this memory. */
  readonly start: (shared: Shared) => Pick<Worker, 'on' | 'postMessage' | 'terminate'>;
  readonly counts: LineCounts;
};

export class ThreadStage implements Stage {
  heldSince = Infinity;
  ending: Ending | undefined;
  call: number | undefined;
  #calls = 0;
  readonly #worker: ReturnType<ThreadStageOptions['start']>;
  readonly #shared = newShared();
  readonly #signal = this.#shared.signal;
  readonly #counts: LineCounts;
  #outlet: Outlet | undefined;
  /** What is waited for: the end of begin, push, idle or end. */
  #done: { resolve(): void; reject(error: unknown): void } | undefined;
  #failure: Error | undefined;

  constructor({ start, counts }: ThreadStageOptions) {
    this.#counts = counts;
    this.#worker = start(this.#shared);
    this.#worker.on('message', (message: FromThread) => void this.#receive(message));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread of the program has ended')));
  }

  begin(outlet: Outlet): Promise<void> {
    return this.#wait(outlet);
  }

  push(piece: Piece, outlet: Outlet, round: number): Promise<void> {
    const { source, startsLine, endsLine } = piece;
    this.#shared.input.set(piece.bytes.subarray(piece.start, piece.end));
    this.#send({ kind: 'push', length: piece.end - piece.start, source, startsLine, endsLine, round });
    return this.#wait(outlet);
  }

  idle(outlet: Outlet, upTo: number): Promise<void> {
    this.#send({ kind: 'idle', upTo });
    return this.#wait(outlet);
  }

  async end(outlet: Outlet): Promise<void> {
    if (this.ending === undefined) {
      this.#send({ kind: 'end' });
      const ended = this.#wait(outlet);
      this.call = undefined;
      await ended;
    }
    this.terminate();
  }

  interrupt(): void {
    Atomics.store(this.#signal, SIGNAL.interrupt, 1);
  }

  terminate(): void {
    this.#fail(new Error('the program was stopped'));
    void this.#worker.terminate();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message, []);
    Atomics.add(this.#signal, SIGNAL.messages, 1);
    Atomics.notify(this.#signal, SIGNAL.messages);
  }

  #wait(outlet: Outlet): Promise<void> {
    this.#outlet = outlet;
    this.call = ++this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#done = { resolve, reject };
    if (this.#failure !== undefined) reject(this.#failure);
    return promise;
  }

  async #receive(message: FromThread): Promise<void> {
    const outlet = this.#outlet;
    if (outlet === undefined) return;
    outlet.out.range(this.#shared.output, 0, message.length);
    if (message.kind === 'output') {
      try {
        await outlet.flush();
      } catch (error) {
        this.#fail(error);
      }
      Atomics.add(this.#signal, SIGNAL.written, 1);
      Atomics.notify(this.#signal, SIGNAL.written);
      return;
    }
    this.heldSince = message.heldSince;
    this.ending = message.ending;
    Object.assign(this.#counts, message.counts);
    this.call = undefined;
    this.#done?.resolve();
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#done?.reject(this.#failure);
  }
}
