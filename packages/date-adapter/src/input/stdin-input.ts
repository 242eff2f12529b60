// Standard input as lines: read by the thread pool into one buffer, handed over up to the last newline; the rest waits
// for its own. A line longer than the buffer goes in pieces. At the end what is there goes, newline or not.
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LineInput, Round } from './line-input.ts';

const readInto = promisify(fs.read);

/** Several times what a pipe holds; more gains nothing. */
const BUFFER_BYTES = 256 * 1024;
const LF = 0x0a;
/** Someone else made the pipe non-blocking. */
const RETRY_MS = 5;
/** When asked to end: a writer that has more to say has said it by then. */
const DRAIN_QUIET_MS = 100;

export class StdinInput implements LineInput {
  readonly follows = [];
  readBytes = 0;
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  /** Bytes of a line without its newline, from the beginning of the buffer. */
  #kept = 0;
  #insideLine = false;
  #hasEnded = false;
  /** A read under way: where it puts bytes must stay. */
  #reading: Promise<number> | undefined;
  /** Handed over last, and no more needed when the next read begins. */
  #handed = 0;
  readonly #drains = Promise.withResolvers<'drain'>();
  readonly #stops = Promise.withResolvers<'stop'>();

  constructor(fd: number) {
    this.#fd = fd;
  }

  start(): void {}

  async read(): Promise<Round | undefined> {
    while (!this.#hasEnded) {
      this.#forgetHanded();
      const got = await this.#more();
      const end = this.#kept + got;
      this.readBytes += got;
      if (got === 0) this.#hasEnded = true;
      const cut = this.#hasEnded ? end : this.#lastEnd(this.#kept, end);
      this.#kept = end;
      if (cut > 0) return this.#hand(cut);
    }
    return undefined;
  }

  drain(): void {
    this.#drains.resolve('drain');
  }

  stop(): void {
    this.#stops.resolve('stop');
  }

  close(): void {}

  ready(): string[] {
    return [];
  }

  warnings(): string[] {
    return [];
  }

  isIncomplete(): boolean {
    return false;
  }

  /** Up to where there are whole lines; all of it when the buffer is full of one. */
  #lastEnd(from: number, end: number): number {
    const at = end > from ? this.#buffer.lastIndexOf(LF, end - 1) : -1;
    if (at >= from) return at + 1;
    return end === BUFFER_BYTES ? end : 0;
  }

  #hand(cut: number): Round {
    const startsLine = !this.#insideLine;
    const endsLine = this.#hasEnded || this.#buffer[cut - 1] === LF;
    this.#insideLine = !endsLine;
    this.#handed = cut;
    const piece = { bytes: this.#buffer, start: 0, end: cut, source: '-', startsLine, endsLine };
    return { pieces: this.#insideLine || startsLine ? [piece] : this.#split(piece), acknowledge: () => {} };
  }

  /** The end of a long line, and whole lines behind it. */
  #split(piece: Round['pieces'][number]): Round['pieces'] {
    const at = this.#buffer.indexOf(LF);
    if (at === -1 || at + 1 >= piece.end) return [piece];
    return [
      { ...piece, end: at + 1 },
      { ...piece, start: at + 1, startsLine: true },
    ];
  }

  #forgetHanded(): void {
    if (this.#handed === 0) return;
    this.#buffer.copyWithin(0, this.#handed, this.#kept);
    this.#kept -= this.#handed;
    this.#handed = 0;
  }

  /** @returns 0 at the end, which may be ours */
  async #more(): Promise<number> {
    this.#reading ??= this.#readOnce();
    let first = await Promise.race([this.#reading, this.#stops.promise, this.#drains.promise]);
    if (first === 'drain')
      first = await Promise.race([
        this.#reading,
        this.#stops.promise,
        sleep(DRAIN_QUIET_MS, 0, { ref: false }),
      ]);
    if (typeof first === 'string') return 0;
    this.#reading = undefined;
    return first;
  }

  async #readOnce(): Promise<number> {
    for (;;) {
      try {
        const at = this.#kept;
        const { bytesRead } = await readInto(this.#fd, this.#buffer, at, BUFFER_BYTES - at, null);
        return bytesRead;
      } catch (error) {
        if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
        await sleep(RETRY_MS);
      }
    }
  }
}
