// tail's ways of being called, brought to the one command line that the settings know: by the name `tail`, as
// `sh -c 'tail -n+1 -F /var/log/app.log'` (the commonest manifest there is, and we have no shell), with counts as
// `-5f` and `+5`. Pure.
import path from 'node:path';
import type { StartPosition } from './start-position.ts';

export type Call = {
  /** The command line as log-tailer's settings read it. */
  readonly argv: readonly string[];
  /** Called as tail: then without -f the last lines are printed and that is all. */
  readonly asTail: boolean;
  /** What else was asked for: a shell that we are not. */
  readonly refused?: string;
};

const SHELLS = new Set(['sh', 'ash', 'bash', 'dash']);

/** @param argv without the interpreter; argv[0] is the name we were called by */
export function readCall(argv: readonly string[]): Call {
  const [calledAs = '', ...rest] = argv;
  const name = path.basename(calledAs);
  if (name === 'tail') return { argv: modern(rest), asTail: true };
  if (SHELLS.has(name)) return readShellCall(rest);
  if (name === 'busybox') return readCall(rest);
  // As arguments to the image's entry point: ["tail", ...], ["/bin/sh", "-c", ...], ["busybox", "tail", ...].
  const command = path.basename(rest[0] ?? '');
  const isCommand = command === 'tail' || command === 'busybox' || (SHELLS.has(command) && rest[1] === '-c');
  return isCommand ? readCall(rest) : { argv: modern(rest), asTail: false };
}

function readShellCall(argv: readonly string[]): Call {
  const refused =
    "this image has no shell; it runs a single tail command (sh -c 'tail -n+1 -F /path'), nothing else";
  const [flag, script] = argv;
  const words = flag === '-c' && script !== undefined ? shellWords(script) : undefined;
  if (words === undefined) return { argv: [], asTail: false, refused };
  const command = words[0] === 'exec' ? words.slice(1) : words;
  const call = readCall(command);
  return call.asTail ? call : { argv: [], asTail: false, refused };
}

/** The words of one simple command; undefined when it asks for more than words: variables, pipes, lists. */
export function shellWords(script: string): string[] | undefined {
  const words: string[] = [];
  const token = /\s*((?:'[^']*'|"(?:[^"$`\\]|\\.)*"|\\.|[^\s'"\\$`;&|<>()#!])+)/sy;
  for (let at = 0; at < script.trimEnd().length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(script);
    if (match === null) return undefined;
    words.push(
      match[1]!.replace(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
        (_, single, double, escaped) => single ?? (double === undefined ? escaped : unescaped(double)),
      ),
    );
  }
  return words;
}

/** Between double quotes a backslash is one unless `$`, a backquote, `"`, a backslash or a newline follows. */
function unescaped(text: string): string {
  return text.replace(/\\([$`"\\\n])/g, (_, escaped: string) => (escaped === '\n' ? '' : escaped));
}

/** POSIX 1003.1-1990 forms, GNU's and busybox's to this day: `-5`, `-5f`, `-20c`, `+5` as the first argument. */
function modern(argv: readonly string[]): string[] {
  const [first = '', ...rest] = argv;
  const old = /^([-+])(\d+)([bcl]?)(f?)$/.exec(first);
  if (old === null) return [...argv];
  const [, sign, count, unit, follow] = old;
  const number = (sign === '+' ? '+' : '') + count;
  const position = unit === 'b' ? ['-c', `${number}b`] : [unit === 'c' ? '-c' : '-n', number];
  return [...position, ...(follow === 'f' ? ['-f'] : []), ...rest];
}

const MULTIPLIERS = new Map([
  ['', 1],
  ['b', 512],
  ['k', 1024],
  ['kB', 1000],
  ['m', 1024 ** 2],
  ...['K', 'M', 'G', 'T', 'P'].flatMap((letter, index): [string, number][] => [
    [letter, 1024 ** (index + 1)],
    [`${letter}iB`, 1024 ** (index + 1)],
    [`${letter}B`, 1000 ** (index + 1)],
  ]),
]);

/** `10`, `-10`, `+5`, `2K`: how many, and whether from the start. Undefined when it is none of these. */
export function parseCount(text: string): { count: number; fromStart: boolean } | undefined {
  const [, sign, digits, unit = ''] = /^([-+]?)(\d+)([a-zA-Z]*)$/.exec(text) ?? [];
  const multiplier = MULTIPLIERS.get(unit);
  if (digits === undefined || multiplier === undefined) return undefined;
  return { count: Number(digits) * multiplier, fromStart: sign === '+' };
}

/** Where -n, -c or --start-at say to begin; -c wins over -n, and both over --start-at, as the more exact. */
export function startPosition(values: {
  lines?: string | undefined;
  bytes?: string | undefined;
  startAt: string;
}): StartPosition {
  const { lines, bytes, startAt } = values;
  const given = parseCount(bytes ?? lines ?? '');
  if (given === undefined) return { kind: startAt === 'end' ? 'end' : 'beginning' };
  if (bytes !== undefined) return { kind: given.fromStart ? 'fromByte' : 'lastBytes', count: given.count };
  return { kind: given.fromStart ? 'fromLine' : 'lastLines', count: given.count };
}
