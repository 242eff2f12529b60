// The command awk: its arguments, the program, a run on real descriptors. What the image's `awk` link calls: plain
// awk, nothing followed, everything allowed. Returns the exit status; only main.ts touches the process.
import { refuseReaches } from './awk/analysis-reaches.ts';
import { runProgram } from './awk/compiler/run.ts';
import { textCodec } from './awk/interpreter/bytes.ts';
import { ProgramError } from './awk/interpreter/interpreter.ts';
import { isRecursive } from './awk/interpreter/recursion.ts';
import { parseProgram } from './awk/parser.ts';
import { ProgramPieces } from './awk/program-pieces.ts';
import { type Source, SourceError } from './awk/source-error.ts';
import { type ByteSink, type ByteSource, type World, WorldError } from './awk/world.ts';
import { type AwkArguments, type ProgramPart, readAwkArguments, UsageError } from './awk-arguments.ts';
import { NativeWorld } from './native-world.ts';

export type AwkInvocation = {
  /** What follows the name of the command, in the text model. */
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly processIds: ReadonlyMap<string, number>;
  readonly version: string;
  /** The program's texts where they have been read already. */
  readonly sources?: readonly Source[];
  /** Whether the stack is as deep as recursion may want it. */
  readonly hasDeepStack: boolean;
};

/** The exit status, or: the program is recursive, so call again with these sources where the stack is deep. */
export type AwkResult = number | { readonly recursive: readonly Source[] };

/** What the shell reports of a process that a broken pipe ended: 128 + SIGPIPE. */
const BROKEN_PIPE_STATUS = 141;
const FAULT_STATUS = 2;

const HELP = `usage: awk [-F separator] [-v name=value]... [--csv] [--posix] [--sandbox]
           [-i file]... [-f file | program] [file | name=value]...
`;

/** Runs awk to its end; the status is the program's own, or 2 for what is wrong with it or the command line. */
export function awkCommand(invocation: AwkInvocation): AwkResult {
  const world = new NativeWorld({ ...invocation, argv: [] });
  try {
    return run(readAwkArguments(invocation.args), invocation);
  } catch (error) {
    if (error instanceof WorldError && error.code === 'EPIPE') return BROKEN_PIPE_STATUS;
    const message = messageOf(error);
    if (message === undefined) throw error;
    print(world.stderr, `awk: ${message}\n`);
    return FAULT_STATUS;
  }
}

function messageOf(error: unknown): string | undefined {
  if (error instanceof UsageError) return `${error.message}\n${HELP.trimEnd()}`;
  if (error instanceof WorldError) return `cannot write standard output: ${error.message}`;
  if (error instanceof SourceError || error instanceof ProgramError) return error.message;
  return undefined;
}

function run(command: AwkArguments, invocation: AwkInvocation): AwkResult {
  const operands = command.kind === 'run' ? command.operands : [];
  const world = new NativeWorld({ ...invocation, argv: ['awk', ...operands] });
  if (command.kind !== 'run') {
    print(
      world.stdout,
      command.kind === 'help' ? HELP : `awk (Podmate date-adapter) ${invocation.version}\n`,
    );
    world.stdout.flush();
    return 0;
  }
  const { program, assignments, posix, csv, bytes, sandbox } = command;
  const sources = invocation.sources ?? readProgram(program, posix, world);
  const parsed = parseProgram(sources, { posix });
  if (sandbox) refuseReaches(parsed, new Set(), '--sandbox');
  if (!invocation.hasDeepStack && isRecursive(parsed)) return { recursive: sources };
  return runProgram(parsed, world, assignments, { utf8: !bytes && isUtf8(invocation.environment), csv });
}

/** Directives are gawk's: with --posix the parser refuses them. */
function readProgram(parts: readonly ProgramPart[], posix: boolean, world: World): readonly Source[] {
  const read = (file: string): Source => readProgramFile(file, world);
  const program = new ProgramPieces(read, !posix);
  for (const [index, part] of parts.entries()) {
    const name = parts.length === 1 ? 'command line' : `command line ${index + 1}`;
    if ('text' in part) program.text({ name, text: part.text });
    else if ('included' in part) program.includeFile(part.included);
    else program.file(part.file);
  }
  return program.pieces;
}

function readProgramFile(file: string, world: World): Source {
  if (file === '-') return { name: file, text: textCodec(true).decode(readAll(world.stdin)) };
  let fault: WorldError | undefined;
  for (const path of programPaths(file, world.environment.get('AWKPATH') ?? '')) {
    try {
      return { name: path, text: textCodec(true).decode(readAll(world.openSource(path))) };
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      fault ??= error;
    }
  }
  throw new ProgramError(`cannot open program file ${file}: ${fault?.message}`, { cause: fault });
}

/** Where a program file may be: here or in a directory of AWKPATH, as it is called or with .awk behind (gawk). */
function programPaths(file: string, awkPath: string): string[] {
  if (file.includes('/')) return [file, `${file}.awk`];
  const directories = awkPath.split(':').filter((directory) => directory !== '' && directory !== '.');
  const found = [file, ...directories.map((directory) => `${directory}/${file}`)];
  return [...found, ...found.map((path) => `${path}.awk`)];
}

function readAll(source: ByteSource): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read())
    chunks.push(Uint8Array.from(chunk));
  source.close();
  return Buffer.concat(chunks);
}

/** The locale as the C library finds it. Without one, UTF-8: an image has no locales, its logs have. */
function isUtf8(environment: ReadonlyMap<string, string>): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => environment.get(name)).find((value) => value);
  return locale === undefined || /utf-?8/i.test(locale);
}

function print(sink: ByteSink, text: string): void {
  sink.write(textCodec(true).encode(text));
}
