// Everything log-tailer can be told, tail's flags included. For main (which turns it into parts), --help, the README
// and the example file, which are all made from this table.
import type { SettingFault } from '@podmate/base/errors';
import {
  type BaseValues,
  defineSettings,
  type Loaded,
  type Table,
  type Values,
} from '@podmate/base/settings';
import { compileGlob, isGlob } from './glob.ts';
import { parseCount } from './tail-arguments.ts';

/** What may differ from input to input; as flags they hold for all. */
const perInput = {
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
} as const;

const rows = {
  include: {
    kind: 'list',
    group: 'Files',
    positional: true,
    default: [],
    env: ['PATH_TO_TAIL'],
    metavar: 'PATH|GLOB',
    help: 'Files to follow: paths (they need not exist yet) and globs with *, ?, [...], {a,b} and **.',
    reloadable: true,
  },
  ...perInput,
  startAt: {
    kind: 'choice',
    group: 'Files',
    choices: ['beginning', 'end'],
    default: 'beginning',
    help: 'Where to begin in files that are there at the start and that no checkpoint knows.',
  },
  lines: {
    kind: 'string',
    group: 'As tail',
    short: '-n',
    metavar: '[+]N',
    help: 'Begin with the last N lines, or with line N (+N), of files that are there at the start.',
  },
  bytes: {
    kind: 'string',
    group: 'As tail',
    short: '-c',
    metavar: '[+]N',
    help: 'Begin with the last N bytes, or with byte N (+N); N may have a multiplier: b, kB, K, MB, M, GB, G.',
  },
  follow: {
    kind: 'choice',
    group: 'As tail',
    short: '-f',
    optionalValue: 'name',
    choices: ['name', 'descriptor'],
    help: 'Follow the files as they grow, by name: new files at the path too. descriptor: only the file first found.',
  },
  followName: { kind: 'boolean', group: 'As tail', short: '-F', help: 'The same as --follow=name --retry.' },
  quiet: {
    kind: 'boolean',
    group: 'As tail',
    short: '-q',
    flags: ['silent'],
    help: 'No headers; the default here.',
  },
  verbose: {
    kind: 'boolean',
    group: 'As tail',
    short: '-v',
    help: 'A header line when the output turns to another file.',
  },
  zeroTerminated: {
    kind: 'boolean',
    group: 'As tail',
    short: '-z',
    help: 'Lines end with NUL instead of newline.',
  },
  sleepInterval: {
    kind: 'number',
    group: 'As tail',
    short: '-s',
    min: 0,
    metavar: 'SECONDS',
    help: "How often to look where no change notices come; tail's name for --poll-interval.",
  },
  retry: {
    kind: 'boolean',
    group: 'As tail',
    help: 'Accepted; what cannot be opened is always tried again.',
  },
  maxUnchangedStats: {
    kind: 'integer',
    group: 'As tail',
    help: 'Accepted; a path is always looked at again.',
  },
  debug: { kind: 'boolean', group: 'As tail', help: 'Accepted; see --log-level debug.' },
  pid: {
    kind: 'list',
    group: 'Lifecycle',
    default: [],
    metavar: 'PID',
    help: 'End, drained, when this process (of all that are given) is no more; needs a shared process namespace.',
  },
  checkpoint: {
    kind: 'string',
    group: 'Delivery',
    default: 'auto',
    metavar: 'DIR|auto|off',
    help: 'Where to remember what was delivered. auto: /var/lib/log-tailer if it is there, else .log-tailer beside the logs.',
  },
  rotateWait: {
    kind: 'duration',
    group: 'Delivery',
    default: '30s',
    help: 'A rotated file is followed on until nothing came for this long. What is unread is never dropped.',
  },
  keepRotatedMax: {
    kind: 'bytes',
    group: 'Delivery',
    default: '1GiB',
    help: 'Delivered rotated files are let go sooner when they hold more disk space than this.',
  },
  linger: {
    kind: 'duration',
    group: 'Lifecycle',
    default: '0s',
    help: 'After SIGTERM, follow for this long before the final drain; for classic sidecars, whose app may still write.',
  },
  once: { kind: 'boolean', group: 'Lifecycle', help: 'Deliver what is there and end.' },
  exitWhenRemoved: {
    kind: 'boolean',
    group: 'Lifecycle',
    help: 'End when all files were removed and are delivered.',
  },
  ignoreOlder: {
    kind: 'duration',
    group: 'Files',
    default: 'off',
    help: 'Pass over what is in files that nobody wrote to for this long; new lines are delivered.',
  },
  watch: {
    kind: 'choice',
    group: 'Watching',
    choices: ['auto', 'inotify', 'poll'],
    default: 'auto',
    help: 'How changes are noticed. auto: inotify, but polling on network and FUSE file systems.',
  },
  pollInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '250ms',
    min: 10,
    help: 'How often to look when polling.',
  },
  sweepInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '1s',
    min: 10,
    help: 'How often to look at all files in case a notice was lost; large crowds take turns.',
  },
  discoveryInterval: {
    kind: 'duration',
    group: 'Watching',
    default: '1s',
    min: 10,
    help: 'How often to look for new files in case a notice was lost.',
  },
  maxOpenFiles: {
    kind: 'integer',
    group: 'Watching',
    default: '0',
    min: 0,
    help: 'Idle files beyond this many are closed and opened again when they grow; 0: 90 % of the process limit.',
  },
  inputs: {
    kind: 'sections',
    group: 'Files',
    help: 'Groups of files with settings of their own: a list of mappings, each with include and the settings above.',
    reloadable: true,
    sections: {
      include: { kind: 'list', group: 'Files', required: true, help: 'Paths and globs of this group.' },
      ...perInput,
    },
  },
} as const satisfies Table;

