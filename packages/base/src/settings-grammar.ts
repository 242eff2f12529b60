// How settings are written by hand: the row of a table, the command line (GNU getopt_long) and the values with
// their units (`250ms`, `1h30m`, `64KiB`, `1.5Gi`; `off` for none). Pure: text in, typed values or faults out. It
// is a file apart from settings.ts because a grammar is tested by tables and sources by files and processes.
import { type Address, parseAddress } from './address.ts';
import { SettingError, type SettingFault, nearest } from './errors.ts';

/** One row of a declared table. The key is camelCase: drainTimeout -> --drain-timeout, <IMAGE>_DRAIN_TIMEOUT. */
export type Setting = {
  kind: Kind;
  help: string;
  group: string;
  /** As an operator would write it (`25s`, `64KiB`); without one, or with `off`, the value may be undefined. */
  default?: string | number | boolean | readonly string[];
  required?: true;
  choices?: readonly string[];
  metavar?: string;
  /** Bounds of a number, inclusive; of a duration in milliseconds, of a size in bytes. */
  min?: number;
  max?: number;
  /** One letter with its dash, `-n`. */
  short?: string;
  /** Further long flags without dashes, and further environment variables, for the sake of a drop-in. */
  flags?: readonly string[];
  env?: readonly string[];
  /** A list that takes the operands of the command line. */
  positional?: true;
  /** A list whose items may have blanks and commas: in an environment variable, one a line. */
  byLine?: true;
  /** A list whose items have neither blanks nor commas: parted by them in a flag and in the file, too. */
  byComma?: true;
  /** An optional argument: what the flag means when given bare, as its short form always is (`tail -fn5`). */
  optionalValue?: string;
  /** Kind `sections`: the table each element of the YAML list is read with. */
  sections?: Table;
  /** May change while running, by a change of the settings file. */
  reloadable?: true;
  /** Kind `secret`: adds a setting `<key>File` that names a file with the value. */
  file?: true;
  /** Where it cannot be written. */
  notIn?: readonly ('environment' | 'file')[];
};
export type Table = Readonly<Record<string, Setting>>;

/** What each kind is once read. Durations are milliseconds, sizes bytes. */
type ValueOfKind = {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  duration: number;
  bytes: number;
  choice: string;
  list: readonly string[];
  regex: RegExp;
  address: Address;
  path: string;
  secret: string;
  sections: readonly object[];
};
export type Kind = keyof ValueOfKind;

type ValueOf<S extends Setting> = S extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S extends { kind: 'sections'; sections: infer T extends Table }
    ? readonly Values<T>[]
    : ValueOfKind[S['kind']];
type Absent<S extends Setting> = S extends { default: 'off' }
  ? undefined
  : S extends { default: unknown } | { required: true } | { kind: 'boolean' | 'list' | 'sections' }
    ? never
    : undefined;
export type Values<T extends Table> = { readonly [K in keyof T]: ValueOf<T[K]> | Absent<T[K]> };

export type Origin = 'default' | 'file' | 'environment' | 'flag';
/** A setting as somebody wrote it, and where: `--drain-timeout`, `config.yaml:3:1 drainTimeout`. */
export type Given = {
  origin: Origin;
  setting: string;
  texts: readonly string[];
  sections?: readonly Found[];
};

export const strength = (given?: Given): number =>
  ['default', 'file', 'environment', 'flag'].indexOf(given?.origin ?? 'default');

/** Everything that was written, the strongest of each, and everything that is wrong with it. */
export class Found {
  readonly given = new Map<string, Given>();
  readonly faults: SettingError[];
  /** What a setting is called that nobody wrote. */
  readonly nameOf: (key: string) => string;

  constructor(faults: SettingError[] = [], nameOf = flagName) {
    this.faults = faults;
    this.nameOf = nameOf;
  }

  /** Of two from the same place the later counts. */
  give(key: string, given: Given): void {
    if (strength(given) >= strength(this.given.get(key))) this.given.set(key, given);
  }

  fail(fault: SettingFault): void {
    this.faults.push(new SettingError(fault));
  }
}

export const wordsOf = (key: string): string[] => key.replaceAll(/[A-Z]/g, ' $&').toLowerCase().split(' ');
export const flagName = (key: string): string => `--${wordsOf(key).join('-')}`;

