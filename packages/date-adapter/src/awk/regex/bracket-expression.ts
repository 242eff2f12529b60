// Bracket expressions, `[...]` (POSIX XBD 9.3.5, with the escapes that awk adds): `]` first is a member, a backslash
// takes the next character as it is, `[:alpha:]` names a class, `[.x.]` and `[=x=]` are the character x, since the
// C and C.UTF-8 locales have no other collating elements. Where POSIX leaves a `-` undefined it is a member.

import { RegexError } from './regex-error.ts';
import { isClassName } from './unicode-classes.ts';
import type { Members } from './character-set.ts';
import type { SourceUnits } from './source-units.ts';

const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const HYPHEN = 0x2d;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const DOT = 0x2e;
const EQUALS = 0x3d;

/** What `\n` and the like mean inside and outside of brackets. */
export const CONTROL_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x61, 0x07],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
]);

/** @param at just past the `[` @throws RegexError when it does not end, or names what does not exist */
export function readBracketExpression(source: SourceUnits, at: number): { members: Members; next: number } {
  return new BracketReader(source, at).read();
}

class BracketReader {
  readonly #source: SourceUnits;
  readonly #opened: number;
  #at: number;
  readonly #ranges: number[] = [];
  readonly #classes: string[] = [];

  constructor(source: SourceUnits, at: number) {
    this.#source = source;
    this.#opened = at - 1;
    this.#at = at;
  }

  read(): { members: Members; next: number } {
    const negated = this.#peek() === CARET;
    if (negated) this.#at++;
    for (let first = true; first || this.#peek() !== CLOSE; first = false) this.#readMember();
    this.#at++;
    return { members: { ranges: this.#ranges, classes: this.#classes, negated }, next: this.#at };
  }

  #peek(ahead = 0): number | undefined {
    return this.#source.units[this.#at + ahead];
  }

  #readMember(): void {
    if (this.#peek() === OPEN && this.#peek(1) === COLON) {
      const name = this.#readNamed(COLON);
      if (name !== undefined) return this.#addClass(name);
    }
    const place = this.#at;
    const low = this.#readCharacter();
    const isRange = this.#peek() === HYPHEN && this.#peek(1) !== CLOSE;
    // In `[s---t]` the range is `---`, the hyphen alone (gawk, mawk).
    if (!isRange || (low !== HYPHEN && this.#peek(1) === HYPHEN && this.#peek(2) === HYPHEN)) {
      this.#ranges.push(low, low);
      return;
    }
    this.#at++;
    const high = this.#readCharacter();
    if (high < low) throw this.#error('the range ends before it begins', place);
    this.#ranges.push(low, high);
  }

  #addClass(name: string): void {
    if (!isClassName(name))
      throw this.#error(`no such character class: [:${name}:]`, this.#at - name.length - 4);
    this.#classes.push(name);
  }

  /** `[:name:]`, `[.x.]`, `[=x=]`; nothing is read when it does not end as it began. */
  #readNamed(mark: number): string | undefined {
    const { units } = this.#source;
    for (let end = this.#at + 2; end + 1 < units.length && units[end] !== CLOSE; end++) {
      if (units[end] !== mark || units[end + 1] !== CLOSE) continue;
      const name = String.fromCodePoint(...units.slice(this.#at + 2, end));
      this.#at = end + 2;
      return name;
    }
    return undefined;
  }

  #readCharacter(): number {
    const unit = this.#peek();
    const mark = this.#peek(1);
    if (unit === undefined) throw this.#error("no ']' for this '['", this.#opened);
    if (unit === OPEN && (mark === DOT || mark === EQUALS)) return this.#readElement(mark);
    this.#at++;
    if (unit !== BACKSLASH || this.#at >= this.#source.units.length) return unit;
    const escaped = this.#source.units[this.#at++]!;
    return CONTROL_ESCAPES.get(escaped) ?? escaped;
  }

  #readElement(mark: number): number {
    const place = this.#at;
    const { units } = this.#source;
    const element = units[this.#at + 2];
    if (element !== undefined && units[this.#at + 3] === mark && units[this.#at + 4] === CLOSE) {
      this.#at += 5;
      return element;
    }
    const name = this.#readNamed(mark);
    if (name !== undefined) throw this.#error(`no such collating element: ${name}`, place);
    this.#at++;
    return OPEN;
  }

  #error(message: string, place: number): RegexError {
    return new RegexError(message, this.#source.origins[place] ?? 0);
  }
}
