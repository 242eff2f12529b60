// A whole program as JavaScript: one function that declares the variables and gives back the rules as functions.
// `records` runs until the input or the program ends; everything hot is inside its loop.
import type { FunctionDefinition, Program, Rule, Statement } from '../ast.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { BuiltinCode } from './builtin-code.ts';
import { CodeConstants } from './code-constants.ts';
import { ExpressionCode } from './expression-code.ts';
import { type ProgramFacts, programFacts } from './program-facts.ts';
import { PRINT_WITH, PRINT_WITHOUT } from '../runtime/skipping.ts';
import { type Effect, siftPlan, skipPlan } from './skip-plan.ts';
import { type BodyKind, StatementCode } from './statement-code.ts';

export type ProgramCode = {
  /** The body of a function of R, T, L and C. */
  readonly source: string;
  /** C. */
  readonly constants: readonly unknown[];
  readonly facts: ProgramFacts;
};

/** @throws NotCompiled for what there is no code for, RegexError for constants that are no regex */
export function generateCode(runtime: Runtime): ProgramCode {
  const facts = programFacts(runtime.program);
  const constants = new CodeConstants(runtime);
  const source = new ProgramWriter(runtime.program, facts, constants).write();
  const names = constants.objects.map((_, index) => `const c${index}=C[${index}];`).join('');
  return { source: `'use strict';\n${names}\n${source}`, constants: constants.objects, facts };
}

class ProgramWriter {
  readonly #program: Program;
  readonly #facts: ProgramFacts;
  readonly #expressions: ExpressionCode;
  readonly #statements: StatementCode;

  constructor(program: Program, facts: ProgramFacts, constants: CodeConstants) {
    this.#program = program;
    this.#facts = facts;
    this.#expressions = new ExpressionCode(constants);
    const builtins = new BuiltinCode(this.#expressions);
    this.#expressions.connect(builtins);
    this.#statements = new StatementCode(this.#expressions, builtins, facts.mentions.has('PROCINFO'));
  }

  write(): string {
    const { globals, functions, rangeCount } = this.#program;
    const parts = [
      ...globals.map(({ index, shape }) =>
        shape === 'array' ? `const g${index}=new L.AwkArray();` : `let g${index};`,
      ),
      ...(this.#expressions.constants.interrupt() === undefined ? [] : ['let calls=0;']),
      ...Array.from({ length: rangeCount }, (_, index) => `let r${index}=false;`),
      ...functions.map((definition) => this.#function(definition)),
      this.#actions('begin'),
      this.#records(),
      this.#actions('end'),
      this.#beginFile(),
      this.#actions('endFile'),
      `const setters=new Map([${this.#setters()}]);`,
      `const functions=new Map([${functions.map(({ name, index }) => `['${name}',f${index}]`).join(',')}]);`,
      'return {begin,records,end,beginFile,endFile,setters,functions};',
    ];
    return parts.join('\n');
  }

  #setters(): string {
    return this.#program.globals
      .filter(({ shape }) => shape !== 'array')
      .map(({ name, index }) => `['${name}',v=>{g${index}=v;}]`)
      .join(',');
  }

  /** @param make writes the inside; the temporaries it needs are declared in front of it */
  #declared(make: () => string): string {
    this.#expressions.temporaries = [];
    const inside = make();
    const { temporaries } = this.#expressions;
    return `${temporaries.length === 0 ? '' : `let ${temporaries.join(',')};`}\n${inside}`;
  }

  #function({ index, parameters, body }: FunctionDefinition): string {
    const arrays = parameters
      .filter(({ shape }) => shape === 'array')
      .map((parameter) => `if(p${parameter.index}===undefined)p${parameter.index}=new L.AwkArray();`);
    const names = parameters.map((parameter) => `p${parameter.index}`).join(',');
    return `function f${index}(${names}){${arrays.join('')}${this.#declared(() => this.#statements.functionBody(body))}}`;
  }

