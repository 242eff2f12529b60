// Statements, and where they end: at a semicolon, a newline or the brace that closes their block. For the parser
// of the program. Jumps are checked here, where it is known what they are in.
// Invariant: a statement has taken its own terminator; newlines before the next one mean nothing.
import type {
  Expression,
  ForInStatement,
  IfStatement,
  PrintStatement,
  Redirection,
  Statement,
} from './ast.ts';
import { CaseParser } from './parser-cases.ts';
import type { Cursor } from './parser-cursor.ts';
import type { ExpressionParser } from './parser-expressions.ts';
import type { TokenKind } from './tokens.ts';

/** What a statement is in: a rule of one kind, or a function. */
export type Surroundings = 'begin' | 'end' | 'beginFile' | 'endFile' | 'pattern' | 'function';

const SWITCH = /[ \t]*\(/y;

const REDIRECTIONS = new Map<TokenKind, Redirection['kind']>([
  ['>', 'write'],
  ['>>', 'append'],
  ['|', 'pipe'],
]);

export class StatementParser {
  readonly #cursor: Cursor;
  readonly #expressions: ExpressionParser;
  readonly #posix: boolean;
  #surroundings: Surroundings = 'pattern';
  #loops = 0;
  #switches = 0;

  constructor(cursor: Cursor, expressions: ExpressionParser, posix: boolean) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#posix = posix;
  }

  /** From `{` to `}`. */
  action(surroundings: Surroundings): Statement[] {
    this.#surroundings = surroundings;
    return this.#block();
  }

  #block(): Statement[] {
    this.#cursor.expect('{');
    const body: Statement[] = [];
    for (;;) {
      this.#cursor.skipTerminators();
      if (this.#cursor.accept('}')) return body;
      if (this.#at('eof')) throw this.#cursor.unexpected('}');
      body.push(this.#statement());
    }
  }

  #statement(): Statement {
    return this.#cursor.deeper(() => this.#anyStatement());
  }

  #anyStatement(): Statement {
    const { kind, at } = this.#cursor.lexer;
    switch (kind) {
      case '{':
        return { kind: 'block', at, body: this.#block() };
      case ';':
        this.#cursor.advance();
        return { kind: 'block', at, body: [] };
      case 'if':
        return this.#if();
      case 'while': {
        const test = this.#condition();
        return { kind: 'while', at, test, body: this.#loopBody() };
      }
      case 'do':
        return this.#do();
      case 'for':
        return this.#for();
      case 'else':
        throw this.#cursor.error(at, 'else without if');
      default:
        if (this.#isSwitch()) return this.#switch();
        return this.#terminated();
    }
  }

  /** A simple statement and its end. */
  #terminated(): Statement {
    const statement = this.#simple();
    if (this.#at('newline') || this.#at(';')) this.#cursor.advance();
    else if (!this.#at('}')) throw this.#cursor.unexpected('the end of the statement');
    return statement;
  }

  #simple(): Statement {
    const { kind, at } = this.#cursor.lexer;
    switch (kind) {
      case 'print':
      case 'printf':
        return this.#print(kind);
      case 'delete':
        return this.#delete();
      case 'break':
      case 'continue':
      case 'next':
      case 'nextfile':
        return this.#jump(kind);
      case 'exit':
        this.#cursor.advance();
        return { kind, at, status: this.#endsHere() ? undefined : this.#expressions.expression() };
      case 'return':
        if (this.#surroundings !== 'function') throw this.#cursor.error(at, 'return outside a function');
        this.#cursor.advance();
        return { kind, at, value: this.#endsHere() ? undefined : this.#expressions.expression() };
      default:
        return this.#expressionStatement();
    }
  }

  #expressionStatement(): Statement {
    const { at } = this.#cursor.lexer;
    const expression = this.#expressions.expression();
    return { kind: 'expression', at, expression };
  }

  #print(kind: 'print' | 'printf'): PrintStatement {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    const args = this.#expressions.printed();
    if (kind === 'printf' && args.length === 0) throw this.#cursor.error(at, 'printf needs a format');
    return { kind, at, args, redirection: this.#redirection() };
  }

  #redirection(): Redirection | undefined {
    const { at } = this.#cursor.lexer;
    if (this.#at('|&')) throw this.#cursor.error(at, 'co-processes (|&) are not supported');
    const kind = REDIRECTIONS.get(this.#cursor.kind);
    if (kind === undefined) return undefined;
    this.#cursor.advance();
    return { kind, at, target: this.#expressions.redirected() };
  }

  /** `delete a`, `delete a[i]`, and, for gawk's sake, `delete(a)`. */
  #delete(): Statement {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    const inParentheses = this.#cursor.accept('(');
    const array = this.#expressions.arrayReference();
    if (inParentheses) this.#cursor.expect(')');
    if (array.kind === 'variable') return { kind: 'delete', at, array, subscripts: undefined };
    return { kind: 'delete', at, array: array.array, subscripts: array.subscripts };
  }

  #jump(kind: 'break' | 'continue' | 'next' | 'nextfile'): Statement {
    const { at } = this.#cursor.lexer;
    const inside = this.#surroundings;
    if (kind === 'break' && this.#loops + this.#switches === 0) {
      throw this.#cursor.error(at, 'break outside a loop');
    }
    if (kind === 'continue' && this.#loops === 0) throw this.#cursor.error(at, 'continue outside a loop');
    const goesOn = inside === 'pattern' || inside === 'function';
    if ((kind === 'next' && !goesOn) || (kind === 'nextfile' && !goesOn && inside !== 'beginFile')) {
      throw this.#cursor.error(at, `${kind} cannot be used in ${inside.toUpperCase()}`);
    }
    this.#cursor.advance();
    return { kind, at };
  }

  #if(): IfStatement {
    const { at } = this.#cursor.lexer;
    const test = this.#condition();
    const then = this.#body();
    this.#cursor.skipNewlines();
    const otherwise = this.#cursor.accept('else') ? this.#body() : undefined;
    // oxlint-disable-next-line unicorn/no-thenable -- the grammar's word; nobody awaits a node
    return { kind: 'if', at, test, then, otherwise };
  }

  /** From the keyword to the parenthesis that closes the condition. */
  #condition(): Expression {
    this.#cursor.advance();
    this.#cursor.expect('(');
    const test = this.#expressions.expression();
    this.#cursor.expect(')');
    return test;
  }

  #body(): Statement {
    this.#cursor.skipNewlines();
    return this.#statement();
  }

  #loopBody(): Statement {
    this.#loops++;
    const body = this.#body();
    this.#loops--;
    return body;
  }

  #do(): Statement {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    const body = this.#loopBody();
    this.#cursor.skipTerminators();
    if (!this.#at('while')) throw this.#cursor.unexpected('the while of a do');
    const test = this.#condition();
    if (this.#at('newline') || this.#at(';')) this.#cursor.advance();
    return { kind: 'do', at, body, test };
  }

  #for(): Statement {
    const { at } = this.#cursor.lexer;
    this.#cursor.advance();
    this.#cursor.expect('(');
    const begin = this.#cursor.at;
    const start = this.#at(';') ? undefined : this.#simple();
    if (start !== undefined && this.#at(')')) return this.#forIn(at, begin, start);
    this.#cursor.expect(';');
    this.#cursor.skipNewlines();
    const test = this.#at(';') ? undefined : this.#expressions.expression();
    this.#cursor.expect(';');
    this.#cursor.skipNewlines();
    const step = this.#at(')') ? undefined : this.#simple();
    this.#cursor.expect(')');
    return { kind: 'for', at, start, test, step, body: this.#loopBody() };
  }

  /** What looked like a membership test in the parentheses is a loop's head. */
  #forIn(at: number, begin: number, head: Statement): ForInStatement {
    const test = head.kind === 'expression' ? head.expression : undefined;
    const target = test?.kind === 'membership' ? test.subscripts[0] : undefined;
    const isName = target?.kind === 'variable' && target.at === begin;
    if (test?.kind !== 'membership' || test.subscripts.length !== 1 || !isName) {
      throw this.#cursor.error(begin, 'a for loop is (a; b; c) or (name in array)');
    }
    this.#cursor.advance();
    return { kind: 'forIn', at, target, array: test.array, body: this.#loopBody() };
  }

  /** `switch`, `case` and `default` are words only where nothing else can be meant. */
  #isSwitch(): boolean {
    const { kind, text } = this.#cursor.lexer;
    const named = kind === 'name' || kind === 'functionName';
    return named && text === 'switch' && !this.#posix && this.#cursor.lexer.isFollowedBy(SWITCH);
  }

  #switch(): Statement {
    const { at } = this.#cursor;
    const subject = this.#condition();
    this.#switches++;
    const cases = new CaseParser(this.#cursor, this.#expressions, () => this.#statement()).cases();
    this.#switches--;
    return { kind: 'switch', at, subject, cases };
  }

  #endsHere(): boolean {
    return this.#at(';') || this.#at('newline') || this.#at('}') || this.#at('eof');
  }

  #at(kind: TokenKind): boolean {
    return this.#cursor.kind === kind;
  }
}
