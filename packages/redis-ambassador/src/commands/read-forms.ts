// Commands that may write, in a form that does not: SORT without STORE, BITFIELD with nothing but GETs. A replica refuses
// them all the same, but takes SORT_RO and its like. Pure.
import { commands, type Arguments, type Command } from './find.ts';

const formOf = new Map(
  [
    ['sort', 'sort_ro'],
    ['georadius', 'georadius_ro'],
    ['georadiusbymember', 'georadiusbymember_ro'],
    ['bitfield', 'bitfield_ro'],
    ['getex', 'get'],
  ].map(([writes, reads]) => [writes, commands.find(({ name }) => name === reads)]),
);

/** The command that does the same and only reads; undefined when this one may write. Both have the same arguments. */
export function readForm({ name }: Command, command: Arguments): Command | undefined {
  const form = formOf.get(name);
  return form && onlyReads(name, command) ? form : undefined;
}

function onlyReads(name: string, { data, args, argc }: Arguments): boolean {
  if (name === 'getex') return argc === 2;
  const words = name === 'bitfield' ? ['set', 'incrby', 'overflow'] : ['store', 'storedist'];
  for (let i = 2; i < argc; i++) {
    const [from, to] = [args[2 * i]!, args[2 * i + 1]!];
    if (to - from <= 9 && words.includes(data.toString('latin1', from, to).toLowerCase())) return false;
  }
  return true;
}
