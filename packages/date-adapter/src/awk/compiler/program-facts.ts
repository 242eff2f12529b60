// What the code generator wants to know of a whole program before it writes the first line. Pure.
import type { Expression, Program, SpecialName } from '../ast.ts';
import { type Node, walk, walkProgram } from '../walk.ts';

export type ProgramFacts = {
  /** The highest constant field that is looked at; at least 1. Cutting stops there. */
  readonly highestField: number;
  /** Whether a function of the program leaves the rules (next, nextfile, exit). */
  readonly jumpsFromFunctions: boolean;
  readonly mentions: ReadonlySet<SpecialName>;
  /** Whether it asks for types: then numeric strings keep being strings. */
  readonly asksTypes: boolean;
};

/** What the generator has no code for: the interpreter runs such programs. The reason is for explanations. */
export class NotCompiled extends Error {}

/** More constant fields than this are not cut for every record. */
const MOST_CUT = 1000;

/** @throws NotCompiled */
export function programFacts(program: Program): ProgramFacts {
  let highestField = 1;
  let asksTypes = false;
  walkProgram(program, (node) => {
    refuse(node);
    if (node.kind === 'field' && node.index.kind === 'number' && node.index.value <= MOST_CUT) {
      highestField = Math.max(highestField, Math.trunc(node.index.value));
    }
    if (node.kind === 'builtin' && TYPED.has(node.name)) asksTypes = true;
  });
  for (const { parameters, name } of program.functions) {
    const untyped = parameters.find(({ shape }) => shape === 'untyped');
    if (untyped !== undefined) throw new NotCompiled(`parameter ${untyped.name} of ${name} has no type`);
  }
  const mentions = new Set(program.specials.map(({ name }) => name));
  // It changes comparisons as well as regexes: rare enough for the interpreter.
  if (mentions.has('IGNORECASE')) throw new NotCompiled('IGNORECASE');
  if (mentions.has('SYMTAB') || mentions.has('FUNCTAB')) throw new NotCompiled('SYMTAB or FUNCTAB');
  const jumpsFromFunctions = program.functions.some(({ body }) => contains(body, isJump));
  return { highestField, jumpsFromFunctions, mentions, asksTypes };
}

const TYPED: ReadonlySet<string> = new Set(['typeof', 'strtonum', 'asort', 'asorti', 'isarray']);

/** What only the interpreter has. */
function refuse(node: Node): void {
  if (node.kind === 'indirectCall') throw new NotCompiled('an indirect call');
  if (
    node.kind === 'subscript' ||
    node.kind === 'membership' ||
    node.kind === 'delete' ||
    node.kind === 'forIn'
  ) {
    if (node.array.kind === 'subscript') throw new NotCompiled('an array of arrays');
    if (node.array.variable.shape === 'untyped') throw new NotCompiled('a variable that has no type');
  }
  if (node.kind === 'variable' && node.variable.shape === 'untyped' && node.variable.scope !== 'global') {
    throw new NotCompiled('a variable that has no type');
  }
  if (node.kind === 'string' && node.isRegex === true) throw new NotCompiled('a strongly typed regex');
}

function isJump(node: Node): boolean {
  return node.kind === 'next' || node.kind === 'nextfile' || node.kind === 'exit';
}

export function contains(roots: readonly Node[], wanted: (node: Node) => boolean): boolean {
  let found = false;
  walk(roots, (node) => {
    found ||= wanted(node);
  });
  return found;
}

/** Whether evaluating it could print, read or run something, or change how things are printed. */
export function hasEffectsOutside(expression: Expression): boolean {
  return contains([expression], (node) => {
    if (node.kind === 'call' || node.kind === 'getline') return true;
    if (node.kind === 'builtin')
      return node.name === 'system' || node.name === 'close' || node.name === 'fflush';
    const isAssignment =
      node.kind === 'assignment' || node.kind === 'compoundAssignment' || node.kind === 'increment';
    return isAssignment && node.target.kind === 'variable' && node.target.variable.scope === 'special';
  });
}

/** Builtins that change nothing and see nothing but their arguments. */
const QUIET: ReadonlySet<string> = new Set(
  (
    'atan2 cos exp index int log length sin sprintf sqrt substr ' +
    'tolower toupper gensub strftime mktime systime strtonum'
  ).split(' '),
);

/** Whether evaluating it may change what other expressions are worth, but for elements that come into being. */
export function hasEffects(expression: Node): boolean {
  return contains([expression], (node) => {
    switch (node.kind) {
      case 'assignment':
      case 'compoundAssignment':
      case 'increment':
      case 'call':
      case 'indirectCall':
      case 'getline':
        return true;
      case 'builtin':
        return !QUIET.has(node.name);
      default:
        return false;
    }
  });
}

/** Whether evaluating it neither changes anything nor sees which elements there are. */
export function isPure(expression: Node): boolean {
  return !contains([expression], (node) => {
    switch (node.kind) {
      case 'assignment':
      case 'compoundAssignment':
      case 'increment':
      case 'call':
      case 'getline':
      case 'subscript':
      case 'membership':
      case 'builtin':
        return true;
      default:
        return false;
    }
  });
}
