// Where a program reaches outside: commands it runs, files it reads, files it writes. For the sandbox, which refuses
// each at its place before the program starts, and for `explain`.
// Standard output and standard error are no reach, however they are called, as long as the name is a constant.
import type { BuiltinCall, Expression, LValue, Program } from './ast.ts';
import { argumentKind, findBuiltin } from './builtins.ts';
import { SourceError } from './source-error.ts';
import { type Node, walkProgram } from './walk.ts';

export type Permission = 'exec' | 'read' | 'write';

export type Reach = {
  readonly permission: Permission;
  /** Offset into the text of the program. */
  readonly at: number;
  /** As the program says it: `system()`, `print | command`, `getline < file`. */
  readonly what: string;
  /** The file or command when it is a constant. */
  readonly name: string | undefined;
};

/** Names that are the streams we have anyway (gawk manual, "Special FD"; `-` and /dev/stdin for getline). */
const OWN_OUTPUTS: ReadonlySet<string> = new Set([
  '/dev/stdout',
  '/dev/stderr',
  '-',
  '/dev/fd/1',
  '/dev/fd/2',
]);
const OWN_INPUTS: ReadonlySet<string> = new Set(['/dev/stdin', '-', '/dev/fd/0']);

/** In the order of the text. */
export function findReaches(program: Program): readonly Reach[] {
  const found: Reach[] = [];
  walkProgram(program, (node) => {
    const one = reachOf(node);
    if (one !== undefined) found.push(one);
  });
  return found.toSorted((one, other) => one.at - other.at);
}

/**
 * @param allowed what the operator permits
 * @param sandbox the flag that forbids; where it is not given, one permits
 * @throws SourceError at the first place that needs more, naming the flag
 */
export function refuseReaches(program: Program, allowed: ReadonlySet<Permission>, sandbox?: string): void {
  const refused = findReaches(program).find(({ permission }) => !allowed.has(permission));
  if (refused === undefined) return;
  const reason = sandbox === undefined ? `here; --allow ${refused.permission} permits it` : `with ${sandbox}`;
  const what = `${refused.what} is not allowed ${reason}`;
  throw new SourceError(program.source, refused.at, what);
}

function reachOf(node: Node): Reach | undefined {
  switch (node.kind) {
    case 'print':
    case 'printf': {
      const { redirection } = node;
      if (redirection === undefined) return undefined;
      const { kind, at, target } = redirection;
      if (kind === 'pipe') return reach('exec', at, `${node.kind} | command`, target);
      if (OWN_OUTPUTS.has(constant(target) ?? '')) return undefined;
      return reach('write', at, `${node.kind} ${kind === 'append' ? '>>' : '>'} file`, target);
    }
    case 'getline':
      if (node.target !== undefined && argvReach(node.target) !== undefined) return argvReach(node.target);
      if (node.source === undefined || node.from === 'input') return undefined;
      if (node.from === 'command') return reach('exec', node.at, 'command | getline', node.source);
      return OWN_INPUTS.has(constant(node.source) ?? '')
        ? undefined
        : reach('read', node.at, 'getline < file', node.source);
    case 'assignment':
    case 'compoundAssignment':
    case 'increment':
    case 'forIn':
      return argvReach(node.target);
    case 'builtin': {
      const [command] = node.args;
      const filled = node.args.find((argument, place) => isFilled(node, place) && isArgv(argument));
      if (filled !== undefined) return fromReach(filled);
      if (node.name !== 'system' || command === undefined || command.kind === 'regex') return undefined;
      return reach('exec', node.at, 'system()', command);
    }
    case 'call':
      return fromReach(node.args.find((argument) => isArgv(argument)));
    case 'indirectCall':
      // The variable may hold the name of a builtin, as "system".
      return {
        permission: 'exec',
        at: node.at,
        what: `@${node.callee.name}() of any function`,
        name: undefined,
      };
    default:
      return undefined;
  }
}

/** What stands in ARGV is read as a file: who fills it reaches files the command line does not name. */
function argvReach(target: LValue): Reach | undefined {
  return target.kind === 'subscript' ? fromReach(isArgv(target.array) ? target : undefined) : undefined;
}

function fromReach(node: Node | undefined): Reach | undefined {
  if (node === undefined) return undefined;
  return { permission: 'read', at: node.at, what: 'ARGV as a list of files to read', name: undefined };
}

/** Whether the builtin writes to this argument. */
function isFilled({ name }: BuiltinCall, place: number): boolean {
  const builtin = findBuiltin(name, false);
  const kind = builtin === undefined ? 'value' : argumentKind(builtin, place);
  return kind === 'array' || kind === 'lvalue';
}

/** ARGV, an element of it, or SYMTAB, through which every variable is reached. */
function isArgv(node: Node): boolean {
  if (node.kind === 'subscript') return isArgv(node.array);
  if (node.kind !== 'variable' || node.variable.scope !== 'special') return false;
  return node.variable.name === 'ARGV' || node.variable.name === 'SYMTAB';
}

function reach(permission: Permission, at: number, what: string, target: Expression): Reach {
  return { permission, at, what, name: constant(target) };
}

function constant(node: Expression): string | undefined {
  return node.kind === 'string' ? node.value : undefined;
}
