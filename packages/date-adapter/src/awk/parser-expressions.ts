// Expressions: precedence climbing over the table of POSIX awk, "Expressions in Decreasing Precedence", with the
// places where all awks agree and the table does not say: what `|` and `>` mean in print, where a concatenation
// begins, how far the file of a getline reaches. For the statements' parser.
// Invariant: a regex constant stays one only where a regex is wanted; everywhere else it is a match against $0.
// A little over 300 lines, because the rules call each other.
import type {
  ArrayReference,
  Expression,
  Getline,
  LValue,
  RegexConstant,
  RegexOperand,
  VariableReference,
} from './ast.ts';
import { ARITHMETIC, ASSIGNMENTS, COMPARISONS, CONCATENATED, POWER, PRINT_ENDS } from './operators.ts';
import type { Cursor } from './parser-cursor.ts';
import { CallParser, asValue } from './parser-calls.ts';
import type { Names } from './parser-names.ts';

export class ExpressionParser {
  readonly #cursor: Cursor;
  readonly #names: Names;
  readonly #calls: CallParser;
  /** Within print, outside of parentheses: `>` and `|` redirect. */
  #printing = false;
  /** The operand in parentheses that was read last: `(x) = 1` and `(x)++` assign nothing. */
  #group: Expression | undefined;

  constructor(cursor: Cursor, names: Names) {
    this.#cursor = cursor;
    this.#names = names;
    this.#calls = new CallParser(cursor, names, () => this.#arguments());
  }

