// The front door of the language: texts in, a program out whose names are resolved, or a SourceError that says what
// is wrong and where. For both engines. Here is the top of the grammar: rules and functions.
// POSIX awk, "Grammar", with what gawk adds; what is looser than either is said where it is.
import type { ActionRule, FunctionDefinition, LocalVariable, Program, Rule } from './ast.ts';
import { BUILTINS, findBuiltin } from './builtins.ts';
import { Lexer } from './lexer.ts';
import { Cursor } from './parser-cursor.ts';
import { ExpressionParser } from './parser-expressions.ts';
import { qualify } from './namespaces.ts';
import { Names } from './parser-names.ts';
import { StatementParser } from './parser-statements.ts';
import { resolve } from './resolver.ts';
import { type Source, SourceError, SourceText } from './source-error.ts';
import { specialIndex } from './specials.ts';
import type { TokenKind } from './tokens.ts';
import { MAX_DEPTH, TOO_DEEP, rootsOf, walk } from './walk.ts';

export type ParseOptions = {
  /** Only what POSIX has: no words, variables or functions of gawk or ours, no chains of comparisons. */
  readonly posix: boolean;
};

/**
 * @param sources the texts of the -f files, or one called `command line`; they make one program
 * @throws SourceError for the first thing that is wrong
 */
export function parseProgram(sources: readonly Source[], options: ParseOptions): Program {
  const source = new SourceText(sources);
  // A function of the program hides a builtin of gawk or ours, also above its definition. Where it is defined shows
  // only when all is read; so a guess, and once more when a comment or a string has misled it.
  const guess = new Set(
    Array.from(source.text.matchAll(DEFINITION), ({ 1: name = '', index }) =>
      canRedefine(name) ? [qualify(name, source.sourceAt(index).namespace) ?? name] : [],
    ).flat(),
  );
  const first = new ProgramParser(source, options, guess).parse();
  const defined = new Set(first.names.functions.map((definition) => definition.name));
  const redefined = new Set([...guess].filter((name) => defined.has(name)));
  const { names, rules } =
    redefined.size === guess.size ? first : new ProgramParser(source, options, redefined).parse();
  const program: Program = {
    source,
    posix: options.posix,
    rules,
    functions: names.functions,
    globals: names.globals,
    specials: names.specials,
    rangeCount: rules.filter((rule) => rule.kind === 'range').length,
  };
  checkDepth(program);
  resolve(program, names);
  return program;
}

const DEFINITION = /\bfunc(?:tion)?[ \t]+([A-Za-z_]\w*)/g;
const REDEFINABLE: ReadonlySet<string> = new Set(
  BUILTINS.filter((builtin) => builtin.origin !== 'posix').map((builtin) => builtin.name),
);

function canRedefine(name: string): boolean {
  return REDEFINABLE.has(name);
}

