// Whether an endpoint counts as healthy, from its checks one after the other: pure. Several failures in a row make it
// unhealthy and several successes healthy again, so that one lost packet changes nothing; the first check of all
// decides alone, as nothing else is known then.

export type HealthRule = {
  /** So many successes in a row bring it back. */
  readonly rise: number;
  /** So many failures in a row take it out. */
  readonly fall: number;
};

export class HealthState {
  isHealthy = true;
  readonly #rule: HealthRule;
  #isKnown = false;
  /** Results in a row that speak against what it counts as. */
  #against = 0;

  constructor(rule: HealthRule) {
    this.#rule = rule;
  }

  /** A check has ended. @returns whether it counts as something else now */
  note(ok: boolean): boolean {
    const isFirst = !this.#isKnown;
    this.#isKnown = true;
    if (ok === this.isHealthy) {
      this.#against = 0;
      return false;
    }
    this.#against++;
    if (!isFirst && this.#against < (ok ? this.#rule.rise : this.#rule.fall)) return false;
    this.#against = 0;
    this.isHealthy = ok;
    return true;
  }
}

/** Which statuses are meant: `200`, `2xx`. @returns the text that is neither */
export function parseStatuses(texts: readonly string[]): ReadonlySet<number> | string {
  const statuses = new Set<number>();
  for (const text of texts) {
    if (/^[1-5]\d\d$/.test(text)) statuses.add(Number(text));
    else if (/^[1-5]xx$/.test(text)) {
      const first = Number(text[0]) * 100;
      for (let status = first; status < first + 100; status++) statuses.add(status);
    } else return text;
  }
  return statuses;
}
