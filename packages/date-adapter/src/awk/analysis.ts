// What a program does, for those who run it: which fields it reads, whether it changes the record, which variables
// hold only numbers, what it reaches outside. The compiler leaves out what is not needed; the sandbox refuses what
// is not allowed. Pure: a program in, facts out; nothing here changes what a program means.
// Invariant: every answer errs on the side of "it may".
import type { BuiltinName, Program, SpecialName, Variable } from './ast.ts';
import { findNumeric } from './analysis-numeric.ts';
import { type Reach, findReaches } from './analysis-reaches.ts';
import { argumentKind, findBuiltin } from './builtins.ts';
import { type Node, walk, rootsOf, walkProgram } from './walk.ts';

export type Analysis = {
  readonly fields: FieldUse;
  readonly getline: GetlineUse;
  /**
   * The special variables that the program reads, and those that it assigns, itself. Not among them: what getline,
   * match, split and records set (NR, RSTART ...), and assignments by -v and operands.
   */
  readonly reads: ReadonlySet<SpecialName>;
  readonly assigns: ReadonlySet<SpecialName>;
  /** Special variables that are assigned outside of BEGIN: their value may change between two records. */
  readonly assignsLate: ReadonlySet<SpecialName>;
  /** Globals and locals, scalars all, that never hold anything but a number or nothing at all. */
  readonly numeric: ReadonlySet<Variable>;
  /** Everything that reaches outside, in the order of the text. */
  readonly reaches: readonly Reach[];
  /** Whether records are read at all: there are rules beside BEGIN, or a plain getline. */
  readonly readsRecords: boolean;
  /** Functions, by index, that may run `next` or `nextfile`, themselves or through others. */
  readonly leavesRecord: ReadonlySet<number>;
  /** Functions, by index, that may be called from BEGIN or END, themselves or through others. */
  readonly calledOutsideRecords: ReadonlySet<number>;
  /** Functions, by index, that may call themselves, perhaps through others. */
  readonly recursive: ReadonlySet<number>;
  /** Some function is called by its name in a variable: any may be. */
  readonly callsIndirectly: boolean;
};

export type FieldUse = {
  /** The highest n of all `$n` with a constant n; 0 when there is none. Fields beyond it need not be split. */
  readonly highest: number;
  /** There is a `$expression`: any field may be meant. */
  readonly dynamic: boolean;
  /** NF is read or assigned, so all fields must be counted. */
  readonly count: boolean;
  /** The record as a whole is used: `$0`, a lone /re/, `print` without arguments, a rule without action. */
  readonly wholeRecord: boolean;
  /** `$0` is assigned, by =, sub, gsub or getline. */
  readonly assignsRecord: boolean;
  /** A field or NF is assigned: `$0` may have to be built anew. */
  readonly assignsField: boolean;
};

export type GetlineUse = {
  /** By form, as in the node `getline`. */
  readonly input: boolean;
  readonly file: boolean;
  readonly command: boolean;
};

/** Looks at all of a program once. */
export function analyze(program: Program): Analysis {
  const specials = specialUse(program);
  const calls = callGraph(program);
  const callsIndirectly = some(program, (node) => node.kind === 'indirectCall');
  const getline = getlineUse(program);
  return {
    fields: fieldUse(program, specials),
    getline,
    ...specials,
    numeric: findNumeric(program),
    reaches: findReaches(program),
    readsRecords: getline.input || program.rules.some((rule) => rule.kind !== 'begin'),
    leavesRecord: callers(
      calls,
      directly(program, (node) => node.kind === 'next' || node.kind === 'nextfile'),
    ),
    calledOutsideRecords: callsIndirectly
      ? every(program)
      : reachable(calls, calledBy(program, ['begin', 'end'])),
    recursive: new Set([...every(program)].filter((one) => reachable(calls, calls[one] ?? []).has(one))),
    callsIndirectly,
  };
}

function some(program: Program, test: (node: Node) => boolean): boolean {
  let found = false;
  walkProgram(program, (node) => {
    found ||= test(node);
  });
  return found;
}

/** What a node assigns to, if anything: places, and arrays whose elements change. */
function targetsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'assignment':
    case 'compoundAssignment':
    case 'increment':
    case 'forIn':
      return [node.target];
    case 'getline':
      return node.target === undefined ? [] : [node.target];
    case 'delete':
      return [node.array];
    case 'builtin':
      return node.args.filter((_, place) => isWritten(node.name, place));
    case 'call':
    case 'indirectCall':
      return node.args.filter(
        (argument) => argument.kind === 'variable' && argument.variable.shape !== 'scalar',
      );
    default:
      return [];
  }
}

function isWritten(name: BuiltinName, place: number): boolean {
  const builtin = findBuiltin(name, false);
  const kind = builtin === undefined ? 'value' : argumentKind(builtin, place);
  return kind === 'lvalue' || kind === 'array';
}

