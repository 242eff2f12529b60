// Statements as JavaScript: control flow is JavaScript's own, print writes piece by piece into the output buffer.
// See expression-code.ts for the names in generated code.
import type {
  DeleteStatement,
  ExitStatement,
  Expression,
  ForInStatement,
  JumpStatement,
  PrintStatement,
  Statement,
  SwitchStatement,
} from '../ast.ts';
import type { BuiltinCode } from './builtin-code.ts';
import type { ExpressionCode } from './expression-code.ts';
import type { Node } from '../walk.ts';
import { contains, hasEffectsOutside, isPure } from './program-facts.ts';

/** Where a body stands: what next, nextfile, exit and return mean there. */
export type BodyKind = 'record' | 'function' | 'action' | 'beginFile';

export class StatementCode {
  readonly #code: ExpressionCode;
  readonly #builtins: BuiltinCode;
  readonly #sortsLoops: boolean;
  #kind: BodyKind = 'action';

  constructor(code: ExpressionCode, builtins: BuiltinCode, sortsLoops: boolean) {
    this.#code = code;
    this.#builtins = builtins;
    this.#sortsLoops = sortsLoops;
  }

  body(statements: readonly Statement[], kind: BodyKind): string {
    this.#kind = kind;
    return this.#all(statements);
  }

  /** The body of a function of the program, which begins with a look at the interrupt flag. */
  functionBody(statements: readonly Statement[]): string {
    this.#kind = 'function';
    return this.#look('calls') + this.#all(statements);
  }

  /** What a loop does at the beginning of each turn. */
  #turn(loop: Statement): string {
    if (this.#code.constants.interrupt() === undefined) return '';
    return this.#look(contains([loop], mayWait) ? undefined : this.#code.temporary());
  }

