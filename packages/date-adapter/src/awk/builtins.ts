// The builtin functions: one table, for the parser (which argument may be a regex), the resolver (how many, which
// are arrays) and the engines. A row says what the language says; what a builtin does is the engines' matter.
// Invariant: a name that POSIX reserves is always the builtin; gawk's and ours give way to a function of the
// program with the same name, and are plain variables where no parenthesis follows, so that a portable program
// which uses `or`, `now` or `typeof` as its own names keeps running.
import type { BuiltinName } from './ast.ts';

/**
 * What an argument is: `regex` a regex constant or a string that is one; `array` the name of an array; `lvalue`
 * something to assign to (if it is not, the result goes nowhere, as gawk has it); `any` a scalar or an array.
 */
export type ArgumentKind = 'value' | 'regex' | 'array' | 'lvalue' | 'any';

export type Builtin = {
  readonly name: BuiltinName;
  readonly origin: 'posix' | 'gawk' | 'adapter';
  readonly min: number;
  readonly max: number;
  /** Of each argument; the last one holds for all that follow. Those that are not listed are values. */
  readonly args: readonly ArgumentKind[];
};

const VALUE: readonly ArgumentKind[] = ['value'];

function row(
  origin: Builtin['origin'],
  name: BuiltinName,
  min: number,
  max = min,
  args: readonly ArgumentKind[] = VALUE,
): Builtin {
  return { name, origin, min, max, args };
}

/** POSIX awk, "Functions"; gawk manual, "Built-in" (arguments beyond POSIX are allowed in both modes). */
export const BUILTINS: readonly Builtin[] = [
  row('posix', 'atan2', 2),
  row('posix', 'close', 1, 2),
  row('posix', 'cos', 1),
  row('posix', 'exp', 1),
  row('posix', 'fflush', 0, 1),
  row('posix', 'gsub', 2, 3, ['regex', 'value', 'lvalue']),
  row('posix', 'index', 2),
  row('posix', 'int', 1),
  row('posix', 'length', 0, 1, ['any']),
  row('posix', 'log', 1),
  row('posix', 'match', 2, 3, ['value', 'regex', 'array']),
  row('posix', 'rand', 0),
  row('posix', 'sin', 1),
  row('posix', 'split', 2, 4, ['value', 'array', 'regex', 'array']),
  row('posix', 'sprintf', 1, Infinity),
  row('posix', 'sqrt', 1),
  row('posix', 'srand', 0, 1),
  row('posix', 'sub', 2, 3, ['regex', 'value', 'lvalue']),
  row('posix', 'substr', 2, 3),
  row('posix', 'system', 1),
  row('posix', 'tolower', 1),
  row('posix', 'toupper', 1),
  row('gawk', 'and', 2, Infinity),
  row('gawk', 'asort', 1, 3, ['array', 'array', 'value']),
  row('gawk', 'asorti', 1, 3, ['array', 'array', 'value']),
  row('gawk', 'bindtextdomain', 1, 2),
  row('gawk', 'compl', 1),
  row('gawk', 'dcgettext', 1, 3),
  row('gawk', 'dcngettext', 3, 5),
  row('gawk', 'gensub', 3, 4, ['regex', 'value', 'value', 'value']),
  row('gawk', 'isarray', 1, 1, ['any']),
  row('gawk', 'lshift', 2),
  row('gawk', 'mkbool', 1),
  row('gawk', 'mktime', 1, 2),
  row('gawk', 'or', 2, Infinity),
  row('gawk', 'patsplit', 2, 4, ['value', 'array', 'regex', 'array']),
  row('gawk', 'rshift', 2),
  row('gawk', 'strftime', 0, 3),
  row('gawk', 'strtonum', 1),
  row('gawk', 'systime', 0),
  row('gawk', 'typeof', 1, 2, ['any', 'array']),
  row('gawk', 'xor', 2, Infinity),
  // strptime(text, layout [, zone]) -> seconds with their fraction, or "" when the text begins with no such date.
  // Zones are names or offsets; without one that of TZ counts, else UTC.
  row('adapter', 'strptime', 2, 3),
  // convtime(text, from, to [, fromZone [, toZone]]) -> the date in the other layout, or the text as it is.
  row('adapter', 'convtime', 3, 5),
  // json(key, value, ...) -> an object, logfmt(key, value, ...) -> a line.
  row('adapter', 'json', 0, Infinity),
  row('adapter', 'logfmt', 0, Infinity),
  // now() -> seconds with their fraction.
  row('adapter', 'now', 0),
];

const BY_NAME = new Map<string, Builtin>(BUILTINS.map((builtin) => [builtin.name, builtin]));

/** The builtin of this name in this mode: under posix there are only those of POSIX. */
export function findBuiltin(name: string, posix: boolean): Builtin | undefined {
  const builtin = BY_NAME.get(name);
  return builtin === undefined || (posix && builtin.origin !== 'posix') ? undefined : builtin;
}

/** What the argument at this place (from 0) is. */
export function argumentKind(builtin: Builtin, place: number): ArgumentKind {
  return builtin.args[Math.min(place, builtin.args.length - 1)] ?? 'value';
}
