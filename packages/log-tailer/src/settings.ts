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
