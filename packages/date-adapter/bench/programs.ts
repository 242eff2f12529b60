// The programs of the race: P1 to P9 are what awk sidecars are asked to do with their logs, U1 and U2 the same on text
// that is not all ASCII, R1 to R4 regexes that make a backtracking engine explode.

import type { DataName } from './data.ts';

export type RaceProgram = {
  readonly name: string;
  readonly title: string;
  readonly options?: readonly string[];
  readonly program: string;
  readonly data: DataName;
  /** The lines come in the order of a for-in: sorted before they are compared. */
  readonly sorted?: true;
  /** Counts characters: only engines that know UTF-8 have the same output. */
  readonly characters?: true;
};

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec';

const replaceMonths = MONTHS.split(' ')
  .map((month, at) => `gsub(/${month}/, "${String(at + 1).padStart(2, '0')}", $4)`)
  .join('; ');

const P6 = '{ gsub(/[0-9]+/, "N"); print }';

export const seed: RaceProgram = {
  name: 'P1',
  title: 'the seed: date turned around',
  options: ['-F[/T]'],
  program: '{print $3"/"$2"/"$1"T"$4}',
  data: 'ts.log',
};

export const programs: readonly RaceProgram[] = [
  seed,
  { name: 'P2', title: 'three fields', program: '{ print $1, $7, $9 }', data: 'access.log' },
  { name: 'P3', title: 'months by 12 gsub', program: `{ ${replaceMonths}; print }`, data: 'access.log' },
  {
    name: 'P4',
    title: 'regex filter and printf',
    program: '/ (404|50[0-9]) / { printf "%s %d %s\\n", $1, $9, $7 }',
    data: 'access.log',
  },
  {
    name: 'P5',
    title: 'counting and adding up',
    program: '{ c[$9]++; b[$1] += $10 } END { for (k in c) print k, c[k]; for (k in b) print k, b[k] }',
    data: 'access.log',
    sorted: true,
  },
  { name: 'P6', title: 'gsub of numbers', program: P6, data: 'access.log' },
  {
    name: 'P7',
    title: 'months by a table, split',
    program: `BEGIN { n = split("${MONTHS}", names, " "); for (i = 1; i <= n; i++) m[names[i]] = sprintf("%02d", i) } { split(substr($4, 2), a, /[\\/:]/); print a[3] "-" m[a[2]] "-" a[1] "T" a[4] ":" a[5] ":" a[6], $1, $9 }`,
    data: 'access.log',
  },
  {
    name: 'P8',
    title: 'fields assigned',
    program: '{ $2 = ""; $3 = toupper($3); print }',
    data: 'access.log',
  },
  {
    name: 'P9',
    title: 'drop the probes',
    program: '/kube-probe/ { n++; next } { print } END { print n }',
    data: 'access.log',
  },
];

/** Held against the engine's own time for the same program on ASCII. */
export const utf8Programs: readonly (RaceProgram & { readonly ascii: RaceProgram })[] = [
  {
    name: 'U1',
    title: 'UTF-8: gsub of numbers',
    program: P6,
    data: 'access-utf8.log',
    ascii: ascii('U1', P6),
  },
  {
    name: 'U2',
    title: 'UTF-8: length and substr',
    program: '{ print length($0), substr($7, 2, 20) }',
    data: 'access-utf8.log',
    characters: true,
    ascii: ascii('U2', '{ print length($0), substr($7, 2, 20) }'),
  },
];

/** A regex and the character that its lines consist of, up to a last one that keeps it from matching. */
export const worstCases = [
  { name: 'R1', regex: '(a+)+$', letter: 'a' },
  { name: 'R2', regex: '^(a|a)*b', letter: 'a' },
  { name: 'R3', regex: '(x+x+)+y', letter: 'x' },
  { name: 'R4', regex: `^${'a?'.repeat(25)}${'a'.repeat(25)}$`, letter: 'a' },
] as const;

function ascii(name: string, program: string): RaceProgram {
  return { name: `${name} ASCII`, title: 'the same on ASCII', program, data: 'access.log' };
}