export type SettingsValues = Values<typeof rows> & BaseValues;
export type LoadedSettings = Loaded<typeof rows>;
export type InputValues = Values<typeof perInput> & { readonly include: readonly string[] };

export const settings = defineSettings(
  {
    name: 'log-tailer',
    summary:
      'Follows log files and prints every line of them once, whatever rotation, restarts and slow readers do.',
    usage: '[flags] PATH|GLOB...',
    *check(values) {
      if (values.include.length === 0 && values.inputs.length === 0) {
        yield {
          setting: 'PATH',
          what: 'no file to follow',
          todo: 'name a path or glob, such as /var/log/app/*.log',
        };
      }
      for (const include of values.include.filter((path) => path === '-')) {
        yield {
          setting: 'PATH',
          value: include,
          what: 'standard input cannot be followed',
          todo: 'name a file',
        };
      }
      for (const pid of values.pid.filter((text) => !/^\d+$/.test(text))) {
        yield { setting: '--pid', value: pid, what: 'not a process id', todo: 'write a number' };
      }
      for (const [flag, text] of [['--lines', values.lines] as const, ['--bytes', values.bytes] as const]) {
        if (text === undefined || parseCount(text) !== undefined) continue;
        yield {
          setting: flag,
          value: text,
          what: 'not a count',
          todo: 'write N or +N, perhaps with a multiplier (10K)',
        };
      }
      for (const [place, each] of [
        ['--', values] as const,
        ...values.inputs.map((input, at) => [`inputs[${at}].`, input] as const),
      ]) {
        yield* checkInput(place, each);
      }
    },
  },
  rows,
);

function* checkInput(place: string, input: InputValues): Generator<SettingFault> {
  if (input.encoding !== undefined && !isEncoding(input.encoding)) {
    const todo = 'use a WHATWG label, such as utf-16le, latin1, windows-1252, shift_jis, gbk';
    yield { setting: `${place}encoding`, value: input.encoding, what: 'unknown encoding', todo };
  }
  if (input.longLines !== 'stream' && input.maxLineBytes === 0) {
    const todo = 'set maxLineBytes (--max-line-bytes 16KiB)';
    yield { setting: `${place}longLines`, value: input.longLines, what: 'no length is set', todo };
  }
  for (const key of ['include', 'exclude'] as const) {
    for (const pattern of input[key].filter(isGlob)) {
      const cause = globFault(pattern);
      if (cause !== undefined) yield { setting: `${place}${key}`, value: pattern, what: 'not a glob', cause };
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
