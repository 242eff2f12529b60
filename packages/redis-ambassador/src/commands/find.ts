// From the bytes of a command to what is known of it. Hot: a table of open addressing over the lower-case bytes of the
// name (and subcommand), so that no string is made per command. Pure.
import type { RequestFramer } from '../resp/request-framer.ts';
import type { Learned } from './learned.ts';
import { type CommandClass, commandRows, type KeySpec } from './table.ts';

export type Command = {
  /** Lower case; `xinfo|stream` for a subcommand. */
  readonly name: string;
  readonly group: CommandClass;
  readonly keys: KeySpec;
  /** Its name has subcommands in the table, of which this is one, or none is known. */
  readonly sub: boolean;
  /** How many came; for the metrics. */
  count: number;
};

/** The part of a framer that is read here and in keys.ts: one command's bytes and the offsets of its arguments. */
export type Arguments = Pick<RequestFramer, 'data' | 'args' | 'argc'>;

const command = (name: string, group: CommandClass, keys: KeySpec): Command => ({
  name,
  group,
  keys,
  sub: name.includes('|'),
  count: 0,
});

/** Every command of the table, and those that settings name besides (list()). */
export const commands: Command[] = commandRows.flatMap(([group, keys, names]) =>
  names.split(' ').map((name) => command(name, group, keys)),
);

/** What is not in the table: the primary, and every key counts as written. */
export const unknownCommand = command('unknown', 'write', 'unknown');
/** XREAD and XREADGROUP that may wait. */
const waiting = new Map(['xread', 'xreadgroup'].map((name) => [name, command(name, 'block', 'streams')]));

/** `subs`: the second argument decides; `command` is then for those that are not known. */
type Slot = { readonly bytes: Buffer; command: Command; subs: boolean };

const SLOTS = 2048; // about four times the names: hardly ever a second look
const slots: (Slot | undefined)[] = Array.from({ length: SLOTS });
const SEPARATOR = 124; // |

/** FNV-1a over data[from, to) in lower case, on top of `seed`. */
function nameHash(data: Buffer, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ lower(data[at]!), 0x01000193);
  return hash;
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
const FNV_OFFSET = 0x811c9dc5 | 0;
const withSub = (hash: number): number => Math.imul(hash ^ SEPARATOR, 0x01000193);
const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & (SLOTS - 1);

function enter(name: string, of: Command, subs = false): Slot {
  const bytes = Buffer.from(name);
  let at = slotOf(nameHash(bytes, 0, bytes.length, FNV_OFFSET));
  while (slots[at] !== undefined) at = (at + 1) & (SLOTS - 1);
  return (slots[at] = { bytes, command: of, subs });
}

for (const each of commands) enter(each.name, each);
/** A name that has subcommands; of one that is not in the table the server shall say what is wrong with it. */
for (const name of new Set(commands.filter(({ sub }) => sub).map((each) => each.name.split('|')[0]!)))
  enterContainer(name);

function enterContainer(name: string): void {
  enter(name, command(`${name}|`, 'primary', null), true);
}

/** Makes findCommand() tell this command (`ft.search`, `config|set`) by its name, also when it is not in the table. */
export function list(name: string): void {
  if (commands.some((each) => each.name === name)) return;
  const [container = '', sub] = name.split('|');
  const known = slots.find((slot) => slot?.bytes.toString() === container);
  const slot = known ?? enter(container, command(container, 'write', 'unknown'));
  if (sub === undefined) return void (slot.subs || commands.push(slot.command));
  const { group, keys } = slot.command;
  const made = command(name, group, keys);
  slot.subs = true;
  enter(name, made);
  commands.push(made);
}

/** Commands of the server that are not in the table. */
export const learnedCommands: Command[] = [];

/** Takes over what a server says of commands that are not in the table, or may write although it says they only read. */
export function learnCommands(rows: readonly Learned[]): number {
  for (const { name, group, keys } of rows) {
    const [container = '', sub] = name.split('|');
    const slot = slots.find((each) => each?.bytes.equals(Buffer.from(name)));
    const known = slot?.command;
    const trusted = known?.group === 'read' && group === 'write';
    const isOurs = commands.some(
      (each) => each.name === name || (sub !== undefined && each.name === container),
    );
    if (isOurs && !trusted) continue;
    const learned = { ...command(name, group, keys), count: known?.count ?? 0 };
    const at = learnedCommands.findIndex((each) => each.name === name);
    learnedCommands.splice(at < 0 ? learnedCommands.length : at, 1, learned);
    if (slot) slot.command = learned;
    else if (learnedCommands.length < SLOTS / 2)
      enterLearned(learned, sub === undefined ? undefined : container);
  }
  return learnedCommands.length;
}

function enterLearned(learned: Command, container: string | undefined): void {
  enter(learned.name, learned);
  const there = slots.some((each) => each?.bytes.equals(Buffer.from(container ?? learned.name)));
  if (container !== undefined && !there) enterContainer(container);
}

/** Whether the slot's name is data[from, to), or, with `sub` >= 0, that, `|` and data[sub, subEnd). */
function same(bytes: Buffer, data: Buffer, from: number, to: number, sub: number, subEnd: number): boolean {
  const length = to - from;
  if (bytes.length !== length + (sub < 0 ? 0 : 1 + subEnd - sub)) return false;
  for (let i = 0; i < length; i++) if (bytes[i] !== lower(data[from + i]!)) return false;
  if (sub < 0) return true;
  if (bytes[length] !== SEPARATOR) return false;
  for (let i = sub; i < subEnd; i++) if (bytes[length + 1 + i - sub] !== lower(data[i]!)) return false;
  return true;
}

/** What the command is; never fails, as there are unknownCommand and the server's own errors. */
export function findCommand({ data, args, argc }: Arguments): Command {
  const [from, to] = [args[0]!, args[1]!];
  const hash = nameHash(data, from, to, FNV_OFFSET);
  for (let at = slotOf(hash); ; at = (at + 1) & (SLOTS - 1)) {
    const slot = slots[at];
    if (slot === undefined) return unknownCommand;
    if (!same(slot.bytes, data, from, to, -1, 0)) continue;
    if (slot.subs) return findSubcommand(data, args, argc, hash) ?? slot.command;
    return slot.command.keys === 'streams' && argc > 4
      ? mayWait(slot.command, { data, args, argc })
      : slot.command;
  }
}

function findSubcommand(data: Buffer, args: Int32Array, argc: number, nameOnly: number): Command | undefined {
  if (argc < 2) return undefined;
  const hash = nameHash(data, args[2]!, args[3]!, withSub(nameOnly));
  for (let at = slotOf(hash); ; at = (at + 1) & (SLOTS - 1)) {
    const slot = slots[at];
    if (slot === undefined) return undefined;
    if (same(slot.bytes, data, args[0]!, args[1]!, args[2]!, args[3]!)) return slot.command;
  }
}

/** BLOCK stands before STREAMS, among options with and without a value: GROUP g c, COUNT n, NOACK. */
function mayWait(found: Command, { data, args, argc }: Arguments): Command {
  for (let i = 1; i < Math.min(argc, 10); i++) {
    const word = data
      .toString('latin1', args[2 * i], Math.min(args[2 * i + 1]!, args[2 * i]! + 8))
      .toLowerCase();
    if (word === 'streams') return found;
    if (word === 'block') return waiting.get(found.name) ?? found;
    if (word === 'group') i += 2;
    if (word === 'count') i++;
  }
  return found;
}
