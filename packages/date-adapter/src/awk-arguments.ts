// The command line of awk: POSIX's -F, -v, -f and --, what gawk and mawk add that scripts use, then the program and
// its operands. Pure; for awk-command.ts. Options end at the first word that is none (POSIX guideline 9).
import { resolveEscapes } from './awk/escapes.ts';
import type { InitialAssignment } from './awk/interpreter/interpreter.ts';
import { qualify } from './awk/namespaces.ts';

/** A piece of program: from the command line, or a file to be read. */
export type ProgramPart =
  | { readonly text: string }
  | { readonly file: string }
  | { readonly included: string };

export type AwkArguments =
  | { readonly kind: 'version' | 'help' }
  | {
      readonly kind: 'run';
      readonly program: readonly ProgramPart[];
      readonly assignments: readonly InitialAssignment[];
      readonly operands: readonly string[];
      readonly posix: boolean;
      readonly csv: boolean;
      readonly bytes: boolean;
      /** Nothing outside but the operands may be reached. */
      readonly sandbox: boolean;
    };

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** Long forms of gawk; those with a value are written `--name=value` or `--name value`. */
const LONG: Readonly<Record<string, string>> = {
  'field-separator': 'F',
  assign: 'v',
  file: 'f',
  exec: 'E',
  include: 'i',
  source: 'e',
  version: 'V',
  help: 'h',
  posix: 'P',
  csv: 'k',
  'characters-as-bytes': 'b',
  sandbox: 'S',
  traditional: 'c',
  optimize: 'O',
  'no-optimize': 's',
  're-interval': 'r',
  'use-lc-numeric': 'N',
  lint: 't',
  'lint-old': 't',
};

const WITH_VALUE = 'FvfEeiW';
/** Accepted, for scripts that have them: they change nothing here. */
const WITHOUT_EFFECT = 'cOsrNt';

type Reading = {
  program: ProgramPart[];
  assignments: InitialAssignment[];
  posix: boolean;
  csv: boolean;
  bytes: boolean;
  sandbox: boolean;
  special: 'version' | 'help' | undefined;
  /** After -E nothing is an option any more. */
  isLast: boolean;
};

/** @param args what follows the name of the command. @throws UsageError */
export function readAwkArguments(args: readonly string[]): AwkArguments {
  const reading: Reading = {
    program: [],
    assignments: [],
    posix: false,
    csv: false,
    bytes: false,
    sandbox: false,
    special: undefined,
    isLast: false,
  };
  let rest = readOptions(args, reading);
  if (reading.special !== undefined) return { kind: reading.special };
  if (!reading.program.some((part) => !('included' in part))) {
    const [text] = rest;
    if (text === undefined) throw new UsageError('no program');
    reading.program.push({ text });
    rest = rest.slice(1);
  }
  const { program, assignments, posix, csv, bytes, sandbox } = reading;
  return { kind: 'run', program, assignments, operands: rest, posix, csv, bytes, sandbox };
}

/** @returns what is left */
function readOptions(args: readonly string[], reading: Reading): readonly string[] {
  let at = 0;
  while (at < args.length && !reading.isLast) {
    const word = args[at]!;
    if (word === '--') return args.slice(at + 1);
    if (!word.startsWith('-') || word === '-') break;
    at += word.startsWith('--')
      ? readLong(word.slice(2), args[at + 1], reading)
      : readShort(word.slice(1), args[at + 1], reading);
  }
  return args.slice(at);
}

/** @returns how many words it took */
function readLong(word: string, next: string | undefined, reading: Reading): number {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  const letter = LONG[name];
  if (letter === undefined) throw new UsageError(`unknown option --${name}`);
  if (!WITH_VALUE.includes(letter)) {
    setFlag(letter, reading);
    return 1;
  }
  if (equals !== -1) {
    setValue(letter, word.slice(equals + 1), reading);
    return 1;
  }
  if (next === undefined) throw new UsageError(`option --${name} needs a value`);
  setValue(letter, next, reading);
  return 2;
}

/** Letters may share a dash; the first with a value takes what is left of the word, or the next word. */
function readShort(letters: string, next: string | undefined, reading: Reading): number {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!;
    if (WITH_VALUE.includes(letter)) {
      const value = at + 1 < letters.length ? letters.slice(at + 1) : next;
      if (value === undefined) throw new UsageError(`option -${letter} needs a value`);
      setValue(letter, value, reading);
      return at + 1 < letters.length ? 1 : 2;
    }
    setFlag(letter, reading);
  }
  return 1;
}

function setFlag(letter: string, reading: Reading): void {
  if (letter === 'V') reading.special = 'version';
  else if (letter === 'h') reading.special = 'help';
  else if (letter === 'P') reading.posix = true;
  else if (letter === 'k') reading.csv = true;
  else if (letter === 'b') reading.bytes = true;
  else if (letter === 'S') reading.sandbox = true;
  else if (!WITHOUT_EFFECT.includes(letter)) throw new UsageError(`unknown option -${letter}`);
}

function setValue(letter: string, value: string, reading: Reading): void {
  switch (letter) {
    case 'F':
      reading.assignments.push({ name: 'FS', text: resolveEscapes(value, { posix: reading.posix }) });
      break;
    case 'v':
      reading.assignments.push(readAssignment(value, reading.posix));
      break;
    case 'f':
      reading.program.push({ file: value });
      break;
    case 'E':
      reading.program.push({ file: value });
      reading.isLast = true;
      break;
    case 'i':
      reading.program.push({ included: value });
      break;
    case 'e':
      reading.program.push({ text: value });
      break;
    default:
      readMawkOption(value, reading);
  }
}

/** `-W version`, `-W interactive`: mawk's. Ours is always interactive. */
function readMawkOption(value: string, reading: Reading): void {
  if (value.startsWith('v')) reading.special = 'version';
  else if (value.startsWith('posix')) reading.posix = true;
  else if (!/^(?:i|e|r|u|s)/.test(value)) throw new UsageError(`unknown option -W ${value}`);
}

function readAssignment(value: string, posix: boolean): InitialAssignment {
  const [, written, text] = /^((?:[A-Za-z_]\w*::)?[A-Za-z_]\w*)=(.*)$/s.exec(value) ?? [];
  const name = written === undefined ? undefined : qualify(written, undefined);
  if (name === undefined || text === undefined) throw new UsageError(`-v ${value} is no name=value`);
  return { name, text: resolveEscapes(text, { posix }) };
}
