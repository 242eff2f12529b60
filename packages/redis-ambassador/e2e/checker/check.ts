// The checker: is this a history that clients of the ambassador may have seen? Pure. Held against every history:
//   alien     a reply that cannot be one to its command: replies out of order, or another's
//   phantom   a read of what was never written, surely not executed, or written later
//   repeated  a token twice in a list or popped twice; a count given twice, or higher than was counted
//   disorder  tokens in another order than they were pushed one after the other
// and, as the consistency promises it, `key` for all clients of the ambassador, `session` for each by itself:
//   stale     a read without a write that was acknowledged before the read was sent, or sent before it by its own client
//   backwards a read of an older value than one that was answered before it was sent (`key` only)
// A lossy switch of the primary excuses: writes sent before the ambassador took note of it bind no read that ended after it
// began. So a key may fall back at the switch, once: among the reads after it `backwards` holds again.
// A write in doubt takes effect at any time after it was sent, or never: it is never too old, and binds nobody.
import { CounterCheck } from './check-counter.ts';
import { ListCheck } from './check-list.ts';
import type { History, Operation } from './history.ts';
import { KeyHistory, type Scope, type Violation } from './key-history.ts';
import { before, Past } from './order.ts';

/** Everything that is wrong with a history, in no particular order. */
export function check({ operations, switches }: History, scope: Scope): Violation[] {
  const found: Violation[] = [];
  const report = (rule: Violation['rule'], operation: Operation, text: string): void =>
    void found.push({ rule, operation, text });
  for (const each of operations)
    if (each.outcome === 'alien') report('alien', each, `was answered with ${String(each.result)}`);
  for (const of of Map.groupBy(operations, ({ key }) => key).values()) {
    const kinds = new Set(of.map(({ kind }) => kind));
    const key = new KeyHistory(of, switches, scope, report);
    if (kinds.has('write')) checkRegister(key);
    if (kinds.has('push')) new ListCheck(key).run();
    if (kinds.has('add')) new CounterCheck(key).run();
  }
  return found;
}

function checkRegister(key: KeyHistory): void {
  const writes = key.answered('write');
  const all = new Past(
    writes.map((write) => ({ at: write.completed, rank: write.invoked, operation: write })),
  );
  const own = Map.groupBy(writes, ({ client }) => client);
  const seen: { read: Operation; source: Operation | undefined }[] = [];
  for (const read of key.answered('read')) {
    const value = typeof read.result === 'string' ? read.result : null;
    const source = value === null ? undefined : key.source(read, value);
    if (value !== null && !source) continue;
    seen.push({ read, source });
    const mine = own.get(read.client)?.findLast(({ index }) => index < read.index);
    for (const write of [all.best(read.invoked), mine]) {
      if (!write || !key.binds(write, read) || (source && !before(source, write))) continue;
      key.report('stale', read, `read ${value}, but ${write.value} was acknowledged before`);
      break;
    }
  }
  if (key.scope === 'key') checkBackwards(key, seen);
}

/** Between switches no read is older than one before it. */
function checkBackwards(
  key: KeyHistory,
  seen: readonly { read: Operation; source: Operation | undefined }[],
): void {
  for (const [cut, group] of Map.groupBy(seen, ({ read }) => key.cut(read))) {
    const items = group.flatMap(({ read, source }) =>
      source?.outcome === 'ok' && read.invoked > cut
        ? [{ at: read.completed, rank: source.invoked, operation: source }]
        : [],
    );
    const past = new Past(items);
    for (const { read, source } of group) {
      const newer = past.best(read.invoked);
      if (!newer || newer === source || (source && !before(source, newer))) continue;
      key.report('backwards', read, `read ${source?.value ?? null}, after another had read ${newer.value}`);
    }
  }
}
