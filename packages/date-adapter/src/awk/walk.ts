// What a node of the syntax tree consists of, in the order in which it is evaluated: for everything that looks at
// all of a program without caring for each kind of node (the resolver, the analyses, the check of depth).
import type { Expression, FunctionDefinition, Program, RegexConstant, Rule, Statement } from './ast.ts';

/** An expression, or a regex constant where a regex is wanted. */
export type ExpressionNode = Expression | RegexConstant;
export type Node = Statement | ExpressionNode;

/**
 * How deep a tree may be: engines walk it recursively, and the stack of a process is finite. A chain of a thousand
 * `||` is as deep; one of concatenations is flat. Programs that people write stay below 30.
 */
export const MAX_DEPTH = 1000;
export const TOO_DEEP = `more than ${MAX_DEPTH} levels of nesting`;

/** The expressions right below an expression. */
export function operandsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'regex':
    case 'variable':
      return [];
    case 'field':
      return [node.index];
    case 'subscript':
    case 'membership':
      return [node.array, ...node.subscripts];
    case 'assignment':
    case 'compoundAssignment':
      return [node.target, node.value];
    case 'increment':
      return [node.target];
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'and':
    case 'or':
    case 'arithmetic':
    case 'comparison':
      return [node.left, node.right];
    case 'not':
    case 'sign':
      return [node.operand];
    case 'concatenation':
      return node.parts;
    case 'match':
      return [node.subject, node.pattern];
    case 'call':
    case 'indirectCall':
    case 'builtin':
      return node.args;
    default:
      return present([node.source, node.target]);
  }
}

/** The expressions right below a statement. */
export function expressionsOf(node: Statement): readonly Expression[] {
  switch (node.kind) {
    case 'expression':
      return [node.expression];
    case 'print':
    case 'printf':
      return present([...node.args, node.redirection?.target]);
    case 'delete':
      return [node.array, ...(node.subscripts ?? [])];
    case 'if':
    case 'while':
    case 'do':
      return [node.test];
    case 'for':
      return present([node.test]);
    case 'forIn':
      return [node.target, node.array];
    case 'switch':
      return [node.subject];
    case 'return':
      return present([node.value]);
    case 'block':
    case 'break':
    case 'continue':
    case 'next':
    case 'nextfile':
      return [];
    default:
      return present([node.status]);
  }
}

/** The statements right below a statement. */
export function statementsOf(node: Statement): readonly Statement[] {
  switch (node.kind) {
    case 'block':
      return node.body;
    case 'if':
      return present([node.then, node.otherwise]);
    case 'for':
      return present([node.start, node.step, node.body]);
    case 'while':
    case 'do':
    case 'forIn':
      return [node.body];
    case 'switch':
      return node.cases.flatMap((one) => one.body);
    default:
      return [];
  }
}

/** The patterns of a rule. */
export function patternsOf(rule: Rule): readonly Expression[] {
  if (rule.kind === 'range') return [rule.from, rule.to];
  return rule.kind === 'pattern' ? present([rule.pattern]) : [];
}

/** Visits a tree from the top, each node before those below it. Does not recurse: works for trees of any depth. */
export function walk(roots: readonly Node[], visit: (node: Node, depth: number) => void): void {
  const open = roots.toReversed().map((node) => ({ node, depth: 1 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    visit(node, depth);
    for (const below of childrenOf(node).toReversed()) open.push({ node: below, depth: depth + 1 });
  }
}

/** All nodes of a rule or function. */
export function rootsOf(part: Rule | FunctionDefinition): readonly Node[] {
  return 'kind' in part ? [...patternsOf(part), ...(part.body ?? [])] : part.body;
}

/** Visits every node of a program: the rules in their order, then the functions. */
export function walkProgram(program: Program, visit: (node: Node) => void): void {
  for (const part of [...program.rules, ...program.functions]) walk(rootsOf(part), visit);
}

function childrenOf(node: Node): readonly Node[] {
  return isStatement(node) ? [...expressionsOf(node), ...statementsOf(node)] : operandsOf(node);
}

const STATEMENTS = {
  block: true,
  expression: true,
  print: true,
  printf: true,
  delete: true,
  if: true,
  while: true,
  do: true,
  for: true,
  forIn: true,
  switch: true,
  return: true,
  exit: true,
  break: true,
  continue: true,
  next: true,
  nextfile: true,
} satisfies Record<Statement['kind'], true>;

export function isStatement(node: Node): node is Statement {
  return node.kind in STATEMENTS;
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}
