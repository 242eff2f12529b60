// The command line of awk.
import { describe, expect, test } from 'vitest';
import { readAwkArguments, UsageError } from '../src/awk-arguments.ts';

const nothing = {
  kind: 'run',
  program: [{ text: 'p' }],
  assignments: [],
  operands: [],
  posix: false,
  csv: false,
  bytes: false,
  sandbox: false,
};

const FS = (text: string): { name: string; text: string } => ({ name: 'FS', text });

test.each([
  { name: 'a program alone', in: ['p'], out: {} },
  { name: 'operands', in: ['p', 'x', 'v=1', '-F'], out: { operands: ['x', 'v=1', '-F'] } },
  { name: 'a dash is an operand', in: ['p', '-'], out: { operands: ['-'] } },
  { name: '--', in: ['--', 'p', '-x'], out: { operands: ['-x'] } },
  { name: '-F joined', in: ['-F:', 'p'], out: { assignments: [FS(':')] } },
  { name: '-F apart', in: ['-F', ':', 'p'], out: { assignments: [FS(':')] } },
  { name: '-F with an escape', in: ['-F\\t', 'p'], out: { assignments: [FS('\t')] } },
  { name: '-Ft is the letter, as in gawk', in: ['-Ft', 'p'], out: { assignments: [FS('t')] } },
  { name: '-F of a blank', in: ['-F ', 'p'], out: { assignments: [FS(' ')] } },
  {
    name: '-v',
    in: ['-v', 'x=a\\nb=c', '-vy=', 'p'],
    out: {
      assignments: [
        { name: 'x', text: 'a\nb=c' },
        { name: 'y', text: '' },
      ],
    },
  },
  {
    name: '-F and -v in their order',
    in: ['-v', 'FS=;', '-F:', 'p'],
    out: { assignments: [FS(';'), FS(':')] },
  },
  {
    name: '-f several',
    in: ['-f', 'a', '-fb', 'x'],
    out: { program: [{ file: 'a' }, { file: 'b' }], operands: ['x'] },
  },
  { name: '-e and -f', in: ['-e', 'q', '-f', 'a'], out: { program: [{ text: 'q' }, { file: 'a' }] } },
  {
    name: '-E ends the options',
    in: ['-E', 'a', '-v', 'x'],
    out: { program: [{ file: 'a' }], operands: ['-v', 'x'] },
  },
  { name: 'letters together', in: ['-bP', 'p'], out: { bytes: true, posix: true } },
  {
    name: 'long options',
    in: ['--posix', '--csv', '--field-separator=:', '--assign', 'x=1', 'p'],
    out: { posix: true, csv: true, assignments: [FS(':'), { name: 'x', text: '1' }] },
  },
  {
    name: '-i beside the program',
    in: ['-i', 'a', '--include=b', 'p', 'x'],
    out: { program: [{ included: 'a' }, { included: 'b' }, { text: 'p' }], operands: ['x'] },
  },
  {
    name: '-v of a namespace',
    in: ['-v', 'a::b=1', '-v', 'awk::c=2', 'p'],
    out: {
      assignments: [
        { name: 'a::b', text: '1' },
        { name: 'c', text: '2' },
      ],
    },
  },
  { name: 'the sandbox', in: ['-S', 'p'], out: { sandbox: true } },
  { name: '-W of mawk', in: ['-W', 'interactive', 'p'], out: {} },
])('$name', ({ in: args, out }) => expect(readAwkArguments(args)).toEqual({ ...nothing, ...out }));

test.each([[['--version']], [['-V']], [['-Wversion']]])('%j asks for the version', (args) => {
  expect(readAwkArguments(args)).toEqual({ kind: 'version' });
});

test('--help', () => expect(readAwkArguments(['--help'])).toEqual({ kind: 'help' }));

describe('refused', () => {
  test.each([
    [[], /no program/],
    [['-F'], /-F needs a value/],
    [['--assign'], /--assign needs a value/],
    [['-q', 'p'], /unknown option -q/],
    [['--what', 'p'], /unknown option --what/],
    [['-v', '1x=3', 'p'], /no name=value/],
    [['-v', 'x', 'p'], /no name=value/],
    [['-W', 'what', 'p'], /unknown option -W what/],
  ])('%j', (args, message) => {
    expect(() => readAwkArguments(args)).toThrow(UsageError);
    expect(() => readAwkArguments(args)).toThrow(message);
  });
});
