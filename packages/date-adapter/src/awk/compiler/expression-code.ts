// Expressions as JavaScript. Each expression can be asked for in the form its place wants: a number, a string, a
// truth, any value, only its effect, a range of bytes, or written to the output; that choice is most of the speed.
// In generated code R is the machine, T the runtime, L the library, `o` the place in the output.
// 300 lines: one case for each kind of expression and form.
// Invariants: operands are evaluated from left to right, as the interpreter does; the range registers of the machine
// are used by the call right after the one that set them.
import type {
  ArrayReference,
  Assignment,
  BuiltinCall,
  Comparison,
  CompoundAssignment,
  Expression,
  FieldReference,
  FunctionCall,
  Getline,
  Increment,
  LValue,
  Match,
  RegexOperand,
  SpecialName,
  SubscriptReference,
  Variable,
} from '../ast.ts';
import { fromModel } from '../runtime/byte-text.ts';
import { specialIndex } from '../specials.ts';
import type { BuiltinCode } from './builtin-code.ts';
import type { CodeConstants } from './code-constants.ts';
import { hasEffects, hasEffectsOutside, isPure, NotCompiled } from './program-facts.ts';

export type ValueType = 'number' | 'string' | 'any';

const NUMBER_BUILTINS: ReadonlySet<string> = new Set([
  'atan2',
  'close',
  'cos',
  'exp',
  'fflush',
  'gsub',
  'index',
  'int',
  'length',
  'log',
  'match',
  'rand',
  'sin',
  'split',
  'sqrt',
  'srand',
  'sub',
  'system',
  'and',
  'asort',
  'asorti',
  'compl',
  'isarray',
  'lshift',
  'mktime',
  'or',
  'patsplit',
  'rshift',
  'strtonum',
  'systime',
  'xor',
  'now',
  'mkbool',
]);
const STRING_BUILTINS: ReadonlySet<string> = new Set([
  'sprintf',
  'substr',
  'tolower',
  'toupper',
  'gensub',
  'strftime',
  'typeof',
  'convtime',
  'json',
  'logfmt',
]);

/** Special variables whose place the machine has as a number. */
const COUNTERS: ReadonlySet<string> = new Set(['NR', 'FNR']);

export class ExpressionCode {
  readonly constants: CodeConstants;
  /** Local variables of the function that is being generated. */
  temporaries: string[] = [];
  #builtins: BuiltinCode | undefined;
  #made = 0;

  constructor(constants: CodeConstants) {
    this.constants = constants;
  }

  connect(builtins: BuiltinCode): void {
    this.#builtins = builtins;
  }

  get #builtinCode(): BuiltinCode {
    if (this.#builtins === undefined) throw new Error('the generator has no builtins');
    return this.#builtins;
  }

  temporary(): string {
    const name = `t${this.#made++}`;
    this.temporaries.push(name);
    return name;
  }

  typeOf(e: Expression): ValueType {
    switch (e.kind) {
      case 'number':
      case 'arithmetic':
      case 'sign':
      case 'comparison':
      case 'match':
      case 'membership':
      case 'and':
      case 'or':
      case 'not':
      case 'increment':
      case 'compoundAssignment':
      case 'getline':
        return 'number';
      case 'string':
      case 'concatenation':
        return 'string';
      case 'assignment':
        return this.typeOf(e.value);
      case 'conditional': {
        const type = this.typeOf(e.then);
        return type === this.typeOf(e.otherwise) ? type : 'any';
      }
      case 'variable':
        return e.variable.scope === 'special' && (COUNTERS.has(e.variable.name) || e.variable.name === 'NF')
          ? 'number'
          : 'any';
      case 'builtin':
        if (NUMBER_BUILTINS.has(e.name)) return 'number';
        return STRING_BUILTINS.has(e.name) ? 'string' : 'any';
      default:
        return 'any';
    }
  }

  // ---- forms

