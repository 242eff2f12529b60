// What an error of a running program is in words, for both engines; where it happened each of them knows itself.
import { PrintfError } from '../printf.ts';
import { RegexError } from '../regex/regex.ts';
import { RunError } from './values.ts';

/** The words for the user; undefined for an error that is no fault of the program. */
export function faultText(error: unknown): string | undefined {
  if (error instanceof RunError || error instanceof PrintfError) return error.message;
  if (error instanceof RegexError) return `regular expression: ${error.message}`;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return 'functions call each other too deeply';
  }
  if (isTooLong(error)) return 'a string of more than 512 MiB';
  return undefined;
}

/** V8's strings have 2^29 - 24 characters at most; V8 and Node say so in different ways. */
function isTooLong(error: unknown): boolean {
  if (error instanceof RangeError && error.message.includes('string length')) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG';
}
