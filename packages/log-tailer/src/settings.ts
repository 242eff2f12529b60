// Everything log-tailer can be told, tail's flags included. For main (which turns it into parts), --help, the README
// and the example file, which are all made from this table.
import {
  type BaseValues,
  defineSettings,
  type Loaded,
  type Table,
  type Values,
} from '@podmate/base/settings';
import { flagName } from '@podmate/base/settings-grammar';
import { checkpointRow, ignoreOlderRow, keepingRows, startAtRow, watchingRows } from './follow-settings.ts';
import { checkInput, perInput } from './input-settings.ts';
import { parseCount } from './tail-arguments.ts';

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
  startAt: startAtRow,
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
    help: 'No headers: the default, but for several files when called as tail.',
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
  checkpoint: checkpointRow('log-tailer'),
  ...keepingRows,
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
  ignoreOlder: ignoreOlderRow,
  ...watchingRows,
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
      for (const [nameOf, each] of [
        [flagName, values] as const,
        ...values.inputs.map((input, at) => [(key: string) => `inputs[${at}].${key}`, input] as const),
      ]) {
        yield* checkInput(nameOf, each);
      }
    },
  },
  rows,
);
