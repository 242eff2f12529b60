// Which records a program does nothing with but drop or print them, so that the compiled loop passes over whole ranges
// of them (runtime/skipping.ts): those in which none of some regexes is found; or all, when one regex decides what is
// printed and counted, as in `/probe/ { n++; next } { print }`. Pure.
// Invariant: what is not proven to have no other effect is not skipped.
import type { Expression, PrintStatement, Program, RegexConstant, Rule, Statement } from '../ast.ts';
import type { Node } from '../walk.ts';
import { contains, isPure, type ProgramFacts } from './program-facts.ts';

/** Records that match none of the patterns are dropped, or all printed. */
export type SkipPlan = {
  readonly patterns: readonly RegexConstant[];
  readonly prints: boolean;
  /** Range rules: skipping stops as long as one of them is in its range. */
  readonly ranges: readonly number[];
};

/** Records are only printed or counted, and what is done is decided by one regex, or by none. */
export type SiftPlan = {
  readonly pattern: RegexConstant | undefined;
  /** What is done with records that match, and with those that do not. */
  readonly with: Effect;
  readonly without: Effect;
};

export type Effect = {
  readonly prints: boolean;
  /** By how much global variables change, by their index. */
  readonly counts: ReadonlyMap<number, number>;
};

/** What a condition is: 'open' when that depends on more than whether the regexes match. */
type Outcome = boolean | 'open';

/** @returns undefined when every record has to be looked at */
export function skipPlan(program: Program, facts: ProgramFacts): SkipPlan | undefined {
  if (seesLastRecord(program, facts)) return undefined;
  const view = new View(false);
  const effect = view.effectOf(program);
  if (effect === undefined || effect.counts.size > 0) return undefined;
  return { patterns: view.patterns, prints: effect.prints, ranges: view.ranges };
}

/** @returns undefined when there is more to do with a record */
export function siftPlan(program: Program, facts: ProgramFacts): SiftPlan | undefined {
  if (seesLastRecord(program, facts)) return undefined;
  const views = [new View(true), new View(false)];
  const [matching, other] = views.map((view) => view.effectOf(program));
  if (matching === undefined || other === undefined || views.some(({ ranges }) => ranges.length > 0)) {
    return undefined;
  }
  const patterns = views.flatMap((view) => view.patterns);
  if (new Set(patterns.map(({ source }) => source)).size > 1) return undefined;
  return { pattern: patterns[0], with: matching, without: other };
}

/** The program as a record goes through it in which all regexes match, or none. */
class View {
  readonly patterns: RegexConstant[] = [];
  readonly ranges: number[] = [];
  readonly #matches: boolean;

  constructor(matches: boolean) {
    this.#matches = matches;
  }

  effectOf(program: Program): Effect | undefined {
    let prints = false;
    const counts = new Map<number, number>();
    for (const rule of program.rules) {
      if (rule.kind !== 'pattern' && rule.kind !== 'range') continue;
      if (rule.kind === 'range') this.ranges.push(rule.index);
      const holds = this.#holds(rule);
      if (holds === 'open') return undefined;
      if (!holds) continue;
      const does = rule.kind === 'range' ? undefined : plainBody(rule.body, counts);
      if (does === undefined || (does.prints && prints)) return undefined;
      prints ||= does.prints;
      if (does.ends) break;
    }
    return { prints, counts };
  }

  #holds(rule: Extract<Rule, { kind: 'pattern' | 'range' }>): Outcome {
    const pattern = rule.kind === 'range' ? rule.from : rule.pattern;
    return pattern === undefined ? true : this.#outcome(pattern);
  }

  #outcome(e: Expression): Outcome {
    switch (e.kind) {
      case 'match':
        if (e.pattern.kind !== 'regex' || !isRecord(e.subject)) return 'open';
        this.patterns.push(e.pattern);
        return this.#matches !== e.negated;
      case 'not': {
        const operand = this.#outcome(e.operand);
        return operand === 'open' ? operand : !operand;
      }
      case 'and':
      case 'or':
        return this.#logical(e);
      default:
        return 'open';
    }
  }

  #logical(e: Extract<Expression, { kind: 'and' | 'or' }>): Outcome {
    // What decides alone; the side that is open then has no say, and is not evaluated or has no effect.
    const decisive = e.kind === 'or';
    const left = this.#outcome(e.left);
    if (left === decisive || (left === 'open' && !isHarmless(e.left))) return left;
    const right = this.#outcome(e.right);
    if (right === decisive) return right;
    return left === 'open' ? left : right;
  }
}

/** Whether not to evaluate it makes no difference, not even that of a fault. */
function isHarmless(e: Expression): boolean {
  return isPure(e) && !contains([e], mayFail);
}

function mayFail(node: Node): boolean {
  if (node.kind === 'arithmetic') return node.operator === '/' || node.operator === '%';
  if (node.kind === 'match') return node.pattern.kind !== 'regex';
  return node.kind === 'field' && node.index.kind !== 'number';
}

function isRecord(e: Expression): boolean {
  return e.kind === 'field' && e.index.kind === 'number' && Math.trunc(e.index.value) === 0;
}

/**
 * Of a body that is nothing but a `print`, increments and a `next`; a body of another kind is undefined.
 * @param counts takes the increments
 */
function plainBody(
  body: readonly Statement[] | undefined,
  counts: Map<number, number>,
): { prints: boolean; ends: boolean } | undefined {
  if (body === undefined) return { prints: true, ends: false };
  let prints = false;
  for (const statement of body) {
    if (statement.kind === 'next') return { prints, ends: true };
    if (statement.kind === 'print' && isPlainPrint(statement) && !prints) prints = true;
    else if (statement.kind !== 'expression' || !isCount(statement.expression, counts)) return undefined;
  }
  return { prints, ends: false };
}

/** `n++` and its like, of a variable of the program. */
function isCount(e: Expression, counts: Map<number, number>): boolean {
  if (e.kind !== 'increment' || e.target.kind !== 'variable') return false;
  const { variable } = e.target;
  if (variable.scope !== 'global') return false;
  counts.set(variable.index, (counts.get(variable.index) ?? 0) + e.by);
  return true;
}

function isPlainPrint({ args, redirection }: PrintStatement): boolean {
  return redirection === undefined && (args.length === 0 || (args.length === 1 && isRecord(args[0]!)));
}

function seesLastRecord(program: Program, { mentions }: ProgramFacts): boolean {
  return mentions.has('RT') || outsideOfRecords(program).some((root) => contains([root], seesRecord));
}

/** What may run behind the last record, or between files. */
function outsideOfRecords({ rules, functions }: Program): Node[] {
  return [
    ...rules.flatMap((rule) => (rule.kind === 'pattern' || rule.kind === 'range' ? [] : rule.body)),
    ...functions.flatMap(({ body }) => body),
  ];
}

/** Builtins that take $0 when nothing is said. */
const OF_RECORD: ReadonlySet<string> = new Set(['length', 'sub', 'gsub', 'gensub']);

/** Whether it could tell which record was the last one. */
function seesRecord(node: Node): boolean {
  switch (node.kind) {
    case 'field':
    case 'getline':
    case 'indirectCall':
      return true;
    case 'print':
      return node.args.length === 0;
    case 'builtin':
      return OF_RECORD.has(node.name);
    case 'variable':
      return node.variable.scope === 'special' && node.variable.name === 'NF';
    default:
      return false;
  }
}
