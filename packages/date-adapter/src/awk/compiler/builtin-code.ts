// Calls of builtins as JavaScript: those that programs use for every record have code of their own here, the others
// go to the interpreter's builtins through the runtime's assistant. See expression-code.ts for the forms.
// 300 lines: one case for each builtin.
import type { BuiltinCall, Expression, LValue, RegexOperand } from '../ast.ts';
import { argumentKind, findBuiltin } from '../builtins.ts';
import type { Conversion, Piece } from '../printf-format.ts';
import { fromModel } from '../runtime/byte-text.ts';
import { readFormat } from '../runtime/library.ts';
import { constantPlace, type ExpressionCode } from './expression-code.ts';
import { hasEffects, NotCompiled } from './program-facts.ts';

const MATH: Readonly<Record<string, string>> = {
  cos: 'Math.cos',
  sin: 'Math.sin',
  exp: 'Math.exp',
  log: 'Math.log',
  sqrt: 'Math.sqrt',
  int: 'Math.trunc',
};

/** Not empty, and no byte that is no UTF-8. */
const IS_TEXT = /^[^\uD800-\uDFFF]+$/u;

export class BuiltinCode {
  readonly #code: ExpressionCode;

  constructor(code: ExpressionCode) {
    this.#code = code;
  }

  value(e: BuiltinCall): string {
    const code = this.#code;
    const { name, args } = e;
    const math = MATH[name];
    if (math !== undefined) return `${math}(${code.number(plain(args[0]))})`;
    switch (name) {
      case 'length':
        return this.#length(args);
      case 'substr':
      case 'tolower':
      case 'toupper': {
        const range = this.range(e);
        if (range !== undefined) return `(${range},L.foundText(R))`;
        const text = code.text(plain(args[0]));
        if (name !== 'substr') return `L.mapText(R,${text},${name === 'toupper'})`;
        return `L.substrText(R,${text},${this.#numbers(args)})`;
      }
      case 'index':
        return this.#index(args);
      case 'match':
        return args.length > 2 ? this.#assist(e) : this.#match(args);
      case 'split':
        return args.length > 3 ? this.#assist(e) : this.#split(args);
      case 'sub':
      case 'gsub':
        return this.#substitute(e);
      case 'sprintf':
        return this.#sprintf(args);
      case 'atan2':
        return `Math.atan2(${code.number(plain(args[0]))},${code.number(plain(args[1]))})`;
      case 'rand':
        return 'T.random.next()';
      case 'srand':
        return `T.random.seed(${args.length > 0 ? code.number(plain(args[0])) : 'Math.floor(T.world.clock())'})`;
      case 'systime':
        return 'Math.floor(T.world.clock())';
      case 'system':
        return `T.system(${code.text(plain(args[0]))})`;
      case 'close':
        return `T.close(${code.text(plain(args[0]))})`;
      case 'fflush':
        return `T.flush(${args.length > 0 ? code.text(plain(args[0])) : "''"})`;
      case 'isarray':
        return isArray(args[0]) ? '1' : '0';
      case 'typeof':
        return this.#typeof(args);
      default:
        return this.#assist(e);
    }
  }

  /** See ExpressionCode.range. */
  range({ name, args }: BuiltinCall): string | undefined {
    if (name !== 'substr' && name !== 'toupper' && name !== 'tolower') return undefined;
    const subject = this.#code.range(plain(args[0]));
    if (subject === undefined) return undefined;
    if (name !== 'substr') return `${subject},L.mapFound(R,${name === 'toupper'})`;
    if (args.slice(1).every((each) => each.kind === 'number'))
      return `${subject},L.substrRange(R,R.rs,R.re,${this.#numbers(args)})`;
    // Numbers that use the range registers come before the range, where nobody can tell.
    if (args.some((each) => each.kind === 'regex' || hasEffects(each))) return undefined;
    const [start, length] = [this.#code.temporary(), this.#code.temporary()];
    const count = args.length > 2 ? this.#code.number(plain(args[2])) : 'Infinity';
    return (
      `${start}=${this.#code.number(plain(args[1]))},${length}=${count},` +
      `${subject},L.substrRange(R,R.rs,R.re,${start},${length})`
    );
  }

  put({ name, args }: BuiltinCall, _format: string): string | undefined {
    return name === 'sprintf' ? this.putFormat(args) : undefined;
  }

  /** The second and third argument of substr. */
  #numbers(args: readonly RegexOperand[]): string {
    const length = args.length > 2 ? this.#code.number(plain(args[2])) : 'Infinity';
    return `${this.#code.number(plain(args[1]))},${length}`;
  }

