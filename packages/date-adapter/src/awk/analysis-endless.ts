// Whether a program may run without end for one record. What cannot runs on the main thread; what may gets one of its
// own, where a signal still reaches it. Pure. Invariant: it errs on the side of "it may".
// Not endless: loops over the elements of an array, and loops that count a variable up or down to something that the
// body leaves alone, `for (i = 1; i <= NF; i++)`.
import type { Expression, ForStatement, Program } from './ast.ts';
import { findBuiltin, argumentKind } from './builtins.ts';
import { type ExpressionNode, type Node, rootsOf, walk } from './walk.ts';

/** Counting to more than this is as good as endless. */
const MANY = 1_000_000;

export function mayRunForever(program: Program): boolean {
  let found = false;
  for (const part of [...program.rules, ...program.functions]) {
    walk(rootsOf(part), (node) => {
      if (node.kind === 'while' || node.kind === 'do') found = true;
      if (node.kind === 'for') found ||= !isCounting(node);
    });
  }
  return found;
}

function isCounting({ test, step, body }: ForStatement): boolean {
  const counted = countedTo(test, step);
  return counted !== undefined && !mayChange(body, counted);
}

/** `v < bound` with `v++`, `v > bound` with `v--`, and the like: the keys of what must not change. */
function countedTo(test: ForStatement['test'], step: ForStatement['step']): ReadonlySet<string> | undefined {
  if (test?.kind !== 'comparison' || step?.kind !== 'expression') return undefined;
  const rises = direction(step.expression);
  const counter = rises === undefined ? undefined : keyOf(targetOf(step.expression));
  if (counter === undefined) return undefined;
  const isBelow = test.operator === '<' || test.operator === '<=';
  const isAbove = test.operator === '>' || test.operator === '>=';
  const [first, second] = rises ? [isBelow, isAbove] : [isAbove, isBelow];
  const keys = new Set([counter]);
  if (first && keyOf(test.left) === counter && isSteady(test.right, keys)) return keys;
  if (second && keyOf(test.right) === counter && isSteady(test.left, keys)) return keys;
  return undefined;
}

function targetOf(expression: Expression): Expression | undefined {
  const { kind } = expression;
  return kind === 'increment' || kind === 'compoundAssignment' ? expression.target : undefined;
}

/** true: it grows; false: it shrinks; undefined: neither is certain. */
function direction(expression: Expression): boolean | undefined {
  if (expression.kind === 'increment') return expression.by === 1;
  if (expression.kind !== 'compoundAssignment' || expression.value.kind !== 'number') return undefined;
  if (!(expression.value.value >= 1)) return undefined;
  return expression.operator === '+' ? true : expression.operator === '-' ? false : undefined;
}

/** What a bound may be: a number that is not too large, variables, fields, lengths. @param keys grow by what it reads */
function isSteady(bound: ExpressionNode, keys: Set<string>): boolean {
  switch (bound.kind) {
    case 'number':
      return Math.abs(bound.value) <= MANY;
    case 'variable':
      keys.add(keyOf(bound)!);
      return true;
    case 'builtin':
      return bound.name === 'length' && bound.args.every((argument) => isSteady(argument, keys));
    case 'arithmetic':
      return isSteady(bound.left, keys) && isSteady(bound.right, keys);
    case 'field':
      return isSteady(bound.index, keys);
    default:
      return false;
  }
}

function keyOf(node: Node | undefined): string | undefined {
  if (node?.kind === 'subscript') return keyOf(node.array);
  if (node?.kind !== 'variable') return undefined;
  const { variable } = node;
  return variable.scope === 'special' ? variable.name : `${variable.scope} ${variable.index}`;
}

/** Whether the body may change what these keys name: also by changing the record, or by calling what may do anything. */
function mayChange(body: Node, keys: ReadonlySet<string>): boolean {
  let found = false;
  walk([body], (node) => {
    if (node.kind === 'call' || node.kind === 'indirectCall' || node.kind === 'getline') found = true;
    if (node.kind === 'builtin' && SUBSTITUTE.has(node.name) && node.args.length === 2) found = true;
    for (const target of targetsOf(node)) {
      const key = keyOf(target);
      found ||= key === undefined || keys.has(key);
    }
  });
  return found;
}

/** Without a third argument they change the record. */
const SUBSTITUTE: ReadonlySet<string> = new Set(['sub', 'gsub']);

function targetsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'assignment':
    case 'compoundAssignment':
    case 'increment':
    case 'forIn':
      return [node.target];
    case 'delete':
      return [node.array];
    case 'builtin': {
      const builtin = findBuiltin(node.name, false);
      if (builtin === undefined) return [];
      return node.args.filter(
        (_, place) => argumentKind(builtin, place) !== 'value' && isPlace(node.args[place]),
      );
    }
    default:
      return [];
  }
}

function isPlace(node: Node | undefined): boolean {
  return node?.kind === 'variable' || node?.kind === 'subscript' || node?.kind === 'field';
}