  /**
   * Leaves when somebody asked for the end of the run. Atomics.load is no machine instruction but a call of 10 ns, so
   * what counts its turns looks at every 64th only (measured: 4 times a tight loop's time, now its noise).
   */
  #look(counter: string | undefined): string {
    const flag = this.#code.constants.interrupt();
    if (flag === undefined) return '';
    const isTime = counter === undefined ? '' : `(${counter}=${counter}+1&63)===0&&`;
    return `if(${isTime}Atomics.load(${flag},0)!==0){Atomics.store(${flag},0,0);${this.#leave()}}`;
  }

  #leave(): string {
    return this.#kind === 'record' || this.#kind === 'action' ? 'return true;' : 'throw L.EXIT;';
  }

  #all(statements: readonly Statement[]): string {
    return statements.map((statement) => this.#statement(statement)).join('\n');
  }

  #statement(s: Statement): string {
    const code = this.#code;
    switch (s.kind) {
      case 'expression': {
        const { expression } = s;
        const effect =
          expression.kind === 'assignment' ? code.assignEffect(expression) : code.effect(expression);
        return `T.at=${s.at};${effect};`;
      }
      case 'print':
      case 'printf':
        return this.#print(s);
      case 'block':
        return `{${this.#all(s.body)}}`;
      case 'if': {
        const otherwise = s.otherwise === undefined ? '' : `else{${this.#statement(s.otherwise)}}`;
        return `if(${code.truth(s.test)}){${this.#statement(s.then)}}${otherwise}`;
      }
      case 'while':
        return `while(${code.truth(s.test)}){${this.#turn(s)}${this.#statement(s.body)}}`;
      case 'do':
        return `do{${this.#turn(s)}${this.#statement(s.body)}}while(${code.truth(s.test)});`;
      case 'for': {
        const start = s.start === undefined ? '' : this.#statement(s.start);
        const test = s.test === undefined ? '' : code.truth(s.test);
        const step = s.step?.kind === 'expression' ? code.effect(s.step.expression) : '';
        if (s.step !== undefined && s.step.kind !== 'expression') return this.#forStatement(s, start, test);
        return `${start}for(;${test};${step}){${this.#turn(s)}${this.#statement(s.body)}}`;
      }
      case 'forIn':
        return this.#forIn(s);
      case 'switch':
        return this.#switch(s);
      case 'delete':
        return this.#delete(s);
      case 'return':
        return s.value === undefined ? 'return;' : `return ${code.value(s.value)};`;
      case 'exit':
        return this.#exit(s);
      case 'break':
        return 'break;';
      case 'continue':
        return 'continue;';
      default:
        return this.#jump(s);
    }
  }

  /** A step that is a statement of its own (delete, print): it runs before each turn but the first. */
  #forStatement(s: Extract<Statement, { kind: 'for' }>, start: string, test: string): string {
    const first = this.#code.temporary();
    const step = s.step === undefined ? '' : this.#statement(s.step);
    const leave = test === '' ? '' : `if(!(${test}))break;`;
    return `${start}${first}=true;for(;;){${this.#turn(s)}if(${first})${first}=false;else{${step}}${leave}${this.#statement(s.body)}}`;
  }

  #forIn(s: ForInStatement): string {
    const { target, array, body, at } = s;
    const code = this.#code;
    const keys = this.#sortsLoops ? `T.keys(${code.array(array)})` : `${code.array(array)}.keys()`;
    const key = code.temporary();
    return `T.at=${at};for(${key} of ${keys}){${this.#turn(s)}${code.store(target, key)};${this.#statement(body)}}`;
  }

  #switch({ subject, cases }: SwitchStatement): string {
    const code = this.#code;
    const value = code.temporary();
    const chosen = code.temporary();
    const tests = cases.flatMap(({ label }, index) => {
      if (label === undefined) return [];
      const test =
        label.kind === 'regex'
          ? `L.testText(R,L.toText(${value},R.convfmt),${code.pattern(label)})`
          : `L.compare(${value},${code.value(label)},R.convfmt)===0`;
      return [`${test}?${index}:`];
    });
    const otherwise = cases.findIndex(({ label }) => label === undefined);
    const bodies = cases.map(({ body }, index) => `case ${index}:{${this.#all(body)}}`);
    return `${value}=${code.value(subject)};${chosen}=${tests.join('')}${otherwise};switch(${chosen}){${bodies.join('\n')}}`;
  }

  #delete({ array, subscripts }: DeleteStatement): string {
    const code = this.#code;
    const name = code.array(array);
    if (subscripts === undefined) return `${name}.clear();`;
    return `${name}.delete(${code.entry(array, subscripts, 'find')});`;
  }

  #exit({ status }: ExitStatement): string {
    const set = status === undefined ? '' : `T.exitStatus=Math.trunc(${this.#code.number(status)})&255;`;
    return `{${set}${this.#leave()}}`;
  }

  #jump({ kind }: JumpStatement): string {
    if (this.#kind === 'record')
      return kind === 'next' ? 'continue record;' : 'T.nextFile();continue record;';
    if (this.#kind === 'beginFile' && kind === 'nextfile') return 'return false;';
    return kind === 'next' ? 'throw L.NEXT;' : 'throw L.NEXT_FILE;';
  }

  // ---- print

  #print(s: PrintStatement): string {
    const { args, redirection } = s;
    const target = redirection?.target;
    const isStreamed = ![...args, ...(target === undefined ? [] : [target])].some((each) =>
      hasEffectsOutside(each),
    );
    const needsOrder = target !== undefined && !(isPure(target) && args.every((each) => isPure(each)));
    const [before, puts] = isStreamed && !needsOrder ? ['', this.#puts(s)] : this.#evaluated(s);
    const write = `let o=R.o;${puts}R.o=o;`;
    if (redirection === undefined || target === undefined) {
      return `{T.at=${s.at};${before}if(R.o>R.outputLimit)R.drain();${write}}`;
    }
    const sink = `T.output('${redirection.kind}',${this.#code.text(target)})`;
    return `{T.at=${s.at};${before}const k=${sink};if(k===T.world.stdout){${write}}else{R.hold(k);${write}R.release();}}`;
  }

  #puts({ kind, args }: PrintStatement): string {
    const code = this.#code;
    if (kind === 'printf') return this.#builtins.putFormat(args);
    if (args.length === 0) return 'o=L.putRecord(R,o);o=L.putOrs(R,o);';
    return `${args.map((each) => code.put(each, 'R.ofmt')).join('o=L.putOfs(R,o);')}o=L.putOrs(R,o);`;
  }

  /** All values first, then the output: where evaluating could print, or change how things are printed. */
  #evaluated({ kind, args }: PrintStatement): [before: string, puts: string] {
    const code = this.#code;
    if (args.length === 0) return ['', 'o=L.putRecord(R,o);o=L.putOrs(R,o);'];
    if (kind === 'printf') {
      const text = code.temporary();
      const [format, ...rest] = args;
      const values = rest.map((each) => code.value(each)).join(',');
      return [
        `${text}=L.formatAll(R,L.readFormat(${code.text(format!)}),[${values}]);`,
        `o=L.putText(R,o,${text});`,
      ];
    }
    const names = args.map(() => code.temporary());
    const before = args.map((each: Expression, index) => `${names[index]}=${code.value(each)};`).join('');
    const puts = names.map((name) => `o=L.putValue(R,o,${name},R.ofmt);`).join('o=L.putOfs(R,o);');
    return [before, `${puts}o=L.putOrs(R,o);`];
  }
}

/** Whether it may take longer than a moment. */
function mayWait(node: Node): boolean {
  return (
    node.kind === 'getline' || (node.kind === 'builtin' && (node.name === 'system' || node.name === 'close'))
  );
}
