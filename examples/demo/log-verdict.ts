// The verdict on log-tailer, in the same words for the terminal demo and the demo in containers: the balance of the books
// against what its README promises. Exactly once and unchanged; after a `kill -9` at most one batch comes again, which may
// begin on the line that the kill has cut: one garbled line is forgiven for each kill, whatever became of it.

import { join } from 'node:path';
import type { Verdict } from './half.ts';
import type { Balance, Ledger } from './ledger.ts';
import { copiesOf } from './logrotate.ts';

/** "After `kill -9` the last batch may come again: at most one, less than 1 MiB" (packages/log-tailer, Contract). */
const BATCH_BYTES = 1024 * 1024;

/** Closes the books over the logs in `directory`. `kills`: how often the sidecar was ended by `kill -9`. */
export async function logVerdict(ledger: Ledger, directory: string, kills = 0): Promise<Verdict> {
  for (const copy of await copiesOf(directory, 'billing.log')) ledger.keep(copy);
  ledger.keep(join(directory, 'billing.log'));
  const balance = ledger.balance(true);
  const ok = keptPromise(balance, kills);
  return { ok, lines: [balanceInWords(balance), ok ? praise(balance, kills) : 'Not as promised.'] };
}

/** `... lines written, ... delivered` and so on, on one line. */
export function balanceInWords({
  written,
  delivered,
  missing,
  duplicated,
  garbled,
  destroyed,
}: Balance): string {
  const broken = garbled > 0 ? `, ${garbled} garbled` : '';
  const counts = `${written} lines written, ${delivered} delivered, ${missing} missing, ${duplicated} duplicated`;
  return `${counts}${broken}, ${destroyed} destroyed by copytruncate`;
}

function keptPromise({ written, missing, duplicatedBytes, garbled }: Balance, kills: number): boolean {
  const again = kills === 0 ? duplicatedBytes === 0 : duplicatedBytes < kills * BATCH_BYTES;
  return written > 0 && missing === 0 && garbled <= kills && again;
}

function praise({ duplicatedBytes }: Balance, kills: number): string {
  const all = 'Nothing is missing: every line that anyone could have read came out';
  if (kills === 0) return `${all}, once and unchanged.`;
  const times = kills === 1 ? 'once' : `${kills} times`;
  const again = duplicatedBytes === 0 ? 'no line twice' : `${duplicatedBytes} bytes of them twice`;
  return `${all}; killed ${times}, the sidecar printed ${again}, and a batch for each kill is within its contract.`;
}
