// When a failed attempt is worth another one, and how long to wait before it. Pure, dice are a parameter. Whether it is
// safe is the exchange's business.

export type RetryOn = {
  /** No connection in time; nothing was sent, so any request may be tried again. */
  readonly connectFailure: boolean;
  /** The connection ended before an answer began. */
  readonly reset: boolean;
  /** No answer began in time. */
  readonly timeout: boolean;
  readonly statuses: ReadonlySet<number>;
};

const GATEWAY_ERRORS = [502, 503, 504];

/** @param words `connect-failure`, `reset`, `timeout`, `gateway-error` (502, 503, 504) or a status. @returns the word that is none of these */
export function parseRetryOn(words: readonly string[]): RetryOn | string {
  const statuses = new Set<number>();
  for (const word of words) {
    if (word === 'gateway-error') for (const status of GATEWAY_ERRORS) statuses.add(status);
    else if (/^[45]\d\d$/.test(word)) statuses.add(Number(word));
    else if (!/^(connect-failure|reset|timeout)$/.test(word)) return word;
  }
  return {
    connectFailure: words.includes('connect-failure'),
    reset: words.includes('reset'),
    timeout: words.includes('timeout'),
    statuses,
  };
}

const BACKOFF_MS = 25;
const LONGEST_BACKOFF_MS = 1000;

/**
 * The first retry comes at once, as it goes to another endpoint; from the second on, twice as long each time, the
 * upper half of it at random, so that those who failed together do not come back together.
 * @param attempts made so far
 */
export function backoffMs(attempts: number, random: () => number): number {
  if (attempts <= 1) return 0;
  const most = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** attempts);
  return most * (0.5 + random() / 2);
}

/** Who asks for a longer pause than this gets none: the client is told instead. */
const LONGEST_RETRY_AFTER_MS = 5000;

/** @param text of Retry-After in seconds; dates need two clocks that agree. @returns undefined: too long or unknown */
export function retryAfterMs(text: string): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const ms = Number(text) * 1000;
  return ms <= LONGEST_RETRY_AFTER_MS ? ms : undefined;
}
