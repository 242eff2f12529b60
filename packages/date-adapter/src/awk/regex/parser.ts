// Extended regular expressions as awk has them (POSIX XBD 9.4 and awk's lexical conventions; the operators of the gawk
// manual, section "gawk-Specific Regexp Operators"). What POSIX leaves undefined is taken as gawk takes it: a
// quantifier with nothing before it and a brace that begins no interval stand for themselves, alternatives may be
// empty, anchors anchor wherever they are.

import { CONTROL_ESCAPES, readBracketExpression } from './bracket-expression.ts';
import { CharacterSet, type Members, type SetMode } from './character-set.ts';
import { RegexError } from './regex-error.ts';
import type { SourceUnits } from './source-units.ts';
import type { Assertion, Expression } from './syntax.ts';

/** RE_DUP_MAX of glibc. */
const MOST_REPEATS = 32767;
/** Deeper than any program, shallow enough for the call stack. */
const DEEPEST_NESTING = 1000;
const NO_MEMBERS: Members = { ranges: [], classes: [], negated: false };
const EMPTY: Expression = { kind: 'empty' };

const code = (character: string): number => character.codePointAt(0)!;
const ANCHORS: ReadonlyMap<number, Assertion> = new Map([
  [code('^'), 'start'],
  [code('$'), 'end'],
]);
const GAWK_ASSERTIONS: ReadonlyMap<number, Assertion> = new Map([
  [code('y'), 'word-edge'],
  [code('B'), 'no-word-edge'],
  [code('<'), 'word-start'],
  [code('>'), 'word-end'],
  [code('`'), 'start'],
  [code("'"), 'end'],
]);
const WORD: Members = { ranges: [0x5f, 0x5f], classes: ['alnum'], negated: false };
const SPACE: Members = { ranges: [], classes: ['space'], negated: false };
const GAWK_CLASSES: ReadonlyMap<number, Members> = new Map([
  [code('w'), WORD],
  [code('W'), { ...WORD, negated: true }],
  [code('s'), SPACE],
  [code('S'), { ...SPACE, negated: true }],
]);

export type ParseMode = SetMode & {
  readonly gawkOperators: boolean;
  /** Records are lines: a character that is not spelled out is never a newline. */
  readonly lines: boolean;
};

export type ParsedExpression = { readonly expression: Expression; readonly groups: number };

/** @throws RegexError */
export function parseExpression(source: SourceUnits, mode: ParseMode): ParsedExpression {
  return new Parser(source, mode).parse();
}

/** The characters of a word, for assertions about its edges. */
export function wordCharacters(mode: SetMode): CharacterSet {
  return new CharacterSet(WORD, mode);
}

class Parser {
  readonly #source: SourceUnits;
  readonly #units: readonly number[];
  readonly #mode: ParseMode;
  readonly #sets = new Map<string, CharacterSet>();
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(source: SourceUnits, mode: ParseMode) {
    this.#source = source;
    this.#units = source.units;
    this.#mode = mode;
  }

  parse(): ParsedExpression {
    const expression = this.#readAlternatives();
    return { expression, groups: this.#groups };
  }

  #sees(character: string): boolean {
    return this.#units[this.#at] === code(character);
  }

  #error(message: string, place: number): RegexError {
    return new RegexError(message, this.#source.origins[place] ?? 0);
  }

