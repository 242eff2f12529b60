// Arguments and environment as the bytes they are: Node decodes them as UTF-8 and puts U+FFFD where they are not, but
// an awk program may hold any byte. Linux keeps the bytes in /proc/self. For main.ts; elsewhere Node's strings stay.
import { readFileSync } from 'node:fs';
import { textCodec } from './awk/interpreter/bytes.ts';

/** As a number: one character beyond Latin-1 makes the whole bundle take two bytes a character, 0.8 MB. */
const REPLACEMENT = String.fromCharCode(0xfffd);

/** What Node has, or the same in the text model where something was replaced. */
export function rawArguments(args: readonly string[]): readonly string[] {
  if (!args.some((text) => text.includes(REPLACEMENT))) return args;
  const words = readWords('/proc/self/cmdline');
  return words === undefined || words.length < args.length ? args : words.slice(-args.length);
}

export function rawEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (![...environment.values()].some((text) => text.includes(REPLACEMENT))) return environment;
  const words = readWords('/proc/self/environ');
  if (words === undefined) return environment;
  return new Map(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const),
  );
}

/** NUL-terminated words. @returns undefined where there is no /proc */
function readWords(path: string): string[] | undefined {
  try {
    return textCodec(true).decode(readFileSync(path)).split('\0').slice(0, -1);
  } catch {
    return undefined;
  }
}
