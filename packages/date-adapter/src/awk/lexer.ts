// Cuts the text of a program into tokens, one at a time as the parser asks. Whether a slash divides or begins a
// regex only the grammar knows (`if (x) /re/ ...`, `f(x) / 2`), so the parser decides: it calls readRegex where it
// wants an operand. A newline is a token; blanks, comments and continued lines are not.
// Invariant: nothing but the current token has been looked at.
import { findBuiltin } from './builtins.ts';
import { resolveEscapes } from './escapes.ts';
import { qualify, WRITTEN_NAME } from './namespaces.ts';
import { SourceError, type SourceText } from './source-error.ts';
import { type TokenKind, keywords, signs } from './tokens.ts';

const BLANKS = /(?:[ \t\f\v\r\uFEFF]+|\\[ \t]*\r?\n|#[^\n]*)*/y;
const PLAIN_NAME = /[A-Za-z_][A-Za-z_0-9]*/y;
const DECIMAL = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const HEXADECIMAL = /0[xX][0-9a-fA-F]+/y;
/** gawk's; an 8, a 9, a point or an exponent make it decimal. */
const OCTAL = /0[0-7]+(?![0-9.eE])/y;
const OPEN_PARENTHESIS = /[ \t]*\(/y;

export class Lexer {
  /** The current token. */
  kind: TokenKind = 'newline';
  /** Where it begins and where the text goes on behind it. */
  at = 0;
  end = 0;
  /** Of a name its letters, of a string its meaning, of a regex its source. */
  text = '';
  /** Of a number. */
  value = 0;
  readonly #source: SourceText;
  readonly #program: string;
  readonly #posix: boolean;
  readonly #redefined: ReadonlySet<string>;

  /** @param redefined names of builtins that the program defines itself */
  constructor(source: SourceText, options: { posix: boolean; redefined: ReadonlySet<string> }) {
    this.#source = source;
    this.#program = source.text;
    this.#posix = options.posix;
    this.#redefined = options.redefined;
    this.advance();
  }

  /** Goes on to the next token. @throws SourceError when there is none to be made of what comes */
  advance(): void {
    this.at = this.end + this.#match(BLANKS, this.end).length;
    const character = this.#program.charAt(this.at);
    if (character === '') this.#takeEnd();
    else if (character === '\n') this.#take('newline', 1);
    else if (character === '"') this.#string();
    else if (!this.#name() && !this.#number()) this.#sign();
  }

  /** At a `/` or `/=` that begins a regex: makes the token all of it. @throws SourceError when it does not end */
  readRegex(): void {
    const program = this.#program;
    let bracket = -1; // Where the members of the bracket expression begin that we are in; a `]` there is a member.
    for (let at = this.at + 1; at < program.length; at++) {
      const character = program.charAt(at);
      if (character === '\n') break;
      if (character === '\\') at += program.startsWith('\r\n', at + 1) ? 2 : 1;
      else if (bracket === -1) {
        if (character === '/') return this.#regex(at);
        if (character === '[') bracket = program.charAt(at + 1) === '^' ? ++at + 1 : at + 1;
      } else if (character === '[') at = this.#classEnd(at);
      else if (character === ']' && at > bracket) bracket = -1;
    }
    throw this.#error(this.at, bracket === -1 ? 'this regex has no end' : 'a [ in this regex is not closed');
  }

  /** Is the text behind the current token like this? @param pattern a sticky one */
  isFollowedBy(pattern: RegExp): boolean {
    pattern.lastIndex = this.end;
    return pattern.test(this.#program);
  }

  /** In a bracket expression at a `[`: past `[:alpha:]` and its like, or just here. */
  #classEnd(at: number): number {
    const mark = this.#program.charAt(at + 1);
    if (mark !== ':' && mark !== '.' && mark !== '=') return at;
    const end = this.#program.indexOf(`${mark}]`, at + 2);
    const newline = this.#program.indexOf('\n', at);
    return end === -1 || (newline !== -1 && newline < end) ? at : end + 1;
  }

  #regex(slash: number): void {
    const body = this.#program.slice(this.at + 1, slash);
    this.text = body.replace(/\\(\r?\n|[^])/g, (pair, escaped: string) => {
      if (escaped.endsWith('\n')) return '';
      return escaped === '/' ? '/' : pair;
    });
    this.#take('regex', slash + 1 - this.at);
  }

  #string(): void {
    const program = this.#program;
    for (let at = this.at + 1; at < program.length && program.charAt(at) !== '\n'; at++) {
      const character = program.charAt(at);
      if (character === '"') {
        this.text = resolveEscapes(program.slice(this.at + 1, at), { posix: this.#posix });
        return this.#take('string', at + 1 - this.at);
      }
      if (character === '\\') at += program.startsWith('\r\n', at + 1) ? 2 : 1;
    }
    throw this.#error(this.at, 'this string has no end on its line');
  }

  #name(): boolean {
    const written = this.#match(this.#posix ? PLAIN_NAME : WRITTEN_NAME, this.at);
    if (written === '') return false;
    this.#take('name', written.length);
    const name = this.#posix ? written : qualify(written, this.#source.sourceAt(this.at).namespace);
    if (name === undefined) throw this.#error(this.at, `a word of awk in the name ${written}`);
    const isQualified = written.includes('::');
    this.text = isQualified ? name : written;
    this.kind = keywords.get(written) ?? this.#kindOfName(this.text, name);
    if (this.kind === 'name' || this.kind === 'functionName') this.text = name;
    return true;
  }

  /** @param name how it is written @param qualified what that means where it is no builtin */
  #kindOfName(name: string, qualified: string): 'name' | 'functionName' | 'builtin' {
    const adjacent = this.#program.charAt(this.end) === '(';
    const builtin = this.#redefined.has(qualified) ? undefined : findBuiltin(name, this.#posix);
    const called = builtin?.origin === 'adapter' ? adjacent : this.isFollowedBy(OPEN_PARENTHESIS);
    if (builtin !== undefined && (called || builtin.origin === 'posix')) return 'builtin';
    return adjacent ? 'functionName' : 'name';
  }

  #number(): boolean {
    const hexadecimal = this.#posix ? '' : this.#match(HEXADECIMAL, this.at);
    const octal = this.#posix ? '' : this.#match(OCTAL, this.at);
    const number = hexadecimal || octal || this.#match(DECIMAL, this.at);
    if (number === '') return false;
    this.value = octal === '' ? Number(number) : Number.parseInt(octal, 8);
    this.#take('number', number.length);
    return true;
  }

  #sign(): void {
    for (const length of [3, 2, 1]) {
      const sign = signs.get(this.#program.slice(this.at, this.at + length));
      if (sign !== undefined) return this.#take(sign, length);
    }
    throw this.#error(this.at, unexpected(this.#program, this.at));
  }

  /** The end of the program is where its last line ends, not in a line below. */
  #takeEnd(): void {
    this.at = this.#program.trimEnd().length;
    this.#take('eof', 0);
  }

  #take(kind: TokenKind, length: number): void {
    this.kind = kind;
    this.end = this.at + length;
  }

  #match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.#program)?.[0] ?? '';
  }

  #error(at: number, what: string): SourceError {
    return new SourceError(this.#source, at, what);
  }
}

function unexpected(program: string, at: number): string {
  const code = program.codePointAt(at) ?? 0;
  if (code === 0x5c) return 'a backslash continues a line only as its last character';
  if (code === 0x27) return "unexpected ': awk has no single quotes (did the shell take them?)";
  const shown = code > 0x20 && code < 0xd800 ? String.fromCodePoint(code) : `character U+${hex(code)}`;
  return `unexpected ${shown}`;
}

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');
