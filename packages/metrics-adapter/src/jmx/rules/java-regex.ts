// java.util.regex patterns as JavaScript ones. What differs in spelling is translated; what JavaScript cannot do
// (possessive quantifiers, atomic groups, class intersection) is refused with its position, never guessed.
// Pattern syntax: the documentation of java.util.regex.Pattern, JDK 17.

export class JavaRegexError extends Error {
  override readonly name = 'JavaRegexError';
  /** Offset in the pattern, from 0. */
  readonly position: number;

  constructor(what: string, position: number) {
    super(`${what} at character ${position + 1}`);
    this.position = position;
  }
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1f\\x7f',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0b\\f\\r',
};
const SPACE = ' \\t\\n\\x0b\\f\\r';
const HORIZONTAL = ' \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000';
const VERTICAL = '\\n\\x0b\\f\\r\\x85\\u2028\\u2029';
/** JavaScript's dot takes U+0085, Java's does not. */
const DOT = '[^\\n\\r\\x85\\u2028\\u2029]';

/** Sets of characters by the letter after the backslash; the capital letter is the complement. */
const SETS: Readonly<Record<string, string>> = { s: SPACE, h: HORIZONTAL, v: VERTICAL };
const OUTSIDE_CLASS: Readonly<Record<string, string>> = {
  A: '(?<![^])',
  z: '(?![^])',
  Z: `(?=(?:\\r\\n|[${VERTICAL}])?(?![^]))`,
  R: `(?:\\r\\n|[${VERTICAL}])`,
  a: '\\x07',
  e: '\\x1b',
};

class Translator {
  readonly #pattern: string;
  #at = 0;
  #out = '';
  /** For each open group: how many `)` our own flag groups add at its end. */
  readonly #extra: number[] = [0];
  /** Groups in which flags were switched on, where a later alternative would need them again. */
  readonly #flagged: boolean[] = [false];
  #dotAll = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): string {
    while (this.#at < this.#pattern.length) this.#next();
    if (this.#extra.length > 1) throw this.#error('a group is not closed', this.#pattern.length - 1);
    return this.#out + ')'.repeat(this.#extra[0] ?? 0);
  }

  #error(what: string, position = this.#at): JavaRegexError {
    return new JavaRegexError(what, position);
  }

