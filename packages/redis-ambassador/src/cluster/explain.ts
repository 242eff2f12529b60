// Where a command goes in front of a cluster, for people: which slot, which shard, or what becomes of it instead. Pure, of
// the same functions that decide it.
import type { Arguments, Command } from '../commands/find.ts';
import type { Decision } from '../routing.ts';
import { replicaMayAnswer, type Rule, ruleOf } from './rules.ts';
import { CROSS_SLOT, NO_KEY, slotOfCommand } from './slot-of-command.ts';
import { splitBySlot } from './split.ts';

/** The shard of a slot just now: its primary, and who answers reads. Undefined: not known. */
export type NameShard = (slot: number) => { readonly primary: string; readonly readers: string } | undefined;

type Place = { readonly where: string; readonly why?: string; readonly readers?: string };

/** The decision here, where a replica is asked less often. */
export function decideInCluster(
  command: Command,
  words: Arguments,
  oneKey: boolean,
  general: Decision,
): Decision {
  if (general.action !== 'replica' && general.action !== 'cursor') return general;
  return replicaMayAnswer(command, oneKey, ruleFor(command, words)) ? general : AT_PRIMARY;
}

const AT_PRIMARY: Decision = {
  action: 'primary',
  marks: false,
  why: 'it only reads, but replicas of a cluster are asked only for what proves that they have the key',
};

const ruleFor = (command: Command, { data, args, argc }: Arguments): Rule | undefined =>
  ruleOf(command, () => (argc < 2 ? '' : data.toString('latin1', args[2], args[3]).toLowerCase()));

const NOWHERE = 'nowhere: refused';
const MERGED: Readonly<Record<string, string>> = {
  agree: 'all must agree',
  any: 'one success is enough',
  sum: 'numbers are added',
  least: 'the least counts',
  concat: 'lists are joined',
};

/** `destination`: where it would go in its shard. `why` in the result goes before the decision's. */
export function placeInCluster(
  command: Command,
  words: Arguments,
  { action }: Decision,
  destination: string,
  nameShard: NameShard,
): Place {
  if (action === 'refuse' || action === 'local') return { where: destination };
  const rule = ruleFor(command, words);
  const named = (slot: number): string => {
    const shard = nameShard(slot);
    return shard ? `slot ${slot} (${shard.primary})` : `slot ${slot}`;
  };
  switch (rule?.kind) {
    case 'refuse':
      return { where: NOWHERE, why: rule.why };
    case 'split': {
      const slots = splitBySlot(words, rule.step).map(({ slot }) => slot);
      if (slots.length > 1)
        return {
          where: `taken apart, to the shards of ${slots.map(named).join(', ')}: one command for each`,
        };
      break;
    }
    case 'all':
      return { where: `the primary of every shard; ${MERGED[rule.merge]}` };
    case 'random':
      return { where: 'the primary of every shard; one reply is chosen' };
    case 'scan':
      return { where: 'the primaries of all shards, one after the other, by a cursor that says which' };
    case 'last':
      return { where: `${destination}, of the shard of this client's last write` };
    case 'one':
      return { where: `${destination}, of any one shard` };
    default:
  }
  const slot = slotOfCommand(command, words, rule);
  if (slot === CROSS_SLOT) return { where: NOWHERE, why: 'CROSSSLOT its keys are in several slots' };
  if (slot === NO_KEY) return { where: `${destination}, of any one shard` };
  const readers = nameShard(slot)?.readers;
  return {
    where: `${destination}, of the shard of ${named(slot)}`,
    ...(readers !== undefined && { readers }),
  };
}