  value(e: Expression): string {
    switch (e.kind) {
      case 'number':
        return numberLiteral(e.value);
      case 'string':
        return JSON.stringify(fromModel(e.value));
      case 'variable':
        return this.variable(e.variable);
      case 'field':
        return this.#field(e, 'Value');
      case 'subscript':
        return this.#element(e);
      case 'assignment':
        return this.#assign(e);
      case 'compoundAssignment':
        return this.#compoundAssign(e);
      case 'increment':
        return this.#increment(e, false);
      case 'conditional':
        return `(${this.truth(e.test)}?${this.value(e.then)}:${this.value(e.otherwise)})`;
      case 'arithmetic':
        return this.#arithmetic(e.operator, this.number(e.left), this.number(e.right), false);
      case 'sign':
        return e.operator === '-' ? `(-${this.number(e.operand)})` : this.number(e.operand);
      case 'concatenation':
        return `(${e.parts.map((part) => this.text(part)).join('+')})`;
      case 'call':
        return this.#call(e);
      case 'builtin':
        return this.#builtinCode.value(e);
      case 'getline':
        return this.#getline(e);
      case 'indirectCall':
        throw new NotCompiled('an indirect call');
      default:
        return `(${this.truth(e)}?1:0)`;
    }
  }

  number(e: Expression): string {
    if (this.typeOf(e) === 'number') return this.value(e);
    switch (e.kind) {
      case 'field':
        return this.#field(e, 'Number');
      case 'string':
        return `L.textNumber(${this.value(e)})`;
      case 'conditional':
        return `(${this.truth(e.test)}?${this.number(e.then)}:${this.number(e.otherwise)})`;
      default:
        return `L.toNumber(${this.value(e)})`;
    }
  }

  text(e: Expression): string {
    const type = this.typeOf(e);
    if (type === 'string') return this.value(e);
    if (e.kind === 'field') return this.#field(e, 'Text');
    if (e.kind === 'conditional')
      return `(${this.truth(e.test)}?${this.text(e.then)}:${this.text(e.otherwise)})`;
    return `L.toText(${this.value(e)},R.convfmt)`;
  }

  truth(e: Expression): string {
    switch (e.kind) {
      case 'and':
        return `(${this.truth(e.left)}&&${this.truth(e.right)})`;
      case 'or':
        return `(${this.truth(e.left)}||${this.truth(e.right)})`;
      case 'not':
        return `!${this.truth(e.operand)}`;
      case 'comparison':
        return this.#comparison(e);
      case 'match':
        return this.#match(e);
      case 'membership':
        return `(${this.entry(e.array, e.subscripts, 'find')}!==-1)`;
      case 'field':
        return this.#field(e, 'Truth');
      case 'number':
        return e.value === 0 ? 'false' : 'true';
      case 'string':
        return e.value === '' ? 'false' : 'true';
      default: {
        const type = this.typeOf(e);
        if (type === 'number') return `(${this.value(e)}!==0)`;
        if (type === 'string') return `(${this.value(e)}!=='')`;
        return `L.isTrue(${this.value(e)})`;
      }
    }
  }

  /** Only what it does. */
  effect(e: Expression): string {
    return e.kind === 'increment' ? this.#increment(e, true) : this.value(e);
  }

  /** Code that leaves the bytes of the string in R.rs and R.re; undefined when it is no range by nature. */
  range(e: Expression): string | undefined {
    if (e.kind === 'field') {
      const place = constantPlace(e);
      if (place === 0) return 'L.recordRange(R)';
      if (place !== undefined) return `L.constantFieldRange(R,${place})`;
      return `L.fieldRange(R,${this.number(e.index)})`;
    }
    return e.kind === 'builtin' ? this.#builtinCode.range(e) : undefined;
  }