  /** A whole expression. */
  expression(): Expression {
    return asValue(this.#operand(POWER.assignment));
  }

  /** What print prints: a list in parentheses, a bare list, or nothing. */
  printed(): Expression[] {
    if (PRINT_ENDS.has(this.#cursor.kind)) return [];
    return this.#inContext(true, () => {
      if (this.#cursor.kind !== '(') return this.#list();
      const listed = this.#parenthesized();
      if (PRINT_ENDS.has(this.#cursor.kind)) return listed.map(asValue);
      const first = asValue(this.#infix(this.#grouped(listed), POWER.assignment));
      return this.#cursor.accept(',') ? [first, ...this.#list()] : [first];
    });
  }

  /** The target of a redirection. */
  redirected(): Expression {
    return this.#inContext(true, () => asValue(this.#operand(POWER.conditional)));
  }

  /** The name of an array, with the subscripts of the arrays it is in. */
  arrayReference(): ArrayReference {
    const reference = this.#cursor.kind === 'name' ? this.#primary() : undefined;
    if (reference?.kind !== 'variable' && reference?.kind !== 'subscript') {
      throw this.#cursor.unexpected('the name of an array');
    }
    return reference;
  }

  variableReference(): VariableReference {
    const { at, text, kind } = this.#cursor.lexer;
    if (kind !== 'name') throw this.#cursor.unexpected('a name');
    this.#cursor.advance();
    return { kind: 'variable', at, variable: this.#names.variable(text, at) };
  }

  /** @throws SourceError unless the current token is a regex's first slash */
  regex(): RegexConstant {
    this.#cursor.lexer.readRegex();
    const { at, text } = this.#cursor.lexer;
    this.#cursor.advance();
    return { kind: 'regex', at, source: text };
  }

  #inContext<T>(printing: boolean, parse: () => T): T {
    const outer = this.#printing;
    this.#printing = printing;
    // Parentheses and brackets count twice: they cost the parser twice the stack of other operands.
    const node = this.#cursor.deeper(parse);
    this.#printing = outer;
    return node;
  }

  /** An operand with all the operators that bind at least this tightly. */
  #operand(least: number): RegexOperand {
    return this.#cursor.deeper(() => {
      const primary = this.#primary();
      const assignable = isLValue(primary) && primary !== this.#group;
      return this.#infix(assignable ? this.#afterLValue(primary, least) : primary, least);
    });
  }

  /** `x++`, `x = y`, or just x. */
  #afterLValue(target: LValue, least: number): Expression {
    const { kind, at } = this.#cursor.lexer;
    if (kind === '++' || kind === '--') {
      this.#cursor.advance();
      return { kind: 'increment', at, target, by: kind === '++' ? 1 : -1, prefix: false };
    }
    const operator = ASSIGNMENTS.get(kind);
    if (operator === undefined) return target;
    // `1 == x = 2` and `a && b = c` are clear to all awks; `-x = 2` and `a b = 2` are to none.
    if (least > POWER.pipe)
      throw this.#cursor.error(at, 'an assignment within this expression needs parentheses');
    this.#cursor.advance();
    const value = asValue(this.#operand(POWER.assignment));
    return operator === ''
      ? { kind: 'assignment', at, target, value }
      : { kind: 'compoundAssignment', at, operator, target, value };
  }

  #infix(first: RegexOperand, least: number): RegexOperand {
    let left = first;
    for (;;) {
      const next = this.#extended(left, least);
      if (next === undefined) return left;
      left = next;
    }
  }

  /** The operand with one more operator, or undefined when the next token is none that binds tightly enough. */
  #extended(left: RegexOperand, least: number): Expression | undefined {
    const { kind, at } = this.#cursor.lexer;
    if (CONCATENATED.has(kind)) return least > POWER.concatenation ? undefined : this.#concatenated(left);
    const arithmetic = ARITHMETIC.get(kind);
    if (arithmetic !== undefined) {
      if (least > arithmetic.power) return undefined;
      this.#cursor.advance();
      const right = asValue(this.#operand(arithmetic.power + 1));
      return { kind: 'arithmetic', at, operator: arithmetic.operator, left: asValue(left), right };
    }
    if (COMPARISONS.has(kind)) return least > POWER.comparison ? undefined : this.#compared(left);
    if (kind === '^') {
      this.#cursor.advance();
      const right = asValue(this.#operand(POWER.exponent));
      return { kind: 'arithmetic', at, operator: '^', left: asValue(left), right };
    }
    return this.#extendedLoosely(left, least);
  }

  #extendedLoosely(left: RegexOperand, least: number): Expression | undefined {
    const { kind, at } = this.#cursor.lexer;
    if ((kind === '~' || kind === '!~') && least <= POWER.match) {
      this.#cursor.advance();
      const pattern = this.#operand(POWER.match + 1);
      return { kind: 'match', at, negated: kind === '!~', subject: asValue(left), pattern };
    }
    if (kind === 'in' && least <= POWER.membership) {
      this.#cursor.advance();
      return { kind: 'membership', at, subscripts: [asValue(left)], array: this.arrayReference() };
    }
    if ((kind === '&&' && least <= POWER.and) || (kind === '||' && least <= POWER.or)) {
      this.#cursor.advance();
      this.#cursor.skipNewlines();
      const right = asValue(this.#operand(kind === '&&' ? POWER.and + 1 : POWER.or + 1));
      return { kind: kind === '&&' ? 'and' : 'or', at, left: asValue(left), right };
    }
    if (kind === '?' && least <= POWER.conditional) return this.#conditional(asValue(left));
    if (kind === '|&') throw this.#cursor.error(at, 'co-processes (|&) are not supported');
    if (kind === '|' && !this.#printing && least <= POWER.pipe) return this.#piped(asValue(left));
    return undefined;
  }

  #concatenated(left: RegexOperand): Expression {
    const parts = [asValue(left)];
    while (CONCATENATED.has(this.#cursor.kind)) parts.push(asValue(this.#operand(POWER.additive)));
    return { kind: 'concatenation', at: left.at, parts };
  }

  #compared(left: RegexOperand): Expression | undefined {
    const { kind, at } = this.#cursor.lexer;
    const operator = COMPARISONS.get(kind);
    if (operator === undefined || (kind === '>' && this.#printing)) return undefined;
    if (this.#names.posix && left.kind === 'comparison' && left !== this.#group) {
      throw this.#cursor.error(at, 'comparisons do not associate: parentheses are needed');
    }
    this.#cursor.advance();
    const right = asValue(this.#operand(POWER.comparison + 1));
    return { kind: 'comparison', at, operator, left: asValue(left), right };
  }

  #conditional(test: Expression): Expression {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    this.#cursor.skipNewlines();
    const then = asValue(this.#operand(POWER.assignment));
    this.#cursor.expect(':');
    this.#cursor.skipNewlines();
    const otherwise = asValue(this.#operand(POWER.conditional));
    // oxlint-disable-next-line unicorn/no-thenable -- the grammar's word; nobody awaits a node
    return { kind: 'conditional', at, test, then, otherwise };
  }

  #piped(command: Expression): Getline {
    this.#cursor.advance();
    const { at } = this.#cursor.lexer;
    this.#cursor.expect('getline');
    return { kind: 'getline', at, from: 'command', source: command, target: this.#getlineTarget() };
  }

  #getline(): Getline {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    const target = this.#getlineTarget();
    if (!this.#cursor.accept('<')) return { kind: 'getline', at, from: 'input', source: undefined, target };
    // Not a concatenation: `getline x < "a" ".txt"` reads a.
    const source = asValue(this.#operand(POWER.additive));
    return { kind: 'getline', at, from: 'file', source, target };
  }

  #getlineTarget(): LValue | undefined {
    if (this.#cursor.kind !== 'name' && this.#cursor.kind !== '$') return undefined;
    return this.#lvalue();
  }

  #lvalue(): LValue {
    const { at } = this.#cursor.lexer;
    const target = this.#cursor.deeper(() => this.#primary());
    if (isLValue(target) && target !== this.#group) return target;
    throw this.#cursor.error(at, 'only a variable, a field or an element of an array can be assigned to');
  }

  /** What stands between operators; without what may follow an lvalue. */
  #primary(): RegexOperand {
    const { kind, at, text, value } = this.#cursor.lexer;
    switch (kind) {
      case 'number':
        this.#cursor.advance();
        return { kind: 'number', at, value };
      case 'string':
        this.#cursor.advance();
        return { kind: 'string', at, value: text };
      case '/':
      case '/=':
        return this.regex();
      case '$':
        this.#cursor.advance();
        return { kind: 'field', at, index: this.#fieldIndex() };
      case '!':
      case '-':
      case '+':
        return this.#prefixed(kind);
      case '++':
      case '--':
        this.#cursor.advance();
        return { kind: 'increment', at, target: this.#lvalue(), by: kind === '++' ? 1 : -1, prefix: true };
      case '(':
        return this.#grouped(this.#parenthesized());
      case 'getline':
        return this.#getline();
      default:
        return this.#named();
    }
  }

  /** Behind a `$`. In `$$x++` the inner field is what is incremented, in `$x++` the only one (all awks). */
  #fieldIndex(): Expression {
    const { kind: first } = this.#cursor.lexer;
    const index = asValue(this.#cursor.deeper(() => this.#primary()));
    const { kind, at } = this.#cursor.lexer;
    if (first !== '$' || index.kind !== 'field' || (kind !== '++' && kind !== '--')) return index;
    this.#cursor.advance();
    return { kind: 'increment', at, target: index, by: kind === '++' ? 1 : -1, prefix: false };
  }

  #prefixed(kind: '!' | '-' | '+'): Expression {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    const operand = asValue(this.#operand(POWER.unary));
    return kind === '!' ? { kind: 'not', at, operand } : { kind: 'sign', at, operator: kind, operand };
  }

  #named(): Expression | RegexConstant {
    const { kind, text } = this.#cursor.lexer;
    if (kind === 'builtin') return this.#calls.builtin();
    if (kind === 'functionName') return this.#calls.call();
    if (kind === 'name') {
      // `f (x)` with a blank: mawk takes it as a call once f is defined; it can be nothing else.
      if (this.#names.isFunction(text) && this.#cursor.lexer.isFollowedBy(OPEN_PARENTHESIS))
        return this.#calls.call();
      return this.#subscripted(this.variableReference());
    }
    if (kind === '@') return this.#indirect();
    throw this.#cursor.unexpected('an expression');
  }

  #subscripted(variable: VariableReference): LValue {
    let reference: LValue & ArrayReference = variable;
    while (this.#cursor.kind === '[') {
      const { at } = this.#cursor.lexer;
      if (this.#names.posix && reference.kind === 'subscript')
        throw this.#cursor.error(at, 'arrays of arrays are not in POSIX awk');
      this.#cursor.advance();
      const subscripts = this.#inContext(false, () => this.#list());
      this.#cursor.expect(']');
      reference = { kind: 'subscript', at, array: reference, subscripts };
    }
    return reference;
  }

  /** `@name(args)`, or `@/re/`, a regex as a value. */
  #indirect(): Expression {
    const { at } = this.#cursor;
    this.#cursor.advance();
    const isRegex = this.#cursor.kind === '/' || this.#cursor.kind === '/=';
    return isRegex ? { kind: 'string', at, value: this.regex().source, isRegex } : this.#calls.indirect(at);
  }

  #arguments(): RegexOperand[] {
    this.#cursor.expect('(');
    if (this.#cursor.accept(')')) return [];
    const args = this.#inContext(false, () => this.#operands());
    this.#cursor.expect(')');
    return args;
  }

  /** From `(` to `)`. */
  #parenthesized(): RegexOperand[] {
    this.#cursor.advance();
    const listed = this.#inContext(false, () => this.#operands());
    this.#cursor.expect(')');
    return listed;
  }

  /** What a parenthesis is: an operand, or the subscripts before `in`. */
  #grouped(listed: readonly RegexOperand[]): Expression {
    const [only] = listed;
    if (only !== undefined && listed.length === 1) {
      // `x ~ (/re/)` compares with what /re/ makes of $0, says gawk and says original-awk.
      this.#group = asValue(only);
      return this.#group;
    }
    if (this.#cursor.kind !== 'in') throw this.#cursor.unexpected('in, after a list in parentheses,');
    const sign = this.#cursor.at;
    this.#cursor.advance();
    return { kind: 'membership', at: sign, subscripts: listed.map(asValue), array: this.arrayReference() };
  }

  #list(): Expression[] {
    return this.#operands().map(asValue);
  }

  #operands(): RegexOperand[] {
    const operands = [this.#operand(POWER.assignment)];
    while (this.#cursor.accept(',')) {
      this.#cursor.skipNewlines();
      operands.push(this.#operand(POWER.assignment));
    }
    return operands;
  }
}

const OPEN_PARENTHESIS = /[ \t]*\(/y;

function isLValue(node: RegexOperand): node is LValue {
  return node.kind === 'variable' || node.kind === 'field' || node.kind === 'subscript';
}
