// Which endpoint the next attempt goes to: pure. Those that were ejected for their failures are passed over, unless
// all were: a doubtful endpoint is better than none.

export type Balance = 'round-robin' | 'least-request';

export type Candidate = {
  /** Requests under way. */
  readonly active: number;
  /** Ejected until then (ms); 0: never was. */
  readonly ejectedUntilMs: number;
};

/**
 * @param turn counts the picks, for round robin
 * @param random 0 <= random() < 1, for the power of two choices: of two at random the one with fewer requests, which
 *   keeps loads even without looking at all of them
 * @param avoid the endpoint that failed just now; taken only when there is no other
 */
export function pickEndpoint<E extends Candidate>(
  endpoints: readonly E[],
  balance: Balance,
  nowMs: number,
  turn: number,
  random: () => number,
  avoid?: E,
): E | undefined {
  if (endpoints.length <= 1) return endpoints[0];
  const sound = endpoints.filter((endpoint) => endpoint.ejectedUntilMs <= nowMs && endpoint !== avoid);
  const fitting = sound.length > 0 ? sound : endpoints;
  if (balance === 'round-robin' || fitting.length === 1) return fitting[turn % fitting.length];
  const first = Math.floor(random() * fitting.length);
  const second = (first + 1 + Math.floor(random() * (fitting.length - 1))) % fitting.length;
  const [one, other] = [fitting[first], fitting[second]];
  return other !== undefined && one !== undefined && other.active < one.active ? other : one;
}
