// Which of several replicas gets a read? Pure: load and delay are read off the candidates, chance and turn come in.
// Hot: called for every read that finds its client with nothing outstanding.

export const balanceChoices = ['round-robin', 'least-outstanding', 'latency'] as const;
export type Balance = (typeof balanceChoices)[number];

export type Candidate = {
  /** Reachable, in sync and fresh enough. */
  readonly usable: boolean;
  /** Commands sent and not answered. */
  readonly outstanding: number;
  /** Exponential mean of the time to an answer. */
  readonly latencyMs: number;
};

/** The best usable candidate from `turn` on, round about; -1 when there is none. */
export function pick(candidates: readonly Candidate[], balance: Balance, turn: number): number {
  let best = -1;
  let least = Infinity;
  for (let n = 0; n < candidates.length; n++) {
    const index = (turn + n) % candidates.length;
    const candidate = candidates[index]!;
    if (!candidate.usable) continue;
    if (balance === 'round-robin') return index;
    const cost =
      balance === 'latency' ? candidate.latencyMs * (1 + candidate.outstanding) : candidate.outstanding;
    if (cost >= least) continue;
    least = cost;
    best = index;
  }
  return best;
}
