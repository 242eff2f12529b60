// What may differ from one group of files to another: as flags it holds for all, in `inputs:` of the settings file for
// one group. For settings, which has both, and plan, which makes inputs and formats of it.
import type { SettingFault } from '@podmate/base/errors';
import type { Table, Values } from '@podmate/base/settings';
import { compileGlob, isGlob } from './glob.ts';

/** A skipped line must be known to be too long before its first byte is out: while all of it is in the buffer. */
const MOST_SKIPPABLE_BYTES = 256 * 1024;

export const perInput = {
  exclude: {
    kind: 'list',
    group: 'Files',
    default: [],
    metavar: 'GLOB',
    help: 'Globs of files to leave out; one without a slash is matched against names. Compressed files are left out anyway.',
    reloadable: true,
  },
  format: {
    kind: 'choice',
    group: 'Output',
    choices: ['raw', 'prefix', 'json'],
    default: 'raw',
    help: 'raw: byte for byte as in the file; prefix: each record behind --prefix; json: one object a record.',
    reloadable: true,
  },
  prefix: {
    kind: 'string',
    group: 'Output',
    default: '[{basename}] ',
    metavar: 'TEMPLATE',
    help: 'What to put before each record with --format prefix; {path}, {basename}, {dirname}, {hostname} are filled in.',
    reloadable: true,
  },
  jsonKey: {
    kind: 'string',
    group: 'Output',
    default: 'message',
    metavar: 'KEY',
    help: 'The key of the record with --format json.',
    reloadable: true,
  },
  maxLineBytes: {
    kind: 'bytes',
    group: 'Lines',
    default: '0',
    help: 'What is done to lines longer than this is for --long-lines to say; 0: no limit. Runtimes split at 16KiB.',
    reloadable: true,
  },
  longLines: {
    kind: 'choice',
    group: 'Lines',
    choices: ['stream', 'split', 'truncate', 'skip'],
    default: 'stream',
    help: 'stream: whole, whatever the length, in bounded memory; split: into several lines; truncate: cut off; skip: drop.',
    reloadable: true,
  },
  multilineStart: {
    kind: 'regex',
    group: 'Lines',
    metavar: 'REGEX',
    help: 'A line that matches begins a new record; those that do not belong to the record before (stack traces).',
    reloadable: true,
  },
  multilineEnd: {
    kind: 'regex',
    group: 'Lines',
    metavar: 'REGEX',
    help: 'A line that matches ends its record.',
    reloadable: true,
  },
  multilineTimeout: {
    kind: 'duration',
    group: 'Lines',
    default: '1s',
    help: 'A record of several lines is complete when nothing was added for this long.',
    reloadable: true,
  },
  partialTimeout: {
    kind: 'duration',
    group: 'Lines',
    default: 'off',
    help: 'Deliver an unfinished line when nothing was added for this long; off: it waits for its newline.',
    reloadable: true,
  },
  encoding: {
    kind: 'string',
    group: 'Lines',
    default: 'off',
    metavar: 'LABEL',
    help: 'Encoding of the files (utf-16le, latin1, shift_jis, any WHATWG label); the output is UTF-8. off: bytes as they are.',
    reloadable: true,
  },
  stripCr: {
    kind: 'boolean',
    group: 'Lines',
    help: 'Take the CR off lines that end with CR LF.',
    reloadable: true,
  },
  skipNul: {
    kind: 'boolean',
    group: 'Lines',
    default: true,
    help: 'Skip the hole of NULs left by a writer that keeps its offset over a truncation.',
    reloadable: true,
  },
  gzip: {
    kind: 'boolean',
    group: 'Files',
    help: 'Read gzip files that match too, and rotated ones that hold what was not read before they were compressed.',
    reloadable: true,
  },
} as const satisfies Table;

export type InputValues = Values<typeof perInput> & { readonly include: readonly string[] };

/** Faults of one group that no single value shows. @param nameOf how the operator would write a key of this group */
export function* checkInput(nameOf: (key: string) => string, input: InputValues): Generator<SettingFault> {
  if (input.encoding !== undefined && !isEncoding(input.encoding)) {
    const todo = 'use a WHATWG label, such as utf-16le, latin1, windows-1252, shift_jis, gbk';
    yield { setting: nameOf('encoding'), value: input.encoding, what: 'unknown encoding', todo };
  }
  if (input.longLines !== 'stream' && input.maxLineBytes === 0) {
    const todo = 'set maxLineBytes (--max-line-bytes 16KiB)';
    yield { setting: nameOf('longLines'), value: input.longLines, what: 'no length is set', todo };
  }
  if (input.longLines === 'skip' && input.maxLineBytes > MOST_SKIPPABLE_BYTES) {
    const todo = 'set at most 256KiB, or use truncate or split';
    yield { setting: nameOf('maxLineBytes'), value: `${input.maxLineBytes}`, what: 'too long to skip', todo };
  }
  for (const key of ['include', 'exclude'] as const) {
    for (const pattern of input[key].filter(isGlob)) {
      const cause = globFault(pattern);
      if (cause !== undefined) yield { setting: nameOf(key), value: pattern, what: 'not a glob', cause };
    }
  }
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label) instanceof TextDecoder;
  } catch {
    return false;
  }
}

function globFault(pattern: string): unknown {
  try {
    compileGlob(pattern, (alternative) => alternative);
    return undefined;
  } catch (error) {
    return error;
  }
}
