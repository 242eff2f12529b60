// What the operands of the command line are: the program, assignments, files, standard input. Pure.
import type { RuleValues } from './rule-settings.ts';

export type Operands = {
  /** The program's text where no flag says what to do. */
  readonly program: string | undefined;
  /** `name=value`, where there is a program that they could mean something to. */
  readonly assignments: readonly string[];
  /** Paths and globs; none: standard input. */
  readonly files: readonly string[];
  /** `-` beside files. */
  readonly isMixed: boolean;
};

export type JobValues = Pick<RuleValues, 'from' | 'to' | 'parse' | 'output'> & {
  readonly operands: readonly string[];
  readonly programFile: readonly string[];
  readonly source: readonly string[];
  readonly program: string | undefined;
  readonly rules: readonly object[];
};

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** What lines are to go through: `nothing` is a mistake, as are two at once. */
export function jobsOf(values: JobValues): ('program' | 'dates' | 'formats' | 'rules')[] {
  const { programFile, source, program, from, to, parse, output, rules } = values;
  const hasFormats = parse !== undefined || output !== undefined;
  return [
    ...(programFile.length > 0 || source.length > 0 || program !== undefined ? ['program' as const] : []),
    ...(hasFormats ? ['formats' as const] : []),
    ...(!hasFormats && (from.length > 0 || to !== undefined) ? ['dates' as const] : []),
    ...(rules.length > 0 ? ['rules' as const] : []),
  ];
}

export function readOperands(values: JobValues): Operands {
  const jobs = jobsOf(values);
  const [program, rest] =
    jobs.length > 0 ? [undefined, values.operands] : [values.operands[0], values.operands.slice(1)];
  const hasProgram = jobs.length === 0 || jobs.includes('program');
  const assignments = hasProgram ? rest.filter((operand) => ASSIGNMENT.test(operand)) : [];
  const inputs = rest.filter((operand) => !assignments.includes(operand));
  const files = inputs.filter((operand) => operand !== '-');
  return { program, assignments, files, isMixed: files.length > 0 && files.length < inputs.length };
}
