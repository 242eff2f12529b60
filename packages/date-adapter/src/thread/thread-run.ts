// A transform on a thread of its own, seen from inside: takes one message after the other, waiting for each without an
// event loop. A program that reads input in the middle of an action waits right there. For main.ts, when it is started
// as such a thread.
import { createLog } from '@podmate/base/log';
import { ByteOutput } from '../byte-output.ts';
import type { SettingsValues } from '../settings.ts';
import { compileTransform } from '../transform/compile-transform.ts';
import { LineCounts, type LineTransform } from '../transform/line-transform.ts';
import type { Surroundings, ThreadHooks } from '../transform/surroundings.ts';
import { type FromThread, type Shared, SIGNAL, type ToThread } from './thread-messages.ts';

export type ThreadData = {
  readonly kind: 'transform';
  readonly values: SettingsValues;
  readonly shared: Shared;
  readonly logging: {
    readonly level: SettingsValues['logLevel'];
    readonly format: SettingsValues['logFormat'];
  };
};

/** The way to the main thread. */
export type Port = {
  post(message: FromThread): void;
  /** The message that has arrived, if one has. */
  receive(): ToThread | undefined;
};

export function runThread(
  port: Port,
  { values, shared, logging }: ThreadData,
  surroundings: Surroundings,
): void {
  const thread = new TransformThread(port, shared);
  const counts = new LineCounts();
  const log = createLog(logging);
  const blueprint = compileTransform(values, { ...surroundings, thread });
  thread.run(blueprint.make(counts, log), counts);
}

class TransformThread implements ThreadHooks {
  readonly interrupt: Int32Array;
  readonly #port: Port;
  readonly #shared: Shared;
  readonly #signal: Int32Array;
  /** Of our own: not everything can read shared memory. */
  readonly #input: Uint8Array;
  readonly #out = new ByteOutput();
  #transform: LineTransform | undefined;
  #counts = new LineCounts();
  #heard = 0;
  #sent = 0;

  constructor(port: Port, shared: Shared) {
    this.#port = port;
    this.#shared = shared;
    this.#signal = shared.signal;
    this.#input = new Uint8Array(shared.input.length);
    this.interrupt = shared.signal.subarray(SIGNAL.interrupt, SIGNAL.interrupt + 1);
  }

  run(transform: LineTransform, counts: LineCounts): void {
    this.#transform = transform;
    this.#counts = counts;
    transform.begin(this.#out);
    for (;;) {
      if (transform.ending !== undefined) return this.#report();
      const message = this.next();
      if (message.kind === 'push') transform.push(message.piece, this.#out, message.round);
      else if (message.kind === 'idle') transform.idle(this.#out, message.upTo);
      else {
        transform.end(this.#out);
        this.#report();
        return;
      }
    }
  }

  next(): ReturnType<ThreadHooks['next']> {
    this.#report();
    const message = this.#receive();
    if (message.kind !== 'push') return message;
    const { length, source, startsLine, endsLine, round } = message;
    const bytes = this.#input;
    bytes.set(this.#shared.input.subarray(0, length));
    return { kind: 'push', piece: { bytes, start: 0, end: length, source, startsLine, endsLine }, round };
  }

  full({ length }: ByteOutput): boolean {
    return length >= this.#shared.output.length;
  }

  /** Waits until everything is written. */
  flush(): void {
    for (let from = 0; from < this.#out.length; from += this.#shared.output.length) {
      this.#port.post({ kind: 'output', length: this.#copy(from) });
      this.#sent++;
      for (;;) {
        const written = Atomics.load(this.#signal, SIGNAL.written);
        if (written >= this.#sent) break;
        Atomics.wait(this.#signal, SIGNAL.written, written);
      }
    }
    this.#out.clear();
  }

  #report(): void {
    if (this.#out.length > this.#shared.output.length) this.flush();
    const length = this.#copy(0);
    this.#out.clear();
    const { heldSince = Infinity, ending } = this.#transform ?? {};
    this.#port.post({ kind: 'done', length, heldSince, ending, counts: this.#counts });
  }

  /** As much of the output as fits. @returns how many bytes */
  #copy(from: number): number {
    const { output } = this.#shared;
    const length = Math.min(output.length, this.#out.length - from);
    output.set(this.#out.bytes.subarray(from, from + length));
    return length;
  }

  #receive(): ToThread {
    for (;;) {
      const heard = Atomics.load(this.#signal, SIGNAL.messages);
      if (heard > this.#heard) {
        const found = this.#port.receive();
        if (found !== undefined) {
          this.#heard++;
          return found;
        }
      }
      // Counted but not arrived: look again soon.
      if (heard > this.#heard) Atomics.wait(this.#signal, SIGNAL.messages, heard, 1);
      else Atomics.wait(this.#signal, SIGNAL.messages, heard);
    }
  }
}
