// When an endpoint is taken out of the turn, and how many attempts may be second ones: pure, time is a parameter.

export type OutlierRule = {
  /** So many failures in a row eject; 0: never. */
  readonly failures: number;
  /** For this long the first time, twice as long the second, up to ten times; forgotten after as long a time without. */
  readonly ejectMs: number;
  /** 0..1: never eject more than this share of the endpoints. */
  readonly mostEjected: number;
};

export type Suspect = { failuresInRow: number; ejections: number; ejectedUntilMs: number };

/** Notes how an attempt went. @returns whether the endpoint was ejected just now */
export function judge(
  suspect: Suspect,
  ok: boolean,
  all: readonly Suspect[],
  rule: OutlierRule,
  nowMs: number,
): boolean {
  if (ok) {
    suspect.failuresInRow = 0;
    if (suspect.ejectedUntilMs + rule.ejectMs * suspect.ejections <= nowMs) suspect.ejections = 0;
    return false;
  }
  suspect.failuresInRow++;
  if (rule.failures === 0 || suspect.failuresInRow < rule.failures || suspect.ejectedUntilMs > nowMs)
    return false;
  const ejected = all.filter((each) => each.ejectedUntilMs > nowMs).length;
  if (ejected + 1 > all.length * rule.mostEjected) return false;
  suspect.ejections = Math.min(suspect.ejections + 1, 10);
  suspect.ejectedUntilMs = nowMs + rule.ejectMs * suspect.ejections;
  suspect.failuresInRow = 0;
  return true;
}

/**
 * A bucket that every request fills a little and every retry empties by one: retries can never be more than a share
 * of the traffic, so that they cannot keep a struggling server down; a small steady inflow lets a quiet client retry.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #perSecond: number;
  readonly #most: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(ratio: number, perSecond: number, nowMs: number) {
    this.#ratio = ratio;
    this.#perSecond = perSecond;
    this.#most = 10 * perSecond + 100 * ratio;
    this.#tokens = this.#most;
    this.#filledAtMs = nowMs;
  }

  /** A first attempt was made. */
  deposit(): void {
    if (this.#tokens < this.#most) this.#tokens += this.#ratio;
  }

  /** Takes one retry out, if there is one. */
  withdraw(nowMs: number): boolean {
    const earned = (this.#perSecond * (nowMs - this.#filledAtMs)) / 1000;
    this.#tokens = Math.min(this.#most, this.#tokens + earned);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