  #length(args: readonly RegexOperand[]): string {
    const [argument] = args;
    if (argument === undefined) return '(L.recordRange(R),L.foundLength(R))';
    if (isArray(argument)) return `${this.#code.array(argument)}.size`;
    const e = plain(argument);
    const range = this.#code.range(e);
    return range === undefined ? `L.textLength(R,${this.#code.text(e)})` : `(${range},L.foundLength(R))`;
  }

  #index(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const wanted = plain(args[1]);
    const range = code.range(plain(args[0]));
    if (range !== undefined && wanted.kind === 'string' && IS_TEXT.test(wanted.value)) {
      const { address, length } = code.constants.bytes(fromModel(wanted.value));
      return `(${range},L.indexRange(R,R.rs,R.re,${address},${length}))`;
    }
    return `L.indexText(R,${code.text(plain(args[0]))},${code.text(wanted)})`;
  }

  #match(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const operand = args[1]!;
    const range = operand.kind === 'regex' ? code.range(plain(args[0])) : undefined;
    const start =
      range === undefined
        ? `L.matchText(R,${code.text(plain(args[0]))},${code.pattern(operand)})`
        : `(${range},L.matchRange(R,${code.pattern(operand)},R.rs,R.re))`;
    return `T.matched(${start})`;
  }

  #split(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const array = this.#array(args[1]);
    const operand = args[2];
    const isConstant = operand === undefined || operand.kind === 'regex' || operand.kind === 'string';
    const splitter = this.#splitter(operand);
    const range = isConstant ? code.range(plain(args[0])) : undefined;
    if (range !== undefined) return `(${range},L.splitRange(R,R.rs,R.re,${array},${splitter}))`;
    return `L.splitText(R,${code.text(plain(args[0]))},${array},${splitter})`;
  }

  #splitter(operand: RegexOperand | undefined): string {
    const code = this.#code;
    if (operand === undefined) return 'T.fieldSeparator()';
    if (operand.kind === 'regex' && operand.source === '') return `T.separator('')`;
    if (operand.kind === 'regex') return `T.constantSplitter(${code.pattern(operand)})`;
    return `T.separator(${code.text(operand)})`;
  }

  #array(operand: RegexOperand | undefined): string {
    if (operand?.kind !== 'variable') throw new NotCompiled('an array that is no variable');
    return this.#code.array(operand);
  }

  // ---- sub and gsub

  #substitute({ name, args }: BuiltinCall): string {
    const code = this.#code;
    const [operand, text, target] = args;
    const pattern = code.pattern(operand!);
    const replacement =
      text?.kind === 'string'
        ? code.constants.replacement(fromModel(text.value))
        : `T.replacement(${code.text(plain(text))})`;
    const isGlobal = name === 'gsub';
    if (target === undefined) return `L.substituteRecord(R,${pattern},${replacement},${isGlobal})`;
    if (target.kind === 'field') {
      const place = constantPlace(target);
      if (place === 0) return `L.substituteRecord(R,${pattern},${replacement},${isGlobal})`;
      if (place !== undefined) return `L.substituteField(R,${pattern},${replacement},${place},${isGlobal})`;
    }
    return this.#substituteElsewhere(pattern, replacement, plain(target), isGlobal);
  }

  /** In a variable or an element; what is no lvalue is searched, too, and the result goes nowhere. */
  #substituteElsewhere(pattern: string, replacement: string, target: Expression, isGlobal: boolean): string {
    const code = this.#code;
    const [regex, by, before, after, count] = [1, 2, 3, 4, 5].map(() => code.temporary());
    const isTarget = target.kind === 'variable' || target.kind === 'field' || target.kind === 'subscript';
    const begin = `${regex}=${pattern},${by}=${replacement}`;
    const place: { begin: string; target: LValue | undefined; read: string; write: string } = isTarget
      ? this.#settled(target, after!)
      : { begin: '', target: undefined, read: code.value(target), write: '0' };
    return (
      `(${begin}${place.begin},${before}=L.toText(${place.read},R.convfmt),` +
      `${after}=L.substituteText(R,${regex},${by},${before},${isGlobal}),${count}=R.rs,` +
      `${count}>0&&(${place.write}),${count})`
    );
  }

  #settled(target: LValue, after: string): { begin: string; target: LValue; read: string; write: string } {
    const code = this.#code;
    if (target.kind === 'variable')
      return { begin: '', target, read: code.value(target), write: code.store(target, after) };
    const kept = code.temporary();
    if (target.kind === 'field') {
      return {
        begin: `,${kept}=${code.number(target.index)}`,
        target,
        read: `L.fieldValue(R,${kept})`,
        write: `L.assignField(R,${kept},${after})`,
      };
    }
    const array = code.array(target.array);
    return {
      begin: `,${kept}=${code.subscript(target.subscripts)}`,
      target,
      read: `L.valueOf(${array},L.entryOf(R,${array},${kept}))`,
      write: `L.setElement(R,${array},${kept},${after})`,
    };
  }

  // ---- printf

  #sprintf(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const pieces = this.#plainPieces(args);
    if (pieces === undefined) return this.#formatAll(args);
    let next = 1;
    const parts = pieces.map((piece) => {
      if (typeof piece === 'string') return JSON.stringify(piece);
      const argument = plain(args[next++]);
      if (isBare(piece, 's')) return code.text(argument);
      if (isBare(piece, 'd') || isBare(piece, 'i')) {
        return `L.integerFormat(R,${code.number(argument)},${code.constants.object(piece)})`;
      }
      return `L.formatOne(R,${code.constants.object(piece)},${this.#formatted(piece, argument)})`;
    });
    return parts.length === 0 ? "''" : `(''+${parts.join('+')})`;
  }

  /** Statements that write what printf makes. */
  putFormat(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const pieces = this.#plainPieces(args);
    if (pieces === undefined) return `o=L.putText(R,o,${this.#formatAll(args)});`;
    let next = 1;
    const statements = pieces.map((piece) => {
      if (typeof piece === 'string') return code.constants.put(piece);
      const argument = plain(args[next++]);
      if (isBare(piece, 's')) return code.put(argument, 'R.convfmt');
      if (isBare(piece, 'd') || isBare(piece, 'i')) {
        return `o=L.putInteger(R,o,${code.number(argument)},${code.constants.object(piece)});`;
      }
      if (isPadded(piece, 'd') || isPadded(piece, 'i')) {
        return `o=L.putPaddedInteger(R,o,${code.number(argument)},${code.constants.object(piece)});`;
      }
      const range = isPadded(piece, 's') ? code.range(argument) : undefined;
      if (range !== undefined) return `${range};o=L.putPadded(R,o,${code.constants.object(piece)});`;
      return `o=L.putText(R,o,L.formatOne(R,${code.constants.object(piece)},${this.#formatted(piece, argument)}));`;
    });
    return statements.join('');
  }

  /** The argument in the form its conversion wants: only `%c` asks what kind of value it is. */
  #formatted({ letter }: Conversion, argument: Expression): string {
    if (letter === 's') return this.#code.text(argument);
    return letter === 'c' ? this.#code.value(argument) : this.#code.number(argument);
  }

  /** The pieces of a constant format whose conversions take their arguments one after the other. */
  #plainPieces(args: readonly RegexOperand[]): readonly Piece[] | undefined {
    const [format] = args;
    if (format?.kind !== 'string') return undefined;
    const pieces = readFormat(fromModel(format.value));
    const conversions = pieces.filter((piece) => typeof piece !== 'string');
    const isPlain = conversions.every(
      ({ width, precision, argument }) =>
        typeof width !== 'object' && typeof precision !== 'object' && argument === undefined,
    );
    // What is left over is evaluated as well, so it goes the general way.
    return isPlain && conversions.length === args.length - 1 ? pieces : undefined;
  }

  #formatAll(args: readonly RegexOperand[]): string {
    const code = this.#code;
    const values = args.slice(1).map((each) => code.value(plain(each)));
    return `L.formatAll(R,L.readFormat(${code.text(plain(args[0]))}),[${values.join(',')}])`;
  }

  // ---- the rest

  #typeof(args: readonly RegexOperand[]): string {
    const [argument] = args;
    const e = plain(argument);
    if (isArray(argument)) return "'array'";
    return `L.typeName(${this.#code.value(e)},${e.kind === 'variable'})`;
  }

  #assist({ name, args }: BuiltinCall): string {
    const code = this.#code;
    const builtin = findBuiltin(name, code.constants.program.posix);
    if (builtin === undefined) throw new NotCompiled(name);
    const kinds = args.map((_, place) => argumentKind(builtin, place));
    const values = args.map((argument, place) => {
      if (argument.kind === 'regex') return `{regex:${JSON.stringify(argument.source)}}`;
      return kinds[place] === 'array' ? this.#array(argument) : code.value(argument);
    });
    if (name === 'gensub' && args.length === 3) values.push('L.recordText(R)');
    return `T.assistant.call('${name}',[${values.join(',')}],${kinds.includes('array')})`;
  }
}

/** An argument where no regex can stand: the parser has made a match of it. */
function plain(operand: RegexOperand | undefined): Expression {
  if (operand === undefined || operand.kind === 'regex') throw new NotCompiled('a regex as a value');
  return operand;
}

function isArray(operand: RegexOperand | undefined): operand is Extract<Expression, { kind: 'variable' }> {
  return operand?.kind === 'variable' && operand.variable.shape === 'array';
}

function isBare(piece: Conversion, letter: string): boolean {
  const { left, plus, space, zero, alternate, width, precision } = piece;
  if (piece.letter !== letter || width !== undefined || precision !== undefined) return false;
  return letter === 's' || !(left || plus || space || zero || alternate);
}

/** With a width, and nothing else but that it may be on the left. */
function isPadded(piece: Conversion, letter: string): boolean {
  return typeof piece.width === 'number' && isBare({ ...piece, width: undefined, left: false }, letter);
}