/** A setting that cannot be written everywhere: --help is no key of a file, sections are nothing else. */
export const writable = (row: Setting | undefined, where: 'flag' | 'environment' | 'file'): boolean =>
  row?.kind === 'sections' ? where === 'file' : where === 'flag' || row?.notIn?.includes(where) !== true;

type Flag = { key: string; row: Setting; negated?: true };

function flagsOf(rows: Table): Map<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const [key, row] of Object.entries(rows)) {
    if (!writable(row, 'flag')) continue;
    for (const name of [flagName(key), ...(row.flags ?? []).map((flag) => `--${flag}`)]) {
      flags.set(name, { key, row });
      if (row.kind === 'boolean') flags.set(name.replace('--', '--no-'), { key, row, negated: true });
    }
    if (row.short !== undefined) flags.set(row.short, { key, row });
  }
  return flags;
}

/**
 * Reads a command line as getopt_long does: clusters (-Fqn5), values attached or apart (-n5, -n 5, --lines=5),
 * long flags cut short while unambiguous, operands anywhere, `--` before operands only.
 */
export function readCommandLine(rows: Table, argv: readonly string[], found: Found): void {
  const flags = flagsOf(rows);
  const operands: string[] = [];
  const rest = argv.values();
  for (const word of rest) {
    if (word === '--') operands.push(...rest);
    else if (word.startsWith('--')) readLong(word, flags, rest, found);
    else if (word.startsWith('-') && word !== '-') readCluster(word, flags, rest, found);
    else operands.push(word);
  }
  const [key, row] = Object.entries(rows).find(([, each]) => each.positional) ?? [];
  for (const operand of operands) {
    if (key !== undefined && row !== undefined) give(found, { key, row }, key, operand);
    else found.fail({ setting: operand, what: 'unexpected argument', todo: 'flags begin with --' });
  }
}

function readLong(word: string, flags: Map<string, Flag>, rest: Iterator<string>, found: Found): void {
  const [name = '', attached] = word.split(/=(.*)/s, 2);
  const flag = flags.get(name) ?? flagCutShort(name, flags, found);
  if (flag === undefined) return;
  if (flag.negated && attached !== undefined) return found.fail({ setting: name, what: 'takes no value' });
  if (flag.row.kind === 'boolean') return give(found, flag, name, attached ?? String(!flag.negated));
  const value = attached ?? flag.row.optionalValue ?? rest.next().value;
  if (value === undefined) return found.fail({ setting: name, what: 'needs a value' });
  give(found, flag, name, value);
}

function flagCutShort(name: string, flags: Map<string, Flag>, found: Found): Flag | undefined {
  const longer = [...flags].filter(([full]) => full.startsWith(name));
  const [first] = longer;
  if (
    first !== undefined &&
    longer.every(([, { key, negated }]) => key === first[1].key && negated === first[1].negated)
  )
    return first[1];
  const names = longer.map(([full]) => full);
  if (names.length > 0) found.fail({ setting: name, what: 'ambiguous', todo: `write ${names.join(' or ')}` });
  else found.fail({ setting: name, what: 'unknown flag', todo: didYouMean(name, flags.keys()) });
  return undefined;
}

function readCluster(word: string, flags: Map<string, Flag>, rest: Iterator<string>, found: Found): void {
  for (let i = 1; i < word.length; i++) {
    const name = `-${word[i]}`;
    const flag = flags.get(name);
    if (flag === undefined)
      return found.fail({ setting: name, what: 'unknown flag', todo: didYouMean(`-${word}`, flags.keys()) });
    // Only the long form of an optional value can carry one: in `tail -fn5` the rest is more flags.
    const bare = flag.row.kind === 'boolean' ? 'true' : flag.row.optionalValue;
    if (bare !== undefined) {
      give(found, flag, name, bare);
      continue;
    }
    const value = word.slice(i + 1) || rest.next().value;
    return value === undefined
      ? found.fail({ setting: name, what: 'needs a value' })
      : give(found, flag, name, value);
  }
}

/** Of one value the last one given counts, as in getopt programs; a list grows. */
function give(found: Found, { key, row }: Flag, setting: string, text: string): void {
  const before = found.given.get(key);
  const grows = row.kind === 'list' && before?.origin === 'flag';
  const texts = row.byComma ? splitList(text) : [text];
  found.give(key, { origin: 'flag', setting, texts: grows ? [...before.texts, ...texts] : texts });
}

