// Which of several servers gets a read? Pure: load, delay and state are read off the candidates, the turn comes in.
// Hot: called for every read that finds its client with nothing outstanding.

export const balanceChoices = ['round-robin', 'least-outstanding', 'latency'] as const;
export type Balance = (typeof balanceChoices)[number];

export type Candidate = {
  /** Reachable, in sync and fresh enough. */
  readonly usable: boolean;
  /** In our own zone: as long as one such is fit, the others get nothing. */
  readonly near: boolean;
  /** The newest epoch of writes it has applied. */
  readonly clean: number;
  /** Commands sent and not answered. */
  readonly outstanding: number;
  /** How long an answer will take, by the mean of the last ones; what is not asked fades, and is asked again. */
  readonly latencyMs: number;
};

/**
 * The best fit candidate from `turn` on, round about; -1 when there is none. Fit is who is usable and has applied epoch
 * `needed`. `latency` is delay times load, so that the nearest gets the most, and less the busier it is.
 */
export function pick(
  candidates: readonly Candidate[],
  balance: Balance,
  turn: number,
  needed: number,
): number {
  let best = -1;
  let least = Infinity;
  let near = false;
  for (let n = 0; n < candidates.length; n++) {
    const index = (turn + n) % candidates.length;
    const candidate = candidates[index]!;
    if (!candidate.usable || candidate.clean < needed || (near && !candidate.near)) continue;
    const cost = costOf(candidate, balance);
    if (near === candidate.near && cost >= least) continue;
    near = candidate.near;
    least = cost;
    best = index;
  }
  return best;
}

function costOf({ latencyMs, outstanding }: Candidate, balance: Balance): number {
  if (balance === 'round-robin') return 0;
  return balance === 'latency' ? latencyMs * (1 + outstanding) : outstanding;
}
