// The variables that the language gives a meaning: a table, for the parser (is this name special?) and for the
// engines (`index` of a SpecialVariable is its place here). gawk's are ordinary variables under posix.
// Invariant: POSIX's come first, so that an index means the same in both modes.
import type { SpecialName } from './ast.ts';

export type Special = {
  readonly name: SpecialName;
  readonly origin: 'posix' | 'gawk';
  readonly shape: 'scalar' | 'array';
};

/** POSIX awk, "Variables and Special Variables"; gawk manual, "Predefined Variables". */
export const SPECIALS: readonly Special[] = [
  { name: 'ARGC', origin: 'posix', shape: 'scalar' },
  { name: 'ARGV', origin: 'posix', shape: 'array' },
  { name: 'CONVFMT', origin: 'posix', shape: 'scalar' },
  { name: 'ENVIRON', origin: 'posix', shape: 'array' },
  { name: 'FILENAME', origin: 'posix', shape: 'scalar' },
  { name: 'FNR', origin: 'posix', shape: 'scalar' },
  { name: 'FS', origin: 'posix', shape: 'scalar' },
  { name: 'NF', origin: 'posix', shape: 'scalar' },
  { name: 'NR', origin: 'posix', shape: 'scalar' },
  { name: 'OFMT', origin: 'posix', shape: 'scalar' },
  { name: 'OFS', origin: 'posix', shape: 'scalar' },
  { name: 'ORS', origin: 'posix', shape: 'scalar' },
  { name: 'RLENGTH', origin: 'posix', shape: 'scalar' },
  { name: 'RS', origin: 'posix', shape: 'scalar' },
  { name: 'RSTART', origin: 'posix', shape: 'scalar' },
  { name: 'SUBSEP', origin: 'posix', shape: 'scalar' },
  { name: 'ARGIND', origin: 'gawk', shape: 'scalar' },
  { name: 'BINMODE', origin: 'gawk', shape: 'scalar' },
  { name: 'ERRNO', origin: 'gawk', shape: 'scalar' },
  { name: 'FIELDWIDTHS', origin: 'gawk', shape: 'scalar' },
  { name: 'FPAT', origin: 'gawk', shape: 'scalar' },
  { name: 'FUNCTAB', origin: 'gawk', shape: 'array' },
  { name: 'IGNORECASE', origin: 'gawk', shape: 'scalar' },
  { name: 'LINT', origin: 'gawk', shape: 'scalar' },
  { name: 'PROCINFO', origin: 'gawk', shape: 'array' },
  { name: 'RT', origin: 'gawk', shape: 'scalar' },
  { name: 'SYMTAB', origin: 'gawk', shape: 'array' },
  { name: 'TEXTDOMAIN', origin: 'gawk', shape: 'scalar' },
];

/** What they are at the start. POSIX awk, "Variables and Special Variables"; gawk's own where they differ from uninitialised. */
export const INITIAL_VALUES: readonly (readonly [SpecialName, string | number])[] = [
  ['CONVFMT', '%.6g'],
  ['FILENAME', ''],
  ['FNR', 0],
  ['FS', ' '],
  ['NR', 0],
  ['OFMT', '%.6g'],
  ['OFS', ' '],
  ['ORS', '\n'],
  ['RLENGTH', 0],
  ['RS', '\n'],
  ['RSTART', 0],
  ['SUBSEP', '\u001c'],
  ['ARGIND', 0],
  ['BINMODE', 0],
  ['ERRNO', ''],
  ['FIELDWIDTHS', ''],
  ['FPAT', '[^[:space:]]+'],
  ['IGNORECASE', 0],
  ['LINT', 0],
  ['RT', ''],
  ['TEXTDOMAIN', 'messages'],
];

const PLACES = new Map<string, number>(SPECIALS.map((special, index) => [special.name, index]));

/** The place of a name in SPECIALS, or undefined when the name is nothing special in this mode. */
export function specialIndex(name: string, posix: boolean): number | undefined {
  const index = PLACES.get(name);
  return index !== undefined && posix && SPECIALS[index]?.origin === 'gawk' ? undefined : index;
}