/** What to do about an unknown name. */
export function didYouMean(name: string, names: Iterable<string>, prefix = ''): string {
  const guess = nearest(name, names);
  return guess === undefined ? '--help lists what there is' : `did you mean ${prefix}${guess}?`;
}

export const hasOff = (row: Setting): boolean =>
  row.default === 'off' ||
  (row.default === undefined && /^(integer|number|duration|bytes|address)$/.test(row.kind));

/** Reads one value. `off` is undefined. @throws SettingError that does not know yet where the text was written. */
export function readValue(row: Setting, text: string): unknown {
  if (text === 'off' && hasOff(row)) return undefined;
  return readers[row.kind](text, row);
}

const readers: Record<Kind, (text: string, row: Setting) => unknown> = {
  string: (text) => text,
  secret: (text) => text,
  list: (text) => text,
  sections: (text) => text,
  path: (text) =>
    text === '' || text.includes('\0') ? refuse('not a path', 'name a file or directory') : text,
  address: parseAddress,
  integer: (text, row) => (/^[+-]?\d+$/.test(text) ? inRange(Number(text), row) : refuse('not an integer')),
  number: (text, row) =>
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? inRange(Number(text), row) : refuse('not a number'),
  boolean: (text) =>
    yes.has(text.toLowerCase()) || (!no.has(text.toLowerCase()) && refuse('not true or false')),
  duration: (text, row) => inRange(parseDuration(text), row),
  bytes: (text, row) => inRange(parseBytes(text), row),
  choice: (text, { choices = [] }) => {
    if (choices.includes(text)) return text;
    const guess = nearest(text, choices);
    return refuse(`not one of ${choices.join(', ')}`, guess && `did you mean ${guess}?`);
  },
  regex: (text) => {
    try {
      return new RegExp(text);
    } catch (cause) {
      throw new SettingError({ what: 'not a regular expression', cause });
    }
  },
};

const yes = new Set(['true', 'yes', 'on', '1']);
const no = new Set(['false', 'no', 'off', '0']);
const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `1.5h`, `1h30m`, `0`. @returns milliseconds */
function parseDuration(text: string): number {
  if (text === '0') return 0;
  const valid = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text);
  if (!valid)
    return refuse('not a duration', `write a number with a unit, such as ${/^\d+$/.test(text) ? text : 30}s`);
  const parts = text.matchAll(/([\d.]+)(ms|s|m|h|d)/g);
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (unitMs[unit] ?? 0), 0);
}

/** `65536`, `64KiB`, `64Ki`, `1.5GiB` in powers of 1024; `k`, `kB`, `M`, `MB` in powers of 1000. @returns bytes */
function parseBytes(text: string): number {
  const [, count, prefix = '', binary] = /^(\d+(?:\.\d+)?)(?:([kKMGT])(i?))?B?$/.exec(text) ?? [];
  const todo = 'write a number with a unit: 64KiB, 1.5GiB, or 64kB in thousands';
  if (count === undefined || (prefix === 'K' && !binary)) return refuse('not a size', todo);
  return Math.round(Number(count) * (binary ? 1024 : 1000) ** ' KMGT'.indexOf(prefix.toUpperCase() || ' '));
}

/** A list in one text: one item a line, or items parted by commas or blanks outside of a glob's braces. */
export function splitList(text: string, byLine = false): string[] {
  if (byLine || text.includes('\n'))
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  return text.match(/(?:\{[^}]*\}|[^\s,])+/g) ?? [];
}

function inRange(value: number, { min, max, kind }: Setting): number {
  if (!Number.isFinite(value) || (kind === 'integer' && !Number.isSafeInteger(value)))
    return refuse('too large');
  const least = min ?? (kind === 'duration' || kind === 'bytes' ? 0 : -Infinity);
  if (value < least) return refuse('too small', `the least is ${printValue(kind, least)}`);
  if (max !== undefined && value > max) return refuse('too large', `the most is ${printValue(kind, max)}`);
  return value;
}

function printValue(kind: Kind, value: number): string {
  if (kind !== 'duration') return String(value);
  return value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`;
}

function refuse(what: string, todo?: string): never {
  throw new SettingError({ what, ...(todo && { todo }) });
}
