// Ordered writes to stdout: complete, one at a time, and never blocking the event loop: what is small is offered to
// the pipe at once, without waiting, and what it does not take goes through the thread pool. Never through process.stdout, which makes the pipe non-blocking for everyone who shares it and
// costs most of the throughput (0.9 -> 0.06 GB/s).
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemError } from './system-error.ts';

const writev = promisify(fs.writev);

/** Nobody reads any more; whatever is not acknowledged will be delivered by the next life. */
export class StdoutClosed extends Error {}

/** A pipe somebody made non-blocking is tried again after this long, then twice as long, up to the maximum. */
const RETRY_MS = { first: 1, most: 32 };
/** A full disk is tried again as seldom as this. */
const FULL_MS = 1000;

/** A pipe holds 64 KiB: more than this is not offered but handed to the pool at once, which may wait. */
const OFFER_BYTES = 32 * 1024;

export class StdoutSink {
  /** Seconds spent inside writes that had to wait. */
  blockedSeconds = 0;
  readonly #fd: number;
  /** The same pipe, non-blocking; undefined where stdout is none or may not be opened again. */
  readonly #eager: number | undefined;
  readonly #onFull: (error: unknown) => void;
  #writingSinceMs: number | undefined;

  /** @param onFull told when stdout is a file on a full disk; the bytes are kept and tried again */
  constructor(fd: number, onFull: (error: unknown) => void) {
    const own = ownDescriptions(fd);
    this.#fd = own?.blocking ?? fd;
    this.#eager = own?.eager;
    this.#onFull = onFull;
  }

  /** How long (s) the write under way has been waiting; counted into blockedSeconds when it ends. */
  get waitingSeconds(): number {
    return this.#writingSinceMs === undefined ? 0 : (performance.now() - this.#writingSinceMs) / 1000;
  }

  /** Resolves when every byte is written. @throws StdoutClosed, or the errno error that made it impossible */
  async write(pieces: Buffer[]): Promise<void> {
    this.#writingSinceMs = performance.now();
    let retryMs = RETRY_MS.first;
    for (let rest = this.#offer(pieces); rest.length > 0;) {
      try {
        const { bytesWritten } = await writev(this.#fd, rest);
        rest = after(rest, bytesWritten);
        retryMs = RETRY_MS.first;
      } catch (error) {
        await this.#wait(error, retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      }
    }
    this.blockedSeconds += this.waitingSeconds;
    this.#writingSinceMs = undefined;
  }

  /** Saves the hand-over to a thread, a fifth of the CPU of a steady log; returns what the pipe had no room for. */
  #offer(pieces: Buffer[]): Buffer[] {
    if (this.#eager === undefined || totalBytes(pieces) > OFFER_BYTES) return pieces;
    try {
      return after(pieces, fs.writevSync(this.#eager, pieces));
    } catch {
      // EAGAIN, or something the blocking write will meet again and report.
      return pieces;
    }
  }

  async #wait(error: unknown, retryMs: number): Promise<void> {
    const { code } = systemError(error);
    if (code === 'EAGAIN') await sleep(retryMs);
    else if (code === 'ENOSPC' || code === 'EDQUOT') {
      this.#onFull(error);
      await sleep(FULL_MS);
    } else if (code === 'EPIPE') throw new StdoutClosed('stdout was closed by its reader', { cause: error });
    else throw error;
  }
}

/**
 * For a pipe, open file descriptions of our own, a blocking and a non-blocking one: what another process does to the
 * shared one does not reach them, nor they it. Undefined where the pipe may not be opened again (another user's).
 */
function ownDescriptions(fd: number): { blocking: number; eager: number } | undefined {
  const { O_RDONLY, O_NONBLOCK, O_WRONLY } = fs.constants;
  try {
    if (!fs.fstatSync(fd).isFIFO()) return undefined;
    const self = `/proc/self/fd/${fd}`;
    // Opening a named FIFO that its reader has left would wait for another: for a moment we are that.
    const reader = fs.openSync(self, O_RDONLY | O_NONBLOCK);
    try {
      return { blocking: fs.openSync(self, O_WRONLY), eager: fs.openSync(self, O_WRONLY | O_NONBLOCK) };
    } finally {
      fs.closeSync(reader);
    }
  } catch {
    return undefined;
  }
}

function totalBytes(pieces: Buffer[]): number {
  return pieces.reduce((bytes, piece) => bytes + piece.length, 0);
}

/** What is left of the pieces behind the first `bytes`. */
function after(pieces: Buffer[], bytes: number): Buffer[] {
  let skip = bytes;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!;
    if (skip < piece.length) return [piece.subarray(skip), ...pieces.slice(at + 1)];
    skip -= piece.length;
  }
  return [];
}
