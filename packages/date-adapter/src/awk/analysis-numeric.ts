// Which variables only ever hold numbers (or nothing yet), so that the compiler may keep them as such. For analysis.ts.
// A variable is numeric when everything that is assigned to it is: a fixed point from the optimistic side, so that
// `i = i + 1` and `sum = other` settle. "Nothing yet" is for the engine to tell apart: it prints as "".
// Not seen from here: assignments by `-v` and by operands. Who runs the program takes those names out.
import type { BuiltinName, Expression, Program, Variable } from './ast.ts';
import { type Node, walk, walkProgram } from './walk.ts';

/** Builtins whose value is a number. */
const NUMERIC: ReadonlySet<BuiltinName> = new Set<BuiltinName>([
  ...([
    'and',
    'asort',
    'asorti',
    'atan2',
    'close',
    'compl',
    'cos',
    'exp',
    'fflush',
    'gsub',
    'index',
  ] as const),
  ...([
    'int',
    'isarray',
    'length',
    'log',
    'lshift',
    'match',
    'mkbool',
    'mktime',
    'now',
    'or',
    'patsplit',
  ] as const),
  ...([
    'rand',
    'rshift',
    'sin',
    'split',
    'sqrt',
    'srand',
    'strtonum',
    'sub',
    'system',
    'systime',
    'xor',
  ] as const),
]);

/** What takes values: a variable, or the result of the function with this index. */
type Sink = Variable | number;

type Flow = { readonly sink: Sink; /** Undefined is text. */ readonly value: Expression | undefined };

/** Scalars only. A special variable is never in it: it changes behind the program's back. */
export function findNumeric(program: Program): ReadonlySet<Variable> {
  if (program.specials.some(({ name }) => name === 'SYMTAB')) return new Set();
  const parameters = program.functions.flatMap((definition) => definition.parameters);
  const scalars = [...program.globals, ...parameters].filter(({ shape }) => shape === 'scalar');
  const numeric = new Set<Sink>([...scalars, ...program.functions.keys()]);
  if (callsByName(program)) for (const parameter of parameters) numeric.delete(parameter);
  const flows = flowsOf(program);
  for (let size = -1; size !== numeric.size;) {
    size = numeric.size;
    for (const { sink, value } of flows) {
      if (value === undefined || !isNumeric(value, numeric)) numeric.delete(sink);
    }
  }
  return new Set(scalars.filter((variable) => numeric.has(variable)));
}

/** Through a variable, or by the engine: functions that compare for asort and `for in`. */
function callsByName(program: Program): boolean {
  let found = program.specials.some(({ name }) => name === 'PROCINFO');
  walkProgram(program, (node) => {
    found ||= node.kind === 'indirectCall';
    found ||=
      node.kind === 'builtin' && (node.name === 'asort' || node.name === 'asorti') && node.args.length > 2;
  });
  return found;
}

function flowsOf(program: Program): readonly Flow[] {
  const flows: Flow[] = [];
  walkProgram(program, (node) => {
    flows.push(...textFlows(node));
    if (node.kind === 'assignment' && node.target.kind === 'variable') {
      flows.push({ sink: node.target.variable, value: node.value });
    } else if (node.kind === 'call') {
      for (const [place, value] of node.args.entries()) {
        const sink = program.functions[node.index]?.parameters[place];
        if (sink !== undefined) flows.push({ sink, value });
      }
    }
  });
  for (const { index, body } of program.functions) {
    walk(body, (node) => {
      if (node.kind === 'return' && node.value !== undefined) flows.push({ sink: index, value: node.value });
    });
  }
  return flows;
}

/** What a node puts text into: a subscript, a record, what a substitution leaves. */
function textFlows(node: Node): readonly Flow[] {
  const targets =
    node.kind === 'forIn' || node.kind === 'getline'
      ? [node.target]
      : node.kind === 'builtin' && (node.name === 'sub' || node.name === 'gsub')
        ? node.args.slice(2)
        : [];
  return targets.flatMap((target) =>
    target?.kind === 'variable' ? [{ sink: target.variable, value: undefined }] : [],
  );
}

function isNumeric(node: Expression, numeric: ReadonlySet<Sink>): boolean {
  switch (node.kind) {
    case 'variable':
      return numeric.has(node.variable);
    case 'builtin':
      return NUMERIC.has(node.name);
    case 'conditional':
      return isNumeric(node.then, numeric) && isNumeric(node.otherwise, numeric);
    case 'assignment':
      return isNumeric(node.value, numeric);
    case 'string':
    case 'field':
    case 'subscript':
    case 'concatenation':
    case 'indirectCall':
      return false;
    case 'number':
    case 'compoundAssignment':
    case 'increment':
    case 'and':
    case 'or':
    case 'not':
    case 'arithmetic':
    case 'sign':
    case 'comparison':
    case 'match':
    case 'membership':
    case 'getline':
      return true;
    default:
      return numeric.has(node.index);
  }
}
