// Awk programs of the settings, compiled: read, parsed, refused where they reach outside without leave; and the
// transform that runs one. For the program of the command line and for those of rules.
import { readFileSync } from 'node:fs';
import { analyze } from '../awk/analysis.ts';
import { refuseReaches, type Permission } from '../awk/analysis-reaches.ts';
import type { Program } from '../awk/ast.ts';
import { mayRunForever } from '../awk/analysis-endless.ts';
import { startProgram } from '../awk/compiler/run.ts';
import { resolveEscapes } from '../awk/escapes.ts';
import { textCodec } from '../awk/interpreter/bytes.ts';
import type { InitialAssignment } from '../awk/interpreter/interpreter.ts';
import { parseProgram } from '../awk/parser.ts';
import type { Source } from '../awk/source-error.ts';
import { NativeWorld } from '../native-world.ts';
import { readOperands } from '../operands.ts';
import type { SettingsValues } from '../settings.ts';
import type { FailurePolicy } from './failure-policy.ts';
import { AwkTransform, OutputSink, PushedChunks } from './awk-transform.ts';
import type { FaultList } from './fault-list.ts';
import type { LineCounts } from './line-transform.ts';
import { namedValues } from './named-values.ts';
import type { Surroundings } from './surroundings.ts';

export type ProgramOptions = {
  readonly posix: boolean;
  readonly csv: boolean;
  readonly utf8: boolean;
  /** Before BEGIN, and before the first record. */
  readonly assignments: readonly InitialAssignment[];
  readonly operandAssignments: readonly InitialAssignment[];
  /** ARGV without the program's name. */
  readonly operands: readonly string[];
};

/** The program's texts: of the environment, of files, of --source, and of the command line. */
export function readProgram(values: SettingsValues, faults: FaultList): Source[] {
  const { program, programFile, source } = values;
  const { program: operand } = readOperands(values);
  return [
    ...(program === undefined ? [] : [{ name: 'program', text: program }]),
    ...readSources(programFile, '--program-file', faults),
    ...source.map((text, index) => ({ name: `--source ${index + 1}`, text })),
    ...(operand === undefined ? [] : [{ name: 'command line', text: operand }]),
  ];
}

function readSources(paths: readonly string[], setting: string, faults: FaultList): Source[] {
  return paths.flatMap((path) => {
    const text = faults.attempt(setting, path, () => textCodec(true).decode(readFileSync(path)));
    return text === undefined ? [] : [{ name: path, text }];
  });
}

/** @returns undefined, and a fault, for what is no program or may not be one */
export function compileProgram(
  sources: readonly Source[],
  posix: boolean,
  allowed: ReadonlySet<Permission>,
  setting: string,
  faults: FaultList,
): Program | undefined {
  return faults.attempt(setting, '', () => {
    const program = parseProgram(sources, { posix });
    refuseReaches(program, allowed);
    return program;
  });
}

const PERMISSIONS: readonly Permission[] = ['exec', 'read', 'write'];

export function readPermissions(items: readonly string[], faults: FaultList): ReadonlySet<Permission> {
  const words = items.flatMap((item) => item.split(',')).filter((word) => word !== '');
  for (const word of words.filter((one) => !PERMISSIONS.some((known) => known === one)))
    faults.add({ setting: '--allow', value: word, what: `not one of ${PERMISSIONS.join(', ')}` });
  return new Set(PERMISSIONS.filter((known) => words.includes(known)));
}

/** `name=value` with the escapes of awk resolved. */
export function readAssignments(
  items: readonly string[],
  posix: boolean,
  setting: string,
  faults: FaultList,
): InitialAssignment[] {
  return Object.entries(namedValues(items, setting, faults)).map(([name, text]) => ({
    name,
    text: resolveEscapes(text, { posix }),
  }));
}

/**
 * Whether a program needs a thread of its own: it may run without end, or deep, or wait in the middle of an action for
 * input, a command or a file.
 */
export function needsThread(program: Program): boolean {
  const { getline, recursive, reaches, callsIndirectly } = analyze(program);
  const waits = getline.input || reaches.some(({ permission }) => permission !== 'write');
  return waits || recursive.size > 0 || callsIndirectly || mayRunForever(program);
}

/** A world whose standard output is the transform's, whose clock may stand still, and whose input is pushed. */
class AdapterWorld extends NativeWorld {
  override readonly stdout: OutputSink;
  readonly #now: () => number;

  constructor(operands: readonly string[], { environment, processIds, now, thread }: Surroundings) {
    super({ argv: ['awk', ...operands], environment, processIds });
    this.stdout = new OutputSink(thread);
    this.#now = now;
  }

  override clock(): number {
    return this.#now();
  }
}

/** @throws ProgramError for assignments that cannot be */
export function makeAwkTransform(
  program: Program,
  options: ProgramOptions,
  surroundings: Surroundings,
  { counts, policy }: { counts: LineCounts; policy: FailurePolicy },
): AwkTransform {
  const world = new AdapterWorld(options.operands, surroundings);
  const { thread } = surroundings;
  const waits = thread !== undefined && analyze(program).getline.input;
  const chunks = new PushedChunks(waits ? () => thread.next() : undefined);
  const started = startProgram(program, world, options.assignments, {
    ...options,
    input: chunks,
    ...(thread && { interrupt: thread.interrupt }),
  });
  const mayHold =
    options.csv ||
    program.specials.some(({ name }) => name === 'RS') ||
    [...options.assignments, ...options.operandAssignments].some(({ name }) => name === 'RS');
  return new AwkTransform({ chunks, sink: world.stdout, program: started, counts, policy, mayHold });
}
