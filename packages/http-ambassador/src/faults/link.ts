// One direction of a connection with faults: reads ahead (bounded), keeps bytes back, cuts and paces them as the toxics
// of the moment say, and passes them on in order. Toxics may change while it runs: what is in its hands ends as it
// began, the next piece meets the new ones.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { heldBy, mostBytes, slowCloseMs, stepsOf, type Toxic } from './toxic.ts';

/** Read ahead so much; latency would otherwise be a limit of bandwidth. */
const MOST_HELD_BYTES = 1024 * 1024;
/** setTimeout() takes no more; a wait without end is a series of these. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

type Piece = { readonly bytes: Buffer; readonly atMs: number };

export class Link {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #toxics: () => readonly Toxic[];
  readonly #cut: (by: 'close' | 'reset') => void;
  readonly #closing = new AbortController();
  readonly #pieces: Piece[] = [];
  #heldBytes = 0;
  #passed = 0;
  #hasEnded = false;
  #wake: () => void = () => {};
  #heldSinceMs: number | undefined;

  /**
   * @param toxics those of this direction and connection, at this moment
   * @param cut ends the connection, both ways
   */
  constructor(
    from: Socket,
    to: Socket,
    toxics: () => readonly Toxic[],
    cut: (by: 'close' | 'reset') => void,
  ) {
    this.#from = from;
    this.#to = to;
    this.#toxics = toxics;
    this.#cut = cut;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    void this.#run();
  }

  /** The toxics are others now. */
  onChange(): void {
    this.#wake();
  }

  close(): void {
    this.#closing.abort();
    this.#wake();
  }

  #take(bytes: Buffer): void {
    this.#pieces.push({ bytes, atMs: performance.now() });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MOST_HELD_BYTES) this.#from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#isHeld() || (this.#pieces.length === 0 && !this.#hasEnded)) await this.#news();
      else {
        const piece = this.#pieces.shift();
        if (piece === undefined) return this.#end();
        await this.#pass(piece);
      }
    }
  }

  /** Until something happens: bytes, an end, other toxics, the time of one that holds everything back. */
  async #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const held = heldBy(this.#toxics());
    const leftMs = (this.#heldSinceMs ?? 0) + (held?.ms ?? Infinity) - performance.now();
    const timer = held && setTimeout(resolve, Math.min(Math.max(0, leftMs), LONGEST_WAIT_MS));
    await promise;
    clearTimeout(timer);
  }

  #isHeld(): boolean {
    const held = heldBy(this.#toxics());
    if (held === undefined) {
      this.#heldSinceMs = undefined;
      return false;
    }
    this.#heldSinceMs ??= performance.now();
    if (held.ms !== undefined && performance.now() - this.#heldSinceMs >= held.ms) this.#cut(held.by);
    return true;
  }

  async #pass({ bytes, atMs }: Piece): Promise<void> {
    const toxics = this.#toxics();
    let at = 0;
    for (const step of stepsOf(toxics, bytes.length, performance.now() - atMs, Math.random)) {
      if (step.waitMs > 0) await this.#sleep(step.waitMs);
      if (this.#closing.signal.aborted) return;
      const left = Math.max(0, mostBytes(toxics) - this.#passed);
      const to = at + Math.min(step.bytes, left);
      await this.#write(bytes.subarray(at, to));
      if (step.bytes >= left) return this.#cut('close');
      at = to;
    }
    this.#heldBytes -= bytes.length;
    if (this.#heldBytes <= MOST_HELD_BYTES) this.#from.resume();
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#passed += bytes.length;
    if (bytes.length === 0 || this.#to.write(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#to.once('drain', resolve);
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#to.off('drain', resolve);
  }

  async #end(): Promise<void> {
    await this.#sleep(slowCloseMs(this.#toxics()));
    this.#to.end();
  }

  /** Ends early when the connection does. */
  async #sleep(ms: number): Promise<void> {
    await sleep(Math.min(ms, LONGEST_WAIT_MS), undefined, { signal: this.#closing.signal }).catch(() => {});
  }
}
