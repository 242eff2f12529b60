// Errors as an operator reads them. A wrong setting is one line, `setting and value: what failed: cause; what
// to do`; all wrong settings of a start are thrown together and end the process with exit code 64 (EX_USAGE of
// sysexits.h). Faults at run time are ordinary Errors with a `cause`; explain() puts the chain on one line.
import { getSystemErrorMessage, inspect } from 'node:util';

export type SettingFault = {
  /** As the operator wrote it: `--drain-timeout`, `LOG_TAILER_DRAIN_TIMEOUT`, `config.yaml:3:1 drainTimeout`. */
  setting?: string;
  value?: string;
  what: string;
  cause?: unknown;
  todo?: string;
};

/** One wrong setting. Thrown by whoever notices it: a parser without `setting`, a part at start with all of it. */
export class SettingError extends Error {
  readonly exitCode = 64;
  readonly fault: SettingFault;

  constructor(fault: SettingFault) {
    const subject = [fault.setting, fault.value].filter((part) => part !== undefined).join(' ');
    const cause = fault.cause === undefined ? undefined : explain(fault.cause);
    const line = [subject || undefined, fault.what, cause].filter((part) => part !== undefined).join(': ');
    super(
      fault.todo === undefined ? line : `${line}; ${fault.todo}`,
      fault.cause === undefined ? {} : { cause: fault.cause },
    );
    this.name = 'SettingError';
    this.fault = fault;
  }
}

/** Every wrong setting of one start, one a line. */
export class SettingErrors extends Error {
  readonly exitCode = 64;
  readonly errors: readonly SettingError[];

  constructor(errors: readonly SettingError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.name = 'SettingErrors';
    this.errors = errors;
  }
}

/** The chain of causes on one line: `open checkpoint: open /state/x: permission denied (EACCES)`. Never throws. */
export function explain(error: unknown): string {
  const words: string[] = [];
  const seen = new Set<unknown>();
  for (
    let at = error;
    at !== undefined && at !== null && !seen.has(at);
    at = (at as { cause?: unknown }).cause
  ) {
    seen.add(at);
    const said = sentence(at);
    if (said !== words.at(-1)) words.push(said);
    if (at instanceof SettingError) break; // Its sentence has the cause in it.
  }
  return words.join(': ').replaceAll(/\s*\n\s*/g, ' ') || 'unknown error';
}

/** Of a system error: what was tried on what, in the kernel's own words, with the code to search for. */
function sentence(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return inspect(error, { breakLength: Infinity });
  // A connect to a name with several addresses fails with one error for each of them.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(explain).join(', ');
  const { code, errno, syscall, path, hostname, address, port = -1 } = error as NodeJS.ErrnoException & Peer;
  if (errno === undefined || syscall === undefined) return error.message || error.name;
  const peer = port < 0 ? address : `${address}:${port}`;
  const attempt = [syscall, path ?? hostname ?? peer].filter(Boolean).join(' ');
  return `${attempt}: ${getSystemErrorMessage(errno)} (${code})`;
}

type Peer = { hostname?: string; address?: string; port?: number };

/** The candidate that a slip or two of the hand may have turned into this word, or undefined. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const { length } = bare(word);
  const most = Math.max(Math.min(length - 2, 2), Math.floor(length / 4));
  const ranked = [...candidates].map((candidate) => ({
    candidate,
    slips: slips(bare(word), bare(candidate)),
  }));
  return ranked.filter((one) => one.slips <= most).toSorted((a, b) => a.slips - b.slips)[0]?.candidate;
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');

/** Levenshtein distance: insert, delete or replace a letter, one slip each. */
function slips(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of a.split('').entries()) {
    const row = [i + 1];
    for (const [j, corner] of above.slice(0, -1).entries()) {
      row.push(Math.min((row[j] ?? 0) + 1, (above[j + 1] ?? 0) + 1, corner + (letter === b[j] ? 0 : 1)));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}
