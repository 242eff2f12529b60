// Everything date-adapter can be told. For main (which turns it into parts), --help, the README and the example file,
// which are all made from this table. What is wrong with a program, a layout or a pattern is found by compiling them:
// compiled-settings.ts.
import {
  type BaseValues,
  defineSettings,
  type Loaded,
  type Table,
  type Values,
} from '@podmate/base/settings';
import {
  checkpointRow,
  ignoreOlderRow,
  keepingRows,
  startAtRow,
  watchingRows,
} from '@podmate/log-tailer/follow-settings';
import { perRule } from './rule-settings.ts';

const rows = {
  operands: {
    kind: 'list',
    group: 'Files',
    positional: true,
    byLine: true,
    default: [],
    metavar: "'PROGRAM' | PATH|GLOB | NAME=VALUE | -",
    help: 'The awk program, unless a flag says what to do; then the files to follow. None, or -: standard input.',
  },
  fieldSeparator: {
    kind: 'string',
    group: 'awk',
    short: '-F',
    metavar: 'FS',
    help: 'Separator of fields, as awk has it.',
  },
  assign: {
    kind: 'list',
    group: 'awk',
    short: '-v',
    byLine: true,
    default: [],
    metavar: 'NAME=VALUE',
    help: 'Sets a variable of the program before it begins.',
  },
  programFile: {
    kind: 'list',
    group: 'awk',
    short: '-f',
    flags: ['file'],
    byLine: true,
    default: [],
    metavar: 'PATH',
    help: 'File with the program, or a part of it.',
  },
  source: {
    kind: 'list',
    group: 'awk',
    short: '-e',
    byLine: true,
    default: [],
    metavar: 'TEXT',
    help: 'A part of the program.',
  },
  program: {
    kind: 'string',
    group: 'awk',
    env: ['AWK_PROGRAM'],
    metavar: 'TEXT',
    help: 'The program.',
  },
  csv: { kind: 'boolean', group: 'awk', short: '-k', help: 'Records and fields are those of CSV.' },
  posix: {
    kind: 'boolean',
    group: 'awk',
    short: '-P',
    help: "Only what POSIX knows, without gawk's and our own.",
  },
  charactersAsBytes: { kind: 'boolean', group: 'awk', short: '-b', help: 'Characters are bytes, not UTF-8.' },
  allow: {
    kind: 'list',
    group: 'awk',
    default: [],
    metavar: 'exec|read|write',
    help: 'What the program may do beside reading its input and printing: run commands, read files, write files.',
  },
  ...perRule,
  rejectFile: {
    kind: 'path',
    group: 'Errors',
    metavar: 'FILE',
    help: 'Where --on-error reject-file puts lines.',
  },
  now: {
    kind: 'string',
    group: 'Dates',
    metavar: 'RFC3339',
    help: 'The time that counts as now, for stamps without a year: for tests.',
  },
  rules: {
    kind: 'sections',
    group: 'Rules',
    help: 'A list of mappings, each with match and with the settings above: the first that matches a line takes it.',
    reloadable: true,
    sections: {
      match: {
        kind: 'string',
        group: 'Rules',
        metavar: 'REGEX',
        help: 'Lines that it takes, as an awk regex; without it all.',
      },
      awk: { kind: 'string', group: 'Rules', metavar: 'TEXT', help: 'An awk program for these lines.' },
      ...perRule,
    },
  },
  exclude: {
    kind: 'list',
    group: 'Files',
    default: [],
    metavar: 'GLOB',
    help: 'Globs of files to leave out. Compressed files are left out anyway.',
  },
  startAt: startAtRow,
  lines: {
    kind: 'string',
    group: 'Files',
    short: '-n',
    metavar: '[+]N',
    help: 'Begin with the last N lines, or with line N (+N), of files that are there at the start.',
  },
  ignoreOlder: ignoreOlderRow,
  follow: {
    kind: 'boolean',
    group: 'Lifecycle',
    default: true,
    help: 'The same as --once.',
  },
  once: { kind: 'boolean', group: 'Lifecycle', help: 'Convert what is there, file after file, and end.' },
  linger: {
    kind: 'duration',
    group: 'Lifecycle',
    default: '0s',
    help: 'After SIGTERM, follow for this long before the final drain; for classic sidecars, whose app may still write.',
  },
  checkpoint: checkpointRow('date-adapter'),
  ...keepingRows,
  ...watchingRows,
} as const satisfies Table;

export type SettingsValues = Values<typeof rows> & BaseValues;
export type LoadedSettings = Loaded<typeof rows>;

export const settings = defineSettings(
  {
    name: 'date-adapter',
    summary:
      'Prints log lines in the format you want, by awk programs, date layouts or parsers of known formats, line by line.',
    usage: "[flags] ['PROGRAM'] [PATH|GLOB|NAME=VALUE|-]...",
  },
  rows,
);
