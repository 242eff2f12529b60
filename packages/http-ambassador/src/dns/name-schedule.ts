// When one name is looked up again, and which of its addresses are in use meanwhile. Pure: time and dice are parameters.
// Its TTL decides, within bounds and a little later at random, so that a thousand sidecars do not ask in step. A name
// server that fails changes nothing, however long it does. That there is no such name is believed only when it has
// been said for a while: one wrong answer must not take a service away, but old addresses may be somebody else's now.
import { type Backoff, backoff } from '@podmate/base/backoff';
import type { Answer, Found } from './answer.ts';

export type RefreshBounds = {
  readonly minMs: number;
  readonly maxMs: number;
  /** A name said not to exist keeps its addresses for so long. */
  readonly holdGoneMs: number;
};

/** Added to each wait: up to this share of it. */
const JITTER = 0.1;
/** The longest wait after failures; one small question for each name. */
const MOST_FAILED_WAIT_MS = 5000;

export class NameSchedule {
  addresses: readonly Found[] = [];
  readonly #bounds: RefreshBounds;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  #askedAtMs = -Infinity;
  #nextAtMs = -Infinity;
  #goneSinceMs: number | undefined;

  constructor(bounds: RefreshBounds, random: () => number) {
    this.#bounds = bounds;
    this.#random = random;
    const maxMs = Math.max(bounds.minMs, Math.min(bounds.maxMs, MOST_FAILED_WAIT_MS));
    this.#backoff = backoff({ initialMs: bounds.minMs, maxMs, random });
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#nextAtMs;
  }

  answered({ found, ttlMs }: Answer, nowMs: number): void {
    const { minMs, maxMs } = this.#bounds;
    this.addresses = found;
    this.#goneSinceMs = undefined;
    this.#backoff.reset();
    const waitMs = Math.min(Math.max(ttlMs, minMs), maxMs);
    this.#wait(waitMs * (1 + JITTER * this.#random()), nowMs);
  }

  /** No answer, or one that says nothing about the name. */
  failed(nowMs: number): void {
    this.#wait(this.#backoff.next(), nowMs);
  }

  /** The name is said not to exist. */
  gone(nowMs: number): void {
    this.#goneSinceMs ??= nowMs;
    const left = this.#goneSinceMs + this.#bounds.holdGoneMs - nowMs;
    if (left <= 0) this.addresses = [];
    const waitMs = this.#backoff.next();
    this.#wait(left > 0 ? Math.min(waitMs, left) : waitMs, nowMs);
  }

  /** What the name led to does not work: it is looked up again soon, but never more often than the least wait. */
  hurry(): void {
    this.#nextAtMs = Math.min(this.#nextAtMs, this.#askedAtMs + this.#bounds.minMs);
  }

  #wait(ms: number, nowMs: number): void {
    this.#askedAtMs = nowMs;
    this.#nextAtMs = nowMs + ms;
  }
}
