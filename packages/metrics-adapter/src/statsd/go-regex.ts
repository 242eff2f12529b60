// Go's regular expressions (RE2 syntax, as mapping files have them) on V8: the syntax is translated, and what V8 would read
// otherwise or cannot do is refused by name. As neither look-around nor back-references exist in RE2, each expression can
// be run by V8's linear engine, and is, once backtracking becomes excessive: `^(a+)+$` on 30 letters takes 1-4 ms instead of
// 10 s. Case-insensitive groups become classes, because that engine has no flags for them.
import { setFlagsFromString } from 'node:v8';

const CLASSES: Record<string, string> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
/** Go's \s is ASCII; \d and \w are the same as V8's, \b too. */
const ESCAPES: Record<string, string> = {
  A: '^',
  z: '$',
  a: '\\x07',
  s: '[\\t\\n\\f\\r ]',
  S: '[^\\t\\n\\f\\r ]',
};
const IN_CLASS: Record<string, string> = { a: '\\x07', s: '\\t\\n\\f\\r ' };

let guarded = false;

/** @throws Error saying what is wrong or cannot be done. */
export function compileGoRegex(source: string): RegExp {
  // Before the first expression of ours is compiled; without effect on those compiled before.
  if (!guarded) setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  guarded = true;
  return new RegExp(new Translation(source).translate());
}

type Flags = { readonly i: boolean; readonly s: boolean };

class Translation {
  readonly #source: string;
  #at = 0;
  #flags: Flags = { i: false, s: false };

  constructor(source: string) {
    this.#source = source;
  }

  translate(): string {
    let out = '';
    const outer: Flags[] = [];
    while (this.#at < this.#source.length) {
      const c = this.#source[this.#at]!;
      if (c === '\\') out += this.#escape();
      else if (c === '[') out += this.#class();
      else if (c === '(') {
        const group = this.#group(outer);
        out += group;
      } else if (c === ')') {
        this.#flags = outer.pop() ?? this.#flags;
        out += ')';
        this.#at++;
      } else {
        out += this.#literal(c);
        this.#at++;
      }
    }
    return out;
  }

  #literal(c: string): string {
    if (c === '.') return this.#flags.s ? '[^]' : '[^\\n]';
    if (this.#flags.i && /[a-z]/i.test(c)) return `[${c.toLowerCase()}${c.toUpperCase()}]`;
    // A brace that opens no repetition stands for itself.
    if (c === '{' && !/^\{\d+(,\d*)?\}/.test(this.#source.slice(this.#at))) return '\\{';
    return c;
  }

  #group(outer: Flags[]): string {
    const rest = this.#source.slice(this.#at);
    const named = /^\(\?P?<(\w+)>/.exec(rest);
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (named === null && flags === null && rest.startsWith('(?'))
      throw new Error(`${rest.slice(0, 4)}: no such group in RE2 syntax`);
    if (flags?.[3] === ')') {
      this.#setFlags(flags[1]!, flags[2] ?? '');
      this.#at += flags[0].length;
      return '';
    }
    outer.push(this.#flags);
    if (flags !== null) this.#setFlags(flags[1]!, flags[2] ?? '');
    this.#at += named?.[0].length ?? flags?.[0].length ?? 1;
    if (named !== null) return `(?<${named[1]}>`;
    return flags === null ? '(' : '(?:';
  }

  #setFlags(on: string, off: string): void {
    const unknown = /[^is]/.exec(on + off)?.[0];
    if (unknown !== undefined) throw new Error(`(?${unknown}): this flag is not supported, only i and s are`);
    const { i, s } = this.#flags;
    this.#flags = {
      i: (i || on.includes('i')) && !off.includes('i'),
      s: (s || on.includes('s')) && !off.includes('s'),
    };
  }

  #escape(): string {
    const c = this.#source[this.#at + 1];
    if (c === undefined) throw new Error('a backslash at the end');
    if (c === 'Q') return this.#quoted();
    this.#at += 2;
    return escapeText(c, ESCAPES, () => this.#hex());
  }

  #hex(): string {
    const [all, two, braced] =
      /^(?:([\da-fA-F]{2})|\{([\da-fA-F]{1,4})\})/.exec(this.#source.slice(this.#at)) ?? [];
    if (all === undefined) throw new Error('\\x needs two hexadecimal digits, or up to four in braces');
    this.#at += all.length;
    return `\\u${(two ?? braced ?? '').padStart(4, '0')}`;
  }

  #quoted(): string {
    const from = this.#at + 2;
    const end = this.#source.indexOf('\\E', from);
    const text = this.#source.slice(from, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#source.length : end + 2;
    return text.replaceAll(/[\^$.*+?()[\]{}|\\/]/g, '\\$&');
  }

  #class(): string {
    let out = '[';
    this.#at++;
    if (this.#source[this.#at] === '^') out += this.#take();
    if (this.#source[this.#at] === ']') out += `\\${this.#take()}`;
    while (this.#source[this.#at] !== ']') {
      const c = this.#source[this.#at];
      if (c === undefined) throw new Error('a class without its ]');
      out += this.#classMember(c);
    }
    this.#at++;
    return `${out}]`;
  }

  #classMember(c: string): string {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#source.slice(this.#at));
    if (posix !== null) {
      const members = CLASSES[posix[2]!];
      if (members === undefined || posix[1] === '^')
        throw new Error(`${posix[0]}: this class is not supported`);
      this.#at += posix[0].length;
      return members;
    }
    if (c === '\\') {
      const escaped = this.#source[this.#at + 1];
      if (escaped === undefined) throw new Error('a backslash at the end');
      this.#at += 2;
      return escapeText(escaped, IN_CLASS, () => this.#hex());
    }
    const range = /^([a-z])-([a-z])|^([A-Z])-([A-Z])/.exec(this.#source.slice(this.#at))?.[0];
    const member = range ?? this.#source.slice(this.#at, this.#at + 1);
    this.#at += member.length;
    if (this.#flags.i && /[a-z]/i.test(member)) return member.toLowerCase() + member.toUpperCase();
    return member === '[' ? '\\[' : member;
  }

  #take(): string {
    return this.#source[this.#at++]!;
  }
}

function escapeText(c: string, own: Record<string, string>, hex: () => string): string {
  if (c in own) return own[c]!;
  if (c === 'x') return hex();
  if (/[dDwWbBtnrfv]/.test(c)) return `\\${c}`;
  if (/[A-Za-z0-9]/.test(c)) throw new Error(`\\${c}: not supported`);
  return /[\^$\\.*+?()[\]{}|/-]/.test(c) ? `\\${c}` : c;
}
