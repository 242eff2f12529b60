// Regular expressions as grok's and most log tools' users write them (Perl's syntax), read into a tree. Pure, cold.
// What has no linear-time match is refused with its place: back references, and looking around at more than one
// character. Atomic groups and possessive quantifiers are read as plain ones: they may match more, never less.
// Only named groups capture; plain parentheses are for grouping.
import { CharacterSet, ESCAPE_SETS } from './character-set.ts';
import { parseBracket, readEscape } from './pattern-bracket.ts';
import { PatternError } from './pattern-error.ts';

export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet; readonly text: string }
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly branches: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly least: number;
      /** Infinity for no limit. */
      readonly most: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly part: PatternNode }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'noBoundary' }
  | {
      readonly kind: 'look';
      readonly isBehind: boolean;
      readonly isNegated: boolean;
      readonly set: CharacterSet;
    };

export type PatternTree = {
  readonly node: PatternNode;
  /** The groups' names, by their index. */
  readonly groups: readonly string[];
};

const MOST_REPEATS = 1000;
const DEEPEST = 200;

/** @throws PatternError with the place in the source */
export function parsePattern(source: string): PatternTree {
  const reader = new Reader(source);
  return { node: reader.whole(), groups: reader.groups };
}

const NEWLINE = 0x0a;

class Reader {
  readonly groups: string[] = [];
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #ignoresCase = false;
  #dotIsAll = false;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): PatternNode {
    const node = this.#alternatives();
    if (this.#at < this.#source.length) throw this.#error('a ) that closes nothing');
    return node;
  }

  #alternatives(): PatternNode {
    if (++this.#depth > DEEPEST) throw this.#error(`groups nested deeper than ${DEEPEST}`);
    const branches = [this.#sequence()];
    while (this.#takes('|')) branches.push(this.#sequence());
    this.#depth--;
    return branches.length === 1 ? branches[0]! : { kind: 'either', branches };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      const atom = this.#atom();
      if (atom !== undefined) parts.push(this.#quantified(atom));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  /** Undefined for flags, which are nothing to match. */
  #atom(): PatternNode | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[': {
        const from = this.#at - 1;
        const { set, next } = parseBracket(this.#source, this.#at);
        this.#at = next;
        return this.#set(set, this.#source.slice(from, next));
      }
      case '.': {
        const all = new CharacterSet().negate();
        return this.#set(this.#dotIsAll ? all : new CharacterSet().add(NEWLINE).negate(), 'any character');
      }
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw this.#error(`nothing to repeat before ${character}`);
      default:
        return this.#character(character.codePointAt(0)!);
    }
  }

  #character(code: number): PatternNode {
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a && code < 0x80;
    if (!this.#ignoresCase || !isLetter) return { kind: 'character', code };
    return this.#set(new CharacterSet().add(code), String.fromCodePoint(code));
  }

  #set(set: CharacterSet, text: string): PatternNode {
    if (!this.#ignoresCase) return { kind: 'set', set, text };
    return { kind: 'set', set: new CharacterSet().addSet(set).foldCase(), text };
  }

  #escape(): PatternNode {
    const letter = this.#source[this.#at];
    if (letter === undefined) throw this.#error('a backslash at the end');
    const set = ESCAPE_SETS.get(letter);
    const assertion = ASSERTIONS.get(letter);
    if (set === undefined && assertion === undefined) {
      const { code, next } = readEscape(this.#source, this.#at);
      this.#at = next;
      return this.#character(code);
    }
    this.#at++;
    return set === undefined ? { kind: assertion ?? 'start' } : this.#set(set, `\\${letter}`);
  }

  #group(): PatternNode | undefined {
    if (!this.#takes('?')) return this.#closed(this.#alternatives());
    const named = /^P?<([^>=!][^>]*)>|^'([^']+)'/.exec(this.#source.slice(this.#at));
    if (named !== null) {
      this.#at += named[0].length;
      const index = this.groups.push(named[1] ?? named[2] ?? '') - 1;
      return { kind: 'group', index, part: this.#closed(this.#alternatives()) };
    }
    const look = /^(<?)([=!])/.exec(this.#source.slice(this.#at));
    if (look !== null) return this.#look(look[0].length, look[1] === '<', look[2] === '!');
    if (this.#takes(':') || this.#takes('>')) return this.#closed(this.#alternatives());
    return this.#flags();
  }

  #look(length: number, isBehind: boolean, isNegated: boolean): PatternNode {
    this.#at += length;
    const part = this.#closed(this.#alternatives());
    const set = singleSet(part);
    if (set === undefined)
      throw this.#error('looking around at more than one character has no linear-time match');
    return { kind: 'look', isBehind, isNegated, set };
  }

  /** `(?i)`, for what follows in this group, or `(?i:...)`. */
  #flags(): PatternNode | undefined {
    const [all, on = '', off = ''] = /^([ims]*)(?:-([ims]+))?/.exec(this.#source.slice(this.#at)) ?? [''];
    if (all === '') throw this.#error('a group of an unknown kind');
    this.#at += all.length;
    const before = [this.#ignoresCase, this.#dotIsAll] as const;
    if (/i/.test(on + off)) this.#ignoresCase = on.includes('i');
    if (/[ms]/.test(on + off)) this.#dotIsAll = /[ms]/.test(on);
    if (this.#takes(')')) return undefined;
    if (!this.#takes(':')) throw this.#error('a flag that is none of i, m and s');
    const part = this.#closed(this.#alternatives());
    [this.#ignoresCase, this.#dotIsAll] = before;
    return part;
  }

  #closed(node: PatternNode): PatternNode {
    if (!this.#takes(')')) throw this.#error('a ( without )');
    return node;
  }

  #quantified(atom: PatternNode): PatternNode {
    let node = atom;
    for (;;) {
      const [all, sign, low = '', comma, high = ''] =
        /^(?:([*+?])|\{(\d*)(,?)(\d*)\})/.exec(this.#source.slice(this.#at, this.#at + 16)) ?? [];
      if (all === undefined || all === '{}' || all === '{,}') return node;
      this.#at += all.length;
      const least = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
      const most =
        sign === undefined ? Number(comma === '' ? low : high || Infinity) : sign === '?' ? 1 : Infinity;
      if (most < least || least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)) {
        throw this.#error(`repeat counts must go up, to ${MOST_REPEATS} at most`);
      }
      const isLazy = this.#takes('?');
      if (!isLazy) this.#takes('+');
      node = { kind: 'repeat', part: node, least, most, isLazy };
    }
  }

  #next(): string {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    this.#at += character.length;
    return character;
  }

  #takes(character: string): boolean {
    if (this.#source[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #error(what: string): PatternError {
    return new PatternError(what, this.#source, this.#at);
  }
}

const ASSERTIONS: ReadonlyMap<string, 'start' | 'end' | 'boundary' | 'noBoundary'> = new Map([
  ['A', 'start'],
  ['Z', 'end'],
  ['z', 'end'],
  ['b', 'boundary'],
  ['B', 'noBoundary'],
] as const);

/** The one set that a node is, when it is no more than that. */
function singleSet(node: PatternNode): CharacterSet | undefined {
  if (node.kind === 'set') return node.set;
  if (node.kind === 'character') return new CharacterSet().add(node.code);
  if (node.kind !== 'either') return undefined;
  const sets = node.branches.map(singleSet);
  const union = new CharacterSet();
  for (const set of sets) {
    if (set === undefined) return undefined;
    union.addSet(set);
  }
  return union;
}