  /** Statements that write it at `o`. @param format R.ofmt in print, R.convfmt inside a concatenation */
  put(e: Expression, format: string): string {
    switch (e.kind) {
      case 'string':
        return this.constants.put(fromModel(e.value));
      case 'concatenation':
        return e.parts.map((part) => this.put(part, 'R.convfmt')).join('');
      case 'conditional':
        return `if(${this.truth(e.test)}){${this.put(e.then, format)}}else{${this.put(e.otherwise, format)}}`;
      case 'field': {
        const place = constantPlace(e);
        if (place === 0) return 'o=L.putRecord(R,o);';
        if (place !== undefined) return `o=L.putField(R,o,${place},${format});`;
        return `o=L.putValue(R,o,${this.value(e)},${format});`;
      }
      case 'subscript':
        return `o=L.putElement(R,o,${this.array(e.array)},${this.entry(e.array, e.subscripts)},L.valueOf,${format});`;
      default: {
        const written = e.kind === 'builtin' ? this.#builtinCode.put(e, format) : undefined;
        if (written !== undefined) return written;
        const range = this.range(e);
        if (range !== undefined) return `${range};o=L.putFound(R,o);`;
        if (this.typeOf(e) === 'number') return `o=L.putNumber(R,o,${this.value(e)},${format});`;
        if (this.typeOf(e) === 'string') return `o=L.putText(R,o,${this.value(e)});`;
        return `o=L.putValue(R,o,${this.value(e)},${format});`;
      }
    }
  }

  // ---- variables, fields, elements

  variable(variable: Variable): string {
    switch (variable.scope) {
      case 'global':
        return `g${variable.index}`;
      case 'local':
        return `p${variable.index}`;
      default:
        if (variable.shape === 'array') return this.constants.specialArray(variable.name);
        return this.#special(variable.name);
    }
  }

