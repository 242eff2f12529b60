// Where the parser is in the text: the current token, and what every grammar rule does with it. For the parsers of
// expressions, statements and programs, which share one.
// Invariant: the tree never becomes deeper than MAX_DEPTH, so that neither the parser nor who walks the tree runs
// out of stack.
import type { Lexer } from './lexer.ts';
import { SourceError, type SourceText } from './source-error.ts';
import type { TokenKind } from './tokens.ts';
import { MAX_DEPTH, TOO_DEEP } from './walk.ts';

export class Cursor {
  readonly lexer: Lexer;
  readonly #source: SourceText;
  #depth = 0;

  constructor(lexer: Lexer, source: SourceText) {
    this.lexer = lexer;
    this.#source = source;
  }

  get kind(): TokenKind {
    return this.lexer.kind;
  }

  get at(): number {
    return this.lexer.at;
  }

  get text(): string {
    return this.lexer.text;
  }

  advance(): void {
    this.lexer.advance();
  }

  /** Goes on if the current token is of this kind. @returns whether it was */
  accept(kind: TokenKind): boolean {
    if (this.lexer.kind !== kind) return false;
    this.lexer.advance();
    return true;
  }

  /** Goes on. @throws SourceError if the current token is of another kind */
  expect(kind: TokenKind): void {
    if (!this.accept(kind)) throw this.unexpected(kind);
  }

  skipNewlines(): void {
    while (this.accept('newline'));
  }

  /** Past newlines and semicolons, between statements or rules. */
  skipTerminators(): void {
    while (this.accept('newline') || this.accept(';'));
  }

  /** Runs what goes a level deeper into the tree. @throws SourceError when the tree becomes too deep */
  deeper<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw this.error(this.at, TOO_DEEP);
    const node = parse();
    this.#depth--;
    return node;
  }

  /** @param wanted what the grammar has in this place */
  unexpected(wanted: string): SourceError {
    return this.error(this.at, `${describe(this.lexer)} where ${wanted} is expected`);
  }

  error(at: number, what: string): SourceError {
    return new SourceError(this.#source, at, what);
  }
}

/** The current token as a message calls it. */
function describe({ kind, text }: Lexer): string {
  if (kind === 'eof') return 'the end of the program';
  if (kind === 'newline') return 'the end of the line';
  if (kind === 'string' || kind === 'number') return `a ${kind}`;
  return kind === 'name' || kind === 'functionName' || kind === 'builtin' ? text : kind;
}