  #emit(text: string, consumed: number): void {
    this.#out += text;
    this.#at += consumed;
  }

  #next(): void {
    const character = this.#pattern[this.#at] ?? '';
    if (character === '\\') this.#escape(false);
    else if (character === '[') this.#class();
    else if (character === '(') this.#group();
    else if (character === ')') this.#close();
    else if (character === '.') this.#emit(this.#dotAll > 0 ? '[^]' : DOT, 1);
    else if (character === '|' && this.#flagged.at(-1) === true) {
      throw this.#error('an alternative after a flag such as (?i) in the middle of a group: write (?i:...)');
    } else if ('*+?}'.includes(character)) this.#quantifier(character);
    else this.#emit(character, 1);
  }

  #quantifier(character: string): void {
    if (this.#pattern[this.#at + 1] === '+')
      throw this.#error('a possessive quantifier, which has no equal here');
    const lazy = this.#pattern[this.#at + 1] === '?' ? '?' : '';
    this.#emit(character + lazy, 1 + lazy.length);
  }

  #close(): void {
    if (this.#extra.length === 1) throw this.#error('a ) without a (');
    this.#flagged.pop();
    this.#emit(')'.repeat((this.#extra.pop() ?? 0) + 1), 1);
  }

  #group(): void {
    const rest = this.#pattern.slice(this.#at);
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (rest.startsWith('(?>')) throw this.#error('an atomic group, which has no equal here');
    if (flags !== null && flags[0] !== '(?:') return this.#flags(flags);
    const head = /^\((?:\?(?:[:=!]|<[=!]|<[a-zA-Z][a-zA-Z0-9]*>))?/.exec(rest)?.[0] ?? '(';
    if (rest.startsWith('(?') && head === '(') throw this.#error('an unknown kind of group');
    this.#extra.push(0);
    this.#flagged.push(false);
    this.#emit(head, head.length);
  }

  /** `(?i:...)` is a group of its own, `(?i)` one to the end of the group it stands in. */
  #flags([whole, on = '', off = '', end]: RegExpExecArray): void {
    const unknown = /[^ims]/.exec(on + off);
    if (unknown !== null) throw this.#error(`the flag ${unknown[0]}, which has no equal here`);
    const head = `(?${on}${off === '' ? '' : `-${off}`}:`;
    if (on.includes('s')) this.#dotAll++; // for the rest of the pattern; more than Java takes, and refused below
    if (on.includes('s') && this.#at > 0) throw this.#error('the flag s anywhere but at the beginning');
    if (end === ':') {
      this.#extra.push(0);
      this.#flagged.push(false);
    } else {
      const group = this.#extra.length - 1;
      this.#extra[group] = (this.#extra[group] ?? 0) + 1;
      this.#flagged[group] = this.#at > 0;
    }
    this.#emit(head, whole.length);
  }

  #class(): void {
    const start = this.#at;
    const negated = this.#pattern[this.#at + 1] === '^';
    this.#emit(negated ? '[^' : '[', negated ? 2 : 1);
    if (this.#pattern[this.#at] === ']') this.#emit('\\]', 1); // a ] right at the beginning is itself
    for (;;) {
      const character = this.#pattern[this.#at];
      if (character === undefined) throw this.#error('a class that is not closed', start);
      if (character === ']') return this.#emit(']', 1);
      if (character === '[') throw this.#error('a class within a class, which has no equal here');
      if (character === '&' && this.#pattern[this.#at + 1] === '&') {
        throw this.#error('an intersection of classes, which has no equal here');
      }
      if (character === '\\') this.#escape(true);
      else this.#emit(character, 1);
    }
  }

  #escape(inClass: boolean): void {
    const rest = this.#pattern.slice(this.#at);
    const letter = rest[1];
    if (letter === undefined) throw this.#error('a backslash at the end');
    if (letter === 'Q') return this.#quoted();
    if (letter === 'p' || letter === 'P') return this.#property(rest, inClass);
    const set = SETS[letter.toLowerCase()];
    if (set !== undefined) {
      const complement = letter !== letter.toLowerCase();
      if (inClass && complement && letter !== 'S') throw this.#error(`\\${letter} in a class`);
      if (inClass) return this.#emit(complement ? '\\S' : set, 2);
      return this.#emit(`[${complement ? '^' : ''}${set}]`, 2);
    }
    const code = /^\\(?:x\{([0-9a-fA-F]{1,4})\}|0([0-3]?[0-7]{1,2}))/.exec(rest);
    if (code !== null) {
      const point = code[1] === undefined ? Number.parseInt(code[2] ?? '', 8) : Number.parseInt(code[1], 16);
      return this.#emit(`\\u${point.toString(16).padStart(4, '0')}`, code[0].length);
    }
    const translated = inClass && !'ae'.includes(letter) ? undefined : OUTSIDE_CLASS[letter];
    if (translated !== undefined) return this.#emit(translated, 2);
    if (/[GXNyYgijloqmKHLMTUEFCIJOVC]/.test(letter))
      throw this.#error(`\\${letter}, which has no equal here`);
    const named = /^\\k<[^>]*>/.exec(rest)?.[0];
    return this.#emit(named ?? rest.slice(0, 2), named?.length ?? 2);
  }

  #quoted(): void {
    const end = this.#pattern.indexOf('\\E', this.#at);
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#emit(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), text.length + (end < 0 ? 2 : 4));
  }

  #property(rest: string, inClass: boolean): void {
    const [whole = '', name = ''] = /^\\[pP]\{(\w+)\}/.exec(rest) ?? [];
    const set = POSIX[name];
    const complement = rest[1] === 'P';
    if (set === undefined || (inClass && complement))
      throw this.#error(`${whole || rest.slice(0, 3)}, which has no equal here`);
    this.#emit(inClass ? set : `[${complement ? '^' : ''}${set}]`, whole.length);
  }
}

/** The source of a JavaScript RegExp that matches the same. @throws JavaRegexError */
export function translateJavaRegex(pattern: string): string {
  const source = new Translator(pattern).translate();
  try {
    void new RegExp(source);
  } catch (error) {
    throw new JavaRegexError(error instanceof Error ? error.message : String(error), 0);
  }
  return source;
}
