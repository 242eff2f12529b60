// How long kubelet waits before it starts a container again: not at all the first time, then 10 s, doubling up to 5 min,
// and from the beginning once a life has lasted 10 minutes.
// Source: Kubernetes' "Pod Lifecycle", container restarts. `packages/base` has a back-off for images; this one is kubelet's.

const FACTOR = 2;
const LONGEST_MS = 300_000;
const FORGET_AFTER_MS = 600_000;

export class RestartBackOff {
  readonly #firstMs: number;
  #nextMs = 0;

  /** `firstMs`: the first wait that is one; Kubernetes' is 10 s. */
  constructor(firstMs = 10_000) {
    this.#firstMs = firstMs;
  }

  /** The wait before the next start, after a life of `livedMs`. */
  next(livedMs: number): number {
    const wait = livedMs >= FORGET_AFTER_MS ? 0 : this.#nextMs;
    this.#nextMs = wait === 0 ? this.#firstMs : Math.min(wait * FACTOR, LONGEST_MS);
    return wait;
  }
}
