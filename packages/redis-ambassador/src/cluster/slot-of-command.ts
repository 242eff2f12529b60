// The one slot of a command's keys. Hot for every command in front of a cluster; pure.
import { type Arguments, type Command, findCommand } from '../commands/find.ts';
import { KeyFinder } from '../commands/keys.ts';
import { RequestFramer } from '../resp/request-framer.ts';
import type { Request } from '../upstream/source.ts';
import { type Rule, ruleOf } from './rules.ts';
import { slotOf } from './slots.ts';

/** Instead of a slot: there is no key, or they are in several. */
export const NO_KEY = -1;
export const CROSS_SLOT = -2;

const keys = new KeyFinder();

export function slotOfCommand(command: Command, words: Arguments, rule: Rule | undefined): number {
  const { data, args, argc } = words;
  if (rule?.kind === 'like-key') {
    const { at } = rule;
    return at < argc ? slotOf(data, args[2 * at]!, args[2 * at + 1]!) : NO_KEY;
  }
  keys.find(command, words);
  let slot = NO_KEY;
  for (let i = 0; i < keys.count; i++) {
    const at = 2 * keys.keyAt[i]!;
    const of = slotOf(data, args[at]!, args[at + 1]!);
    if (slot !== NO_KEY && of !== slot) return CROSS_SLOT;
    slot = of;
  }
  return slot;
}

/** In lower case. */
export function secondWord({ data, args, argc }: Arguments): string {
  return argc < 2 ? '' : data.toString('latin1', args[2], args[3]).toLowerCase();
}

/** The same for a command that was kept as bytes. */
export function slotOfRequest({ data, start, end }: Request): number {
  const framer = new RequestFramer();
  framer.feed(data, start, end);
  framer.next();
  const command = findCommand(framer);
  return slotOfCommand(
    command,
    framer,
    ruleOf(command, () => secondWord(framer)),
  );
}