  /** BEGIN, END or ENDFILE; a function that says whether the program has ended itself. */
  #actions(kind: 'begin' | 'end' | 'endFile'): string {
    const bodyKind: BodyKind = kind === 'endFile' ? 'function' : 'action';
    const bodies = this.#program.rules.flatMap((rule) => (rule.kind === kind ? [rule.body] : []));
    const inside = this.#declared(() =>
      bodies.map((body) => `{${this.#statements.body(body, bodyKind)}}`).join('\n'),
    );
    return `function ${kind}(){${this.#clearInterrupt(kind)}${inside}\nreturn false;}`;
  }

  /** What was asked for before END has been done when END begins. */
  #clearInterrupt(kind: string): string {
    const flag = kind === 'end' ? this.#expressions.constants.interrupt() : undefined;
    return flag === undefined ? '' : `Atomics.store(${flag},0,0);`;
  }

  #beginFile(): string {
    const bodies = this.#program.rules.flatMap((rule) => (rule.kind === 'beginFile' ? [rule.body] : []));
    const inside = this.#declared(() =>
      bodies.map((body) => `{${this.#statements.body(body, 'beginFile')}}`).join('\n'),
    );
    return `function beginFile(){${inside}\nreturn true;}`;
  }

  #records(): string {
    const inside = this.#declared(() => {
      const note = this.#facts.mentions.has('RT') ? 'T.noteTerminator();' : '';
      const rules = this.#program.rules.map((rule) => this.#rule(rule)).join('\n');
      return `record:while(${this.#next()}){${note}${this.#guarded(rules)}}`;
    });
    return `function records(){${inside}\nreturn false;}`;
  }

  /** The next record; over those that need not be looked at one by one. */
  #next(): string {
    return this.#sift() ?? this.#skip() ?? 'R.next()';
  }

  #sift(): string | undefined {
    const plan = siftPlan(this.#program, this.#facts);
    if (plan === undefined) return undefined;
    const pattern =
      plan.pattern === undefined ? 'undefined' : this.#expressions.constants.pattern(plan.pattern);
    const what = (plan.with.prints ? PRINT_WITH : 0) | (plan.without.prints ? PRINT_WITHOUT : 0);
    const counts = [...count(plan.with, 'R.rs'), ...count(plan.without, 'R.re')];
    return `(L.sift(R,${pattern},${what}),${counts.join('')}R.next())`;
  }

  #skip(): string | undefined {
    const plan = skipPlan(this.#program, this.#facts);
    if (plan === undefined) return undefined;
    const candidate = `L.nextCandidate(R,${this.#expressions.constants.list(plan.patterns)},${plan.prints})`;
    if (plan.ranges.length === 0) return candidate;
    return `(${plan.ranges.map((index) => `r${index}`).join('||')}?R.next():${candidate})`;
  }

  /** Functions may leave the rules: what they throw is caught per record. */
  #guarded(rules: string): string {
    if (!this.#facts.jumpsFromFunctions) return rules;
    return (
      `try{${rules}}catch(error){if(error===L.NEXT)continue record;` +
      `if(error===L.NEXT_FILE){T.nextFile();continue record;}throw error;}`
    );
  }

  #rule(rule: Rule): string {
    if (rule.kind === 'pattern') {
      const body = this.#body(rule.body, rule.at);
      return rule.pattern === undefined
        ? `{${body}}`
        : `T.at=${rule.at};if(${this.#expressions.truth(rule.pattern)}){${body}}`;
    }
    if (rule.kind !== 'range') return '';
    const flag = `r${rule.index}`;
    const from = this.#expressions.truth(rule.from);
    const to = this.#expressions.truth(rule.to);
    return `T.at=${rule.at};if(${flag}||${from}){${flag}=!${to};${this.#body(rule.body, rule.at)}}`;
  }

  #body(body: readonly Statement[] | undefined, at: number): string {
    const statements: readonly Statement[] = body ?? [
      { kind: 'print', at, args: [], redirection: undefined },
    ];
    return this.#statements.body(statements, 'record');
  }
}

/** Code that counts for so many records. */
function count({ counts }: Effect, records: string): string[] {
  return [...counts].map(([index, by]) => `g${index}=L.countUp(g${index},${records}*${by}),`);
}
