// How long to wait before trying again: doubling, capped, and spread by jitter so that a thousand sidecars which
// lost the same peer do not all come back in the same instant.

export type Backoff = {
  /** Milliseconds to wait before the next attempt; each call doubles the one before it, up to the cap. */
  next(): number;
  /** After a success: begin again at the initial delay. */
  reset(): void;
};

export type BackoffOptions = {
  initialMs: number;
  maxMs: number;
  /** 0..1: the share of each delay that is random; 0.5 waits between half of it and all of it. */
  jitter?: number;
  /** 0 <= random() < 1. */
  random?: () => number;
};

export function backoff({ initialMs, maxMs, jitter = 0.5, random = Math.random }: BackoffOptions): Backoff {
  let delayMs = Math.min(initialMs, maxMs);
  return {
    next() {
      const waitMs = delayMs * (1 - jitter * random());
      delayMs = Math.min(delayMs * 2, maxMs);
      return waitMs;
    },
    reset() {
      delayMs = Math.min(initialMs, maxMs);
    },
  };
}