function fieldUse(program: Program, { reads, assigns }: Pick<Analysis, 'reads' | 'assigns'>): FieldUse {
  const use = {
    highest: 0,
    dynamic: false,
    count: reads.has('NF') || assigns.has('NF'),
    wholeRecord: program.rules.some((rule) => 'body' in rule && rule.body === undefined),
    assignsRecord: false,
    assignsField: assigns.has('NF'),
  };
  walkProgram(program, (node) => {
    if (node.kind === 'field') {
      if (node.index.kind !== 'number') use.dynamic = true;
      else use.highest = Math.max(use.highest, Math.trunc(node.index.value));
    }
    use.wholeRecord ||= usesRecord(node);
    use.assignsRecord ||= assignsRecordItself(node);
    for (const target of targetsOf(node)) {
      if (target.kind !== 'field') continue;
      const { index } = target;
      use.assignsRecord ||= index.kind !== 'number' || index.value < 1;
      use.assignsField ||= index.kind !== 'number' || index.value >= 1;
    }
  });
  return use;
}

function usesRecord(node: Node): boolean {
  if (node.kind === 'field') return node.index.kind !== 'number' || node.index.value < 1;
  if (node.kind === 'print') return node.args.length === 0;
  return node.kind === 'builtin' && (isLength(node) || assignsRecordItself(node));
}

const isLength = (node: Node): boolean =>
  node.kind === 'builtin' && node.name === 'length' && node.args.length === 0;

/** Without naming `$0`. */
function assignsRecordItself(node: Node): boolean {
  if (node.kind === 'getline') return node.target === undefined;
  return node.kind === 'builtin' && (node.name === 'sub' || node.name === 'gsub') && node.args.length === 2;
}

function getlineUse(program: Program): GetlineUse {
  return {
    input: some(program, (node) => node.kind === 'getline' && node.from === 'input'),
    file: some(program, (node) => node.kind === 'getline' && node.from === 'file'),
    command: some(program, (node) => node.kind === 'getline' && node.from === 'command'),
  };
}

/** A variable that is only assigned to is not read; handed to a function it is. */
function specialUse(program: Program): Pick<Analysis, 'reads' | 'assigns' | 'assignsLate'> {
  const reads = new Set<SpecialName>();
  const assigns = new Set<SpecialName>();
  const assignsLate = new Set<SpecialName>();
  for (const part of [...program.rules, ...program.functions]) {
    const isLate = !('kind' in part) || part.kind !== 'begin';
    const onlyAssigned = new Set<Node>();
    walk(rootsOf(part), (node) => {
      for (const target of targetsOf(node)) {
        const variable = baseOf(target);
        if (variable?.scope !== 'special') continue;
        assigns.add(variable.name);
        if (isLate) assignsLate.add(variable.name);
        if (node.kind === 'assignment' || node.kind === 'getline') onlyAssigned.add(target);
      }
      if (node.kind !== 'variable' || onlyAssigned.has(node)) return;
      if (node.variable.scope === 'special') reads.add(node.variable.name);
    });
  }
  return { reads, assigns, assignsLate };
}

function baseOf(node: Node): Variable | undefined {
  if (node.kind === 'subscript') return baseOf(node.array);
  return node.kind === 'variable' ? node.variable : undefined;
}

/** By index of a function, the functions it calls. */
function callGraph(program: Program): readonly (readonly number[])[] {
  const all = [...every(program)];
  return program.functions.map((definition) => {
    const called = new Set<number>();
    walk(definition.body, (node) => {
      if (node.kind === 'call') called.add(node.index);
      if (node.kind === 'indirectCall') for (const one of all) called.add(one);
    });
    return [...called];
  });
}

function every(program: Program): ReadonlySet<number> {
  return new Set(program.functions.keys());
}

function calledBy(program: Program, kinds: readonly string[]): number[] {
  const called: number[] = [];
  for (const rule of program.rules) {
    if (!kinds.includes(rule.kind)) continue;
    walk(rootsOf(rule), (node) => {
      if (node.kind === 'call') called.push(node.index);
    });
  }
  return called;
}

/** The functions some node of which passes the test. */
function directly(program: Program, test: (node: Node) => boolean): Set<number> {
  const found = new Set<number>();
  for (const { index, body } of program.functions) {
    walk(body, (node) => {
      if (test(node)) found.add(index);
    });
  }
  return found;
}

/** These, and all that they call, and so on. */
function reachable(calls: readonly (readonly number[])[], from: readonly number[]): Set<number> {
  const found = new Set(from);
  for (const one of found) for (const called of calls[one] ?? []) found.add(called); // A Set grows while it is walked.
  return found;
}

/** These, and all that call them, and so on. */
function callers(calls: readonly (readonly number[])[], found: Set<number>): Set<number> {
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [one, called] of calls.entries()) if (called.some((other) => found.has(other))) found.add(one);
  }
  return found;
}
