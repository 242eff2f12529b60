import { describe, expect, test } from 'vitest';
import { jobsOf, type JobValues, readOperands } from '../src/operands.ts';

const NOTHING: JobValues = {
  operands: [],
  programFile: [],
  source: [],
  program: undefined,
  from: [],
  to: undefined,
  parse: undefined,
  output: undefined,
  rules: [],
};

describe('operands', () => {
  test.each([
    {
      name: 'a program and files',
      in: { operands: ['{print}', 'a', 'b'] },
      program: '{print}',
      files: ['a', 'b'],
    },
    { name: 'standard input', in: { operands: ['{print}', '-'] }, program: '{print}', files: [] },
    {
      name: 'assignments',
      in: { operands: ['{print}', 'x=1', 'a', '_y='] },
      program: '{print}',
      files: ['a'],
      assignments: ['x=1', '_y='],
    },
    { name: 'a path with =', in: { operands: ['{print}', './x=1'] }, program: '{print}', files: ['./x=1'] },
    {
      name: 'a program file',
      in: { programFile: ['p'], operands: ['a', 'x=1'] },
      files: ['a'],
      assignments: ['x=1'],
    },
    { name: 'dates: no program, no assignments', in: { from: ['unix'], operands: ['x=1'] }, files: ['x=1'] },
    { name: 'mixed', in: { parse: 'nginx', operands: ['a', '-'] }, files: ['a'], isMixed: true },
  ])('$name', ({ in: values, program, files, assignments = [], isMixed = false }) => {
    expect(readOperands({ ...NOTHING, ...values })).toEqual({ program, files, assignments, isMixed });
  });
});

describe('jobs', () => {
  test.each([
    { in: {}, out: [] },
    { in: { to: 'rfc3339' }, out: ['dates'] },
    { in: { from: ['unix'], parse: 'nginx' }, out: ['formats'] },
    { in: { output: 'json' }, out: ['formats'] },
    { in: { source: ['1'], rules: [{}] }, out: ['program', 'rules'] },
  ])('$in', ({ in: values, out }) => expect(jobsOf({ ...NOTHING, ...values })).toEqual(out));
});