const FUNC = /[ \t]+[A-Za-z_]\w*[ \t]*\(/y;
const ACTION = /[ \t]*\{/y;
const DIRECTIVES: ReadonlySet<string> = new Set(['include', 'load', 'namespace']);

class ProgramParser {
  readonly names: Names;
  readonly #source: SourceText;
  readonly #posix: boolean;
  readonly #cursor: Cursor;
  readonly #expressions: ExpressionParser;
  readonly #statements: StatementParser;
  readonly #rules: Rule[] = [];
  #ranges = 0;

  constructor(source: SourceText, { posix }: ParseOptions, redefined: ReadonlySet<string>) {
    this.#source = source;
    this.#posix = posix;
    this.names = new Names(posix);
    this.#cursor = new Cursor(new Lexer(source, { posix, redefined }), source);
    this.#expressions = new ExpressionParser(this.#cursor, this.names);
    this.#statements = new StatementParser(this.#cursor, this.#expressions, posix);
  }

  parse(): { names: Names; rules: readonly Rule[] } {
    for (;;) {
      this.#cursor.skipTerminators();
      if (this.#at('eof')) return { names: this.names, rules: this.#rules };
      const { at } = this.#cursor;
      this.#item();
      this.#checkWhole(at);
    }
  }

  /** @param from where the rule or function begins that has just been read */
  #checkWhole(from: number): void {
    const source = this.#source.sourceAt(from);
    if (source.isWhole !== true || source === this.#source.sourceAt(this.#cursor.at)) return;
    throw this.#cursor.error(from, 'this does not end in the text that it begins in');
  }

  #item(): void {
    const { kind, at } = this.#cursor;
    if (this.#isFunction()) return this.#function();
    const action = this.#actionKind();
    if (action !== undefined) {
      this.#cursor.advance();
      if (!this.#at('{'))
        throw this.#cursor.error(at, `${action.toUpperCase()} needs its action on the same line`);
      this.#rules.push({ kind: action, at, body: this.#statements.action(action) });
    } else {
      if (kind === '@') this.#refuseDirective();
      this.#rules.push(this.#patternRule());
    }
  }

  /** gawk's words mean something only where an action follows. */
  #actionKind(): ActionRule['kind'] | undefined {
    const { kind, text } = this.#cursor;
    if (kind === 'BEGIN') return 'begin';
    if (kind === 'END') return 'end';
    if (kind !== 'name' || this.#posix || !this.#cursor.lexer.isFollowedBy(ACTION)) return undefined;
    return text === 'BEGINFILE' ? 'beginFile' : text === 'ENDFILE' ? 'endFile' : undefined;
  }

  #patternRule(): Rule {
    const { at } = this.#cursor;
    if (this.#at('{')) return { kind: 'pattern', at, pattern: undefined, body: this.#action() };
    const from = this.#expressions.expression();
    if (!this.#at(',')) return { kind: 'pattern', at, pattern: from, body: this.#optionalAction() };
    this.#cursor.advance();
    this.#cursor.skipNewlines();
    const to = this.#expressions.expression();
    return { kind: 'range', at, from, to, body: this.#optionalAction(), index: this.#ranges++ };
  }

  #action(): Rule['body'] & {} {
    return this.#statements.action('pattern');
  }

  #optionalAction(): Rule['body'] | undefined {
    if (this.#at('{')) return this.#action();
    if (this.#at('newline') || this.#at(';') || this.#at('eof')) return undefined;
    throw this.#cursor.unexpected('{ or the end of the line');
  }

  /** `func` is a word only where a definition follows, so that it may be a variable, too. */
  #isFunction(): boolean {
    if (this.#at('function')) return true;
    const isFunc = this.#at('name') && this.#cursor.text === 'func' && !this.#posix;
    return isFunc && this.#cursor.lexer.isFollowedBy(FUNC);
  }

  #function(): void {
    this.#cursor.advance();
    const { at, text: name } = this.#cursor;
    this.#checkFunctionName();
    this.#cursor.advance();
    this.#cursor.expect('(');
    const parameters = this.#parameters(name);
    this.#cursor.skipNewlines();
    const { functions } = this.names;
    const body: FunctionDefinition['body'][number][] = [];
    functions.push({ name, index: functions.length, at, parameters, body });
    this.names.enter(parameters);
    body.push(...this.#statements.action('function'));
    this.names.leave();
  }

  #checkFunctionName(): void {
    const { kind, at, text } = this.#cursor;
    if (kind !== 'name' && kind !== 'functionName') {
      const reserved = kind === 'builtin' && findBuiltin(text, this.#posix)?.origin === 'posix';
      throw reserved
        ? this.#cursor.error(at, `${text} is a function of awk itself`)
        : this.#cursor.unexpected('a name');
    }
    if (specialIndex(text, this.#posix) !== undefined) {
      throw this.#cursor.error(at, `${text} is a special variable, not a name for a function`);
    }
    if (this.names.functions.some((definition) => definition.name === text)) {
      throw this.#cursor.error(at, `a second function ${text}`);
    }
  }

  #parameters(name: string): LocalVariable[] {
    const parameters: LocalVariable[] = [];
    this.#cursor.skipNewlines();
    if (this.#at(')')) {
      this.#cursor.advance();
      return parameters;
    }
    for (;;) {
      parameters.push(this.#parameter(name, parameters));
      this.#cursor.skipNewlines();
      if (!this.#at(',')) break;
      this.#cursor.advance();
      this.#cursor.skipNewlines();
    }
    this.#cursor.expect(')');
    return parameters;
  }

  #parameter(functionName: string, before: readonly LocalVariable[]): LocalVariable {
    const { kind, at, text: name } = this.#cursor;
    if (kind !== 'name') throw this.#cursor.unexpected('the name of a parameter');
    if (name === functionName)
      throw this.#cursor.error(at, `a parameter with the name of its function, ${name}`);
    if (before.some((parameter) => parameter.name === name)) {
      throw this.#cursor.error(at, `a second parameter ${name}`);
    }
    // gawk refuses it always; mawk, original-awk and busybox have a local variable of that name.
    if (this.#posix && specialIndex(name, true) !== undefined) {
      throw this.#cursor.error(at, `the special variable ${name} as a parameter`);
    }
    this.#cursor.advance();
    return { scope: 'local', name, index: before.length, shape: 'untyped' };
  }

  #refuseDirective(): void {
    const { at } = this.#cursor;
    const word = /^@[ \t]*(\w+)/.exec(this.#source.text.slice(at, at + 20))?.[1] ?? '';
    if (!DIRECTIVES.has(word)) return;
    // Those that are carried out are gone from the text before it comes here (program-pieces.ts).
    const place =
      word === 'load' || this.#posix ? '' : ' but on a line of its own, in a program of the command awk';
    throw this.#cursor.error(at, `@${word} is not supported${place}`);
  }

  #at(kind: TokenKind): boolean {
    return this.#cursor.kind === kind;
  }
}

/** The parser loops where a chain of operators grows to the left; who walks the tree recurses. */
function checkDepth(program: Program): void {
  for (const part of [...program.rules, ...program.functions]) {
    walk(rootsOf(part), (node, depth) => {
      if (depth > MAX_DEPTH) throw new SourceError(program.source, node.at, TOO_DEEP);
    });
  }
}
