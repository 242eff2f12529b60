// The cases of a gawk switch. `case` and `default` are words only here, where a label may stand, so that they may
// be variables everywhere else. For the parser of statements.
import type { Statement, SwitchCase } from './ast.ts';
import type { Cursor } from './parser-cursor.ts';
import type { ExpressionParser } from './parser-expressions.ts';

const COLON = /[ \t]*:/y;

export class CaseParser {
  readonly #cursor: Cursor;
  readonly #expressions: ExpressionParser;
  readonly #statement: () => Statement;

  constructor(cursor: Cursor, expressions: ExpressionParser, readStatement: () => Statement) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#statement = readStatement;
  }

  /** From `{` to `}`. @throws SourceError */
  cases(): SwitchCase[] {
    this.#cursor.skipNewlines();
    this.#cursor.expect('{');
    this.#cursor.skipNewlines();
    const cases: SwitchCase[] = [];
    while (!this.#cursor.accept('}')) {
      const one = this.#case();
      if (one.label === undefined && cases.some((other) => other.label === undefined)) {
        throw this.#cursor.error(one.at, 'a second default in this switch');
      }
      cases.push(one);
    }
    return cases;
  }

  #case(): SwitchCase {
    const { at } = this.#cursor;
    if (!this.#isLabel()) throw this.#cursor.unexpected('case, default or }');
    const isDefault = this.#cursor.text === 'default';
    this.#cursor.advance();
    const label = isDefault ? undefined : this.#label();
    this.#cursor.expect(':');
    const body: Statement[] = [];
    for (;;) {
      this.#cursor.skipTerminators();
      if (this.#cursor.kind === '}' || this.#isLabel()) return { at, label, body };
      if (this.#cursor.kind === 'eof') throw this.#cursor.unexpected('}');
      body.push(this.#statement());
    }
  }

  #isLabel(): boolean {
    const { kind, text } = this.#cursor;
    if (kind === 'functionName') return text === 'case';
    if (kind !== 'name') return false;
    return text === 'case' || (text === 'default' && this.#cursor.lexer.isFollowedBy(COLON));
  }

  #label(): SwitchCase['label'] {
    const { kind, at, text, value } = this.#cursor.lexer;
    if (kind === '/' || kind === '/=') return this.#expressions.regex();
    this.#cursor.advance();
    if (kind === '@' && (this.#cursor.kind === '/' || this.#cursor.kind === '/='))
      return this.#expressions.regex();
    if (kind === 'string') return { kind, at, value: text };
    if (kind === 'number') return { kind, at, value };
    const signed = this.#cursor.lexer.value;
    if ((kind === '-' || kind === '+') && this.#cursor.accept('number')) {
      return { kind: 'number', at, value: kind === '-' ? -signed : signed };
    }
    throw this.#cursor.error(at, 'a case is a number, a string or a regex');
  }
}
