// The names an adapter container is called by, brought to the command lines that we have: `awk ...` in all its names,
// and the commonest adapter there is, `sh -c 'tail -n+1 -F /var/log/ts.log | awk ...'`, so that a manifest runs with
// its image changed and nothing else. There is no shell in the image: what is more than that is refused. Pure.
import path from 'node:path';
import { shellWords } from '@podmate/log-tailer/tail-arguments';

export type Call =
  /** The command awk: plain, nothing followed, everything allowed. */
  | { readonly kind: 'awk'; readonly args: readonly string[] }
  /** The adapter, with its own flags. */
  | { readonly kind: 'adapter'; readonly args: readonly string[] }
  /** Something only a shell could do. */
  | { readonly kind: 'refused'; readonly reason: string };

const AWKS = new Set(['awk', 'gawk', 'mawk', 'nawk', 'original-awk']);
const SHELLS = new Set(['sh', 'ash', 'bash', 'dash']);

const NO_SHELL =
  "this image has no shell; it runs sh -c 'tail -n+1 -F FILE | awk ...', sh -c 'cat FILE | awk ...' or sh -c 'awk ...', nothing else";

/** @param argv without the interpreter; argv[0] is the name we were called by, or the entry point's */
export function readShellCall(argv: readonly string[]): Call {
  const [calledAs = '', ...rest] = argv;
  const own = callByName(path.basename(calledAs), rest);
  if (own !== undefined) return own;
  // As arguments of the image's entry point: ["awk", ...], ["/bin/sh", "-c", ...].
  const [command = '', ...more] = rest;
  return callByName(path.basename(command), more) ?? { kind: 'adapter', args: rest };
}

function callByName(name: string, args: readonly string[]): Call | undefined {
  if (AWKS.has(name)) return { kind: 'awk', args };
  if (name === 'busybox') {
    const [applet = '', ...rest] = args;
    return callByName(applet, rest) ?? { kind: 'refused', reason: `busybox ${applet}: ${NO_SHELL}` };
  }
  if (!SHELLS.has(name)) return undefined;
  const [flag, script] = args;
  const call = flag === '-c' && script !== undefined ? readScript(script) : undefined;
  return call ?? { kind: 'refused', reason: NO_SHELL };
}

function readScript(script: string): Call | undefined {
  const commands = splitPipes(script).map((command) => shellWords(command));
  const [first, second, ...more] = commands;
  if (first === undefined || more.length > 0) return undefined;
  const [name = '', ...args] = withoutExec(first);
  if (second === undefined) {
    return commands.length === 1 && AWKS.has(path.basename(name)) ? { kind: 'awk', args } : undefined;
  }
  const [awk = '', ...program] = second;
  if (!AWKS.has(path.basename(awk))) return undefined;
  const input =
    name === 'cat' ? catInput(args) : path.basename(name) === 'tail' ? tailInput(args) : undefined;
  if (input === undefined) return undefined;
  return { kind: 'adapter', args: [...input.flags, ...program, ...input.files] };
}

function withoutExec(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  return first === 'exec' ? rest : words;
}

/** The commands of a pipeline: split where a `|` is outside of quotes. */
function splitPipes(script: string): string[] {
  const pieces = script.match(/'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\|+|[^'"\\|]+|['"\\]/gs) ?? [];
  const commands = [''];
  for (const piece of pieces) {
    if (piece === '|') commands.push('');
    else commands.push(`${commands.pop() ?? ''}${piece}`);
  }
  return commands;
}

type Input = { readonly flags: readonly string[]; readonly files: readonly string[] };

function catInput(args: readonly string[]): Input | undefined {
  const isPlain = args.length > 0 && args.every((arg) => !arg.startsWith('-'));
  return isPlain ? { flags: ['--once'], files: args } : undefined;
}

/** tail's flags as ours: -f, -F and -n; without -f what is there is read, and that is all. */
function tailInput(args: readonly string[]): Input | undefined {
  let follows = false;
  let lines = '10';
  const files: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const [, letters = '', count] = /^-([fFqv]*)(?:n\s*([+-]?\d+))?$/.exec(word) ?? [];
    if (word.startsWith('--')) {
      if (/^--follow(?:=name|=descriptor)?$/.test(word)) follows = true;
      else if (word.startsWith('--lines=')) lines = word.slice('--lines='.length);
      else if (word !== '--retry') return undefined;
    } else if (/^-[fFqv]*n$/.test(word)) {
      lines = args[++at] ?? '';
      follows ||= /[fF]/.test(word);
    } else if (letters !== '' || count !== undefined) {
      follows ||= /[fF]/.test(letters);
      lines = count ?? lines;
    } else if (word.startsWith('-') || !/^[^+]/.test(word)) return undefined;
    else files.push(word);
  }
  if (files.length === 0 || !/^[+-]?\d+$/.test(lines)) return undefined;
  return { flags: [`--lines=${lines}`, ...(follows ? [] : ['--once'])], files };
}
