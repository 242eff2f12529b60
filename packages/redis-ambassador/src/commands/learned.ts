// What a server's own COMMAND says of commands that our table does not list: modules (JSON.GET, FT.SEARCH, TS.RANGE,
// BF.EXISTS) and later versions. Pure: the rows in, commands as find.ts keeps them out. Where flags do not tell all, the
// stricter reading: nothing here may send to a replica what only the primary can answer.
import type { Read } from '../resp/reply.ts';
import type { CommandClass, KeySpec } from './table.ts';

/** A command that is not in the table, or one whose row there trusts it more than the server does. */
export type Learned = { readonly name: string; readonly group: CommandClass; readonly keys: KeySpec };

/** Read-only for the server, but about one server: cursors, dumps in steps, its own settings and statistics. */
const OF_ONE_SERVER = /\.(aggregate|hybrid|cursor|scandump|debug|slowlog|config|profile)(\||$)/;
/** Modules whose writes touch the keys they name and no others; a time series, for one, has series made from it. */
const KEEPS_TO_ITS_KEYS = /^(json|bf|cf|cms|topk|tdigest)\./;

/** Every command of a COMMAND reply, with subcommands as `container|sub`. */
export function readCommandRows(reply: Read): Learned[] {
  return Array.isArray(reply) ? reply.flatMap(readRow) : [];
}

function readRow(row: Read): Learned[] {
  if (!Array.isArray(row) || typeof row[0] !== 'string') return [];
  const subcommands: Read = row[9];
  if (Array.isArray(subcommands) && subcommands.length > 0) return subcommands.flatMap(readRow);
  const [text, , flagList, first, last, step] = row;
  const name = text.toLowerCase();
  const flags = new Set(Array.isArray(flagList) ? flagList.map(String) : []);
  const group = classOf(name, flags);
  return [{ name, group, keys: keysOf(name, group, flags, [first, last, step]) }];
}

function classOf(name: string, flags: ReadonlySet<string>): CommandClass {
  if (name.startsWith('client|')) return 'relay'; // about one connection: not one that others share
  if (flags.has('blocking')) return 'block';
  if (flags.has('write') || !flags.has('readonly')) return 'write';
  return OF_ONE_SERVER.test(name) ? 'primary' : 'read';
}

function keysOf(
  name: string,
  group: CommandClass,
  flags: ReadonlySet<string>,
  range: readonly Read[],
): KeySpec {
  const [first, last, step] = range;
  const certain = typeof first === 'number' && typeof last === 'number' && typeof step === 'number';
  if (!certain || flags.has('movablekeys')) return 'unknown';
  if (group === 'read' || group === 'primary') return first === 0 ? null : [first, last, step];
  const keepsToThem = flags.has('write') && (!name.includes('.') || KEEPS_TO_ITS_KEYS.test(name));
  return first > 0 && keepsToThem ? [first, last, step] : 'unknown';
}