  #special(name: SpecialName): string {
    if (name === 'NF') return '(R.count<0?R.splitAll():R.count)';
    return COUNTERS.has(name) ? `R.${name}` : `T.specialAt(${specialIndex(name, false)})`;
  }

  array(reference: ArrayReference): string {
    if (reference.kind === 'subscript') throw new NotCompiled('an array of arrays');
    return this.variable(reference.variable);
  }

  #field(e: FieldReference, form: 'Value' | 'Text' | 'Number' | 'Truth'): string {
    const place = constantPlace(e);
    if (place === 0 && (form === 'Value' || form === 'Text')) return `L.record${form}(R)`;
    if (place !== undefined && place > 0) return `L.constantField${form}(R,${place})`;
    return `L.field${form}(R,${this.number(e.index)})`;
  }

  /** The entry of an element: made if it is not there, or -1 for `find`. */
  entry(array: ArrayReference, subscripts: readonly Expression[], how: 'entry' | 'find' = 'entry'): string {
    const name = this.array(array);
    const [only] = subscripts;
    if (subscripts.length !== 1 || only === undefined)
      return `${name}.${how}Text(${this.subscript(subscripts)})`;
    if (only.kind === 'number' && Number.isInteger(only.value) && only.value >= 0 && only.value < 1e9) {
      return `${name}.${how}Integer(${only.value})`;
    }
    if (this.typeOf(only) === 'string' && this.range(only) === undefined)
      return `${name}.${how}Text(${this.text(only)})`;
    if (how === 'entry') {
      const range = this.range(only);
      if (range !== undefined) return `(${range},L.entryOfFound(R,${name}))`;
      if (only.kind === 'subscript') {
        const other = this.array(only.array);
        return `L.entryOfElement(R,${name},${other},${this.entry(only.array, only.subscripts)})`;
      }
    }
    return `L.${how}Of(R,${name},${this.value(only)})`;
  }

  /** A subscript as a value to be kept: several are one string, joined by SUBSEP. */
  subscript(subscripts: readonly Expression[]): string {
    if (subscripts.length === 1) return this.value(subscripts[0]!);
    const texts = subscripts.map((each) => this.text(each));
    // SUBSEP is that of the end, should a function change it.
    if (subscripts.some((each) => hasEffectsOutside(each))) return `[${texts.join(',')}].join(R.subsep)`;
    return `(${texts.join('+R.subsep+')})`;
  }

  #element(e: SubscriptReference): string {
    return `L.valueOf(${this.array(e.array)},${this.entry(e.array, e.subscripts)})`;
  }

  // ---- assignment

  /** Code that assigns; its value is what was assigned. `value` must not need to be evaluated before the subscripts. */
  store(target: LValue, value: string): string {
    switch (target.kind) {
      case 'variable': {
        const { variable } = target;
        if (variable.scope === 'special') return `L.setSpecial(T,'${variable.name}',${value})`;
        return `(${this.variable(variable)}=${value})`;
      }
      case 'field': {
        const place = constantPlace(target);
        const index = place === undefined ? this.number(target.index) : String(place);
        return `L.assignField(R,${index},${value})`;
      }
      default:
        return `L.setElement(R,${this.array(target.array)},${this.subscript(target.subscripts)},${value})`;
    }
  }

  #assign(e: Assignment): string {
    const { target, value } = e;
    if (target.kind === 'field') {
      const place = constantPlace(target);
      if (place !== undefined && value.kind === 'string') {
        const { address, length } = this.constants.bytes(fromModel(value.value));
        return `L.assignConstant(R,${place},${address},${address + length},${this.value(value)})`;
      }
    }
    if (!this.#valueComesFirst(target, value)) return this.store(target, this.value(value));
    const kept = this.temporary();
    return `(${kept}=${this.value(value)},${this.store(target, kept)})`;
  }

  /** Whether it shows that the value is evaluated before the subscripts, as the interpreter does. */
  #valueComesFirst(target: LValue, value: Expression): boolean {
    const places = placesOf(target).filter((place) => !isLiteral(place));
    if (places.length === 0 || isLiteral(value)) return false;
    if (hasEffects(value) || places.some((place) => hasEffects(place))) return true;
    return !isPure(value) && places.some((place) => !isPure(place));
  }

  /** An assignment that is a statement: nobody wants its value. */
  assignEffect(e: Assignment): string {
    const { target, value } = e;
    if (target.kind === 'field' && value.kind === 'builtin') {
      const place = constantPlace(target);
      const range = this.range(value);
      if (place !== undefined && range !== undefined) return `${range},L.assignFound(R,${place})`;
    }
    return this.#assign(e);
  }

  /** The element with its subscripts evaluated once: code to begin with, to read it, and to write it. */
  #place(target: LValue): { begin: string; read: string; write: (value: string) => string } {
    if (target.kind === 'variable') {
      return { begin: '', read: this.variable(target.variable), write: (value) => this.store(target, value) };
    }
    const kept = this.temporary();
    if (target.kind === 'field') {
      return {
        begin: `${kept}=${this.number(target.index)},`,
        read: `L.fieldNumber(R,${kept})`,
        write: (value) => `L.assignField(R,${kept},${value})`,
      };
    }
    const name = this.array(target.array);
    return {
      begin: `${kept}=${this.subscript(target.subscripts)},`,
      read: `L.valueOf(${name},L.entryOf(R,${name},${kept}))`,
      write: (value) => `L.setElement(R,${name},${kept},${value})`,
    };
  }

  #compoundAssign(e: CompoundAssignment): string {
    const { target, operator, value } = e;
    if (
      target.kind === 'subscript' &&
      (operator === '+' || operator === '-') &&
      isPure(value) &&
      !this.#valueComesFirst(target, value)
    ) {
      const by = operator === '+' ? this.number(value) : `-${this.number(value)}`;
      return `L.addToElement(${this.array(target.array)},${this.entry(target.array, target.subscripts)},${by})`;
    }
    const { begin, read, write } = this.#place(target);
    const right = this.temporary();
    const result = this.#arithmetic(operator, `L.toNumber(${read})`, right, true);
    return `(${right}=${this.number(value)},${begin}${write(result)})`;
  }

  #increment({ target, by, prefix }: Increment, unused: boolean): string {
    if (target.kind === 'subscript') {
      const sum = `L.addToElement(${this.array(target.array)},${this.entry(target.array, target.subscripts)},${by})`;
      return prefix || unused ? sum : `(${sum}-(${by}))`;
    }
    const { begin, read, write } = this.#place(target);
    if (prefix || unused) return `(${begin}${write(`L.toNumber(${read})+(${by})`)})`;
    const before = this.temporary();
    return `(${begin}${before}=L.toNumber(${read}),${write(`${before}+(${by})`)},${before})`;
  }

  // ---- operators

  #arithmetic(operator: string, left: string, right: string, assigned: boolean): string {
    switch (operator) {
      case '/':
        return `L.divide(${left},${right},${assigned})`;
      case '%':
        return `L.remainder(${left},${right},${assigned})`;
      case '^':
        return `L.power(${left},${right})`;
      default:
        return `(${left}${operator} ${right})`;
    }
  }

  #comparison(e: Comparison): string {
    const { left, right, operator } = e;
    if (this.typeOf(left) === 'number' && this.typeOf(right) === 'number') {
      return `(${this.value(left)}${OPERATORS[operator]}${this.value(right)})`;
    }
    const isEquality = operator === '==' || operator === '!=';
    if (isEquality && right.kind === 'string' && left.kind === 'field') {
      const { address, length } = this.constants.bytes(fromModel(right.value));
      return `(${this.range(left)},${operator === '!=' ? '!' : ''}L.foundEquals(R,${address},${length}))`;
    }
    if (isEquality && (this.typeOf(left) === 'string' || this.typeOf(right) === 'string')) {
      return `(${this.text(left)}${OPERATORS[operator]}${this.text(right)})`;
    }
    return `(L.compare(${this.value(left)},${this.value(right)},R.convfmt)${OPERATORS[operator]}0)`;
  }

  #match(e: Match): string {
    return `${e.negated ? '!' : ''}${this.#test(e.subject, e.pattern)}`;
  }

  #test(subject: Expression, operand: RegexOperand): string {
    if (operand.kind !== 'regex') {
      return `L.testText(R,${this.text(subject)},T.pattern(${this.text(operand)}))`;
    }
    const pattern = this.pattern(operand);
    if (subject.kind === 'field' && constantPlace(subject) === 0) return `L.testRecord(R,${pattern})`;
    const range = this.range(subject);
    if (range !== undefined) return `(${range},L.testFound(R,${pattern}))`;
    return `L.testText(R,${this.text(subject)},${pattern})`;
  }

  /** A regex constant, or the code that makes one of a string. */
  pattern(operand: RegexOperand): string {
    if (operand.kind === 'regex') return this.constants.pattern(operand);
    return `T.pattern(${this.text(operand)})`;
  }

  // ---- calls and input

  #call(e: FunctionCall): string {
    const { parameters } = this.constants.program.functions[e.index]!;
    const args = e.args.map((argument, place) => {
      if (parameters[place]?.shape !== 'array') return this.value(argument);
      if (argument.kind !== 'variable') throw new NotCompiled('an array that is no variable');
      return this.variable(argument.variable);
    });
    return `f${e.index}(${args.join(',')})`;
  }

  #getline(e: Getline): string {
    const { target, source, from } = e;
    const isInput = from === 'input' || source === undefined;
    if (target === undefined)
      return isInput ? 'T.getline()' : `T.getlineFrom('${from}',${this.text(source)},v=>T.assignRecord(v))`;
    // The subscripts are evaluated also when there is nothing to read.
    const { begin, write } = this.#place(target);
    const kept = this.temporary();
    if (isInput) return `(${begin}(${kept}=T.getlineValue())===undefined?0:(${write(kept)},1))`;
    return `(${kept}=${this.text(source)},${begin}T.getlineFrom('${from}',${kept},v=>{${write('L.inputValue(v,R.boxed)')}}))`;
  }

  builtin(e: BuiltinCall): string {
    return this.#builtinCode.value(e);
  }
}

const OPERATORS = { '<': '<', '<=': '<=', '==': '===', '!=': '!==', '>': '>', '>=': '>=' } as const;

/** The place of a field when it is a constant. */
export function constantPlace({ index }: FieldReference): number | undefined {
  if (index.kind !== 'number') return undefined;
  const place = Math.trunc(index.value);
  return place <= 1000 ? place : undefined;
}

/** What is evaluated to find where to assign. */
function placesOf(target: LValue): readonly Expression[] {
  if (target.kind === 'variable') return [];
  return target.kind === 'field' ? [target.index] : target.subscripts;
}

function isLiteral({ kind }: Expression): boolean {
  return kind === 'number' || kind === 'string';
}

function numberLiteral(value: number): string {
  return Number.isFinite(value) ? `(${value})` : 'Infinity';
}