  #readAlternatives(): Expression {
    const options = [this.#readSequence()];
    while (this.#sees('|')) {
      this.#at++;
      options.push(this.#readSequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'either', options };
  }

  #readSequence(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#units.length && !this.#sees('|') && !(this.#sees(')') && this.#depth > 0)) {
      const previous = parts.at(-1);
      const repeat =
        previous === undefined || previous.kind === 'assertion' ? undefined : this.#readQuantifier();
      if (repeat === undefined) parts.push(this.#readAtom());
      else parts[parts.length - 1] = repeated(previous!, repeat.min, repeat.max);
    }
    return parts.length === 0 ? EMPTY : parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  #readQuantifier(): { min: number; max: number } | undefined {
    const simple = QUANTIFIERS.get(this.#units[this.#at]!);
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    return this.#sees('{') ? this.#readInterval() : undefined;
  }

  /** `{n}`, `{n,}`, `{n,m}` and `{,m}`; anything else is no interval and its brace stands for itself. */
  #readInterval(): { min: number; max: number } | undefined {
    const rest = String.fromCharCode(
      ...this.#units.slice(this.#at, this.#at + 24).map((unit) => unit & 0xffff),
    );
    const found = /^\{(?:(\d+)|(\d*),(\d*))\}/.exec(rest);
    if (found === null) return undefined;
    const [text, exact, low, high] = found;
    const min = Number(exact ?? (low || 0));
    const max = exact === undefined ? (high === '' ? Infinity : Number(high)) : min;
    if (max < min) throw this.#error('the interval ends before it begins', this.#at);
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max !== Infinity)) {
      throw this.#error(`more than ${MOST_REPEATS} repetitions`, this.#at);
    }
    this.#at += text.length;
    return { min, max };
  }

  #readAtom(): Expression {
    const unit = this.#units[this.#at++]!;
    const anchor = ANCHORS.get(unit);
    if (anchor !== undefined) return { kind: 'assertion', holds: anchor };
    if (unit === code('(')) return this.#readGroup();
    if (unit === code('[')) return this.#readBrackets();
    if (unit === code('\\')) return this.#readEscape();
    if (unit === code('.')) return this.#set({ ...NO_MEMBERS, negated: true });
    return this.#character(unit);
  }

  #readGroup(): Expression {
    const opened = this.#at - 1;
    const number = ++this.#groups;
    if (++this.#depth > DEEPEST_NESTING) throw this.#error('groups are nested too deeply', opened);
    const of = this.#readAlternatives();
    if (!this.#sees(')')) throw this.#error("no ')' for this '('", opened);
    this.#at++;
    this.#depth--;
    return { kind: 'group', number, of };
  }

  #readBrackets(): Expression {
    const { members, next } = readBracketExpression(this.#source, this.#at);
    this.#at = next;
    return this.#set(members);
  }

  /** A backslash at the very end is one. */
  #readEscape(): Expression {
    const unit = this.#units[this.#at];
    if (unit === undefined) return this.#character(code('\\'));
    this.#at++;
    const assertion = this.#mode.gawkOperators ? GAWK_ASSERTIONS.get(unit) : undefined;
    if (assertion !== undefined) return { kind: 'assertion', holds: assertion };
    const members = this.#mode.gawkOperators ? GAWK_CLASSES.get(unit) : undefined;
    if (members !== undefined) return this.#set(members);
    return this.#character(CONTROL_ESCAPES.get(unit) ?? unit);
  }

  #character(unit: number): Expression {
    return this.#set({ ...NO_MEMBERS, ranges: [unit, unit] });
  }

  #set(given: Members): Expression {
    const withoutNewline = this.#mode.lines && given.negated;
    const members = withoutNewline ? { ...given, ranges: [...given.ranges, 0x0a, 0x0a] } : given;
    const key = `${members.negated} ${members.ranges.join()} ${members.classes.join()}`;
    const set = this.#sets.get(key) ?? new CharacterSet(members, this.#mode);
    this.#sets.set(key, set);
    return { kind: 'set', set };
  }
}

const QUANTIFIERS: ReadonlyMap<number, { min: number; max: number }> = new Map([
  [code('*'), { min: 0, max: Infinity }],
  [code('+'), { min: 1, max: Infinity }],
  [code('?'), { min: 0, max: 1 }],
]);

/** `a**` is `a*`, `(a+)?` as quantifiers in a row is `a*`: one loop does what two would. */
function repeated(of: Expression, min: number, max: number): Expression {
  if (of.kind === 'repeat' && of.min <= 1 && min <= 1 && isSimple(of.max) && isSimple(max)) {
    return { kind: 'repeat', of: of.of, min: Math.min(of.min, min), max: Math.max(of.max, max) };
  }
  return { kind: 'repeat', of, min, max };
}

function isSimple(max: number): boolean {
  return max === 1 || max === Infinity;
}
