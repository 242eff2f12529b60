// Elements -> instructions for the stamp reader: six integers each, so that a reading is one loop over one array.
// Where columns are fixed, one length check stands for all of them (NEED), and instructions behind it look at no bounds.
// Pure.

import type { Element, FractionElement, NumberElement } from './element.ts';
import { fraction } from './make-element.ts';
import { type NameTrie, nameTrie } from './name-trie.ts';
import {
  BLANKS,
  BYTE,
  DIGITS,
  EPOCH,
  fixedWidth,
  FRACTION,
  GLUED_FRACTION,
  NAME,
  NEED,
  NO_BYTE,
  NUMBER,
  ONE_OF,
  OPTIONAL,
  STEP,
  TAI64N,
  TWO,
  ZONE,
} from './stamp-codes.ts';
import { beginnings } from './stamp-beginnings.ts';
import { DAY_PERIOD, IGNORED, MONTH, SLOT_OF } from './stamp.ts';

export interface StampProgram {
  readonly code: Int32Array;
  /** Which element an instruction came from, by index of instruction; and the byte behind its digits. */
  readonly origins: readonly Element[];
  readonly behind: readonly (Element | undefined)[];
  readonly sets: readonly Uint8Array[];
  readonly tries: readonly NameTrie[];
  /** Bytes that a stamp can begin with; 1 for those. */
  readonly firstBytes: Uint8Array;
  /** Which bytes can be at each of the first columns, as far as columns are fixed. */
  readonly columns: readonly Uint8Array[];
  /** The instruction that reads the one fraction with a separator of its own; -1 without. */
  readonly fractionSet: number;
  /** Two digits of seconds stand right before the fraction (or before where it would be). */
  readonly secondsBeforeFraction: boolean;
  /** Reading the same bytes means the same, whatever follows, if what follows is no part of a number or word. */
  readonly closed: boolean;
}

export function compileStamp(elements: readonly Element[], locale: string): StampProgram {
  return new Compiler(locale).compile(withImpliedFraction(elements));
}

/**
 * Seconds are read with a fraction although the layout shows none, behind a point only: a comma may be the next
 * column of a CSV file. An epoch in seconds likewise.
 */
function withImpliedFraction(elements: readonly Element[]): Element[] {
  return elements.flatMap((element, index) => {
    const inner =
      element.kind === 'optional' ? { ...element, elements: withImpliedFraction(element.elements) } : element;
    const seconds =
      (element.kind === 'number' && element.field === 'second') ||
      (element.kind === 'epoch' && element.digits === 0);
    const next = elements[index + 1];
    const taken = next?.kind === 'fraction' || (next?.kind === 'literal' && next.text.startsWith('.'));
    return seconds && !taken ? [inner, fraction({ at: element.at, source: IMPLIED }, '.', 0)] : [inner];
  });
}

const IMPLIED = '';

class Compiler {
  readonly #locale: string;
  readonly #code: number[][] = [];
  readonly #origins: Element[] = [];
  readonly #sets: Uint8Array[] = [];
  readonly #tries: NameTrie[] = [];
  #fractions: number[] = [];
  #secondsBeforeFraction = false;

  constructor(locale: string) {
    this.#locale = locale;
  }

  compile(elements: readonly Element[]): StampProgram {
    this.#list(elements);
    const code = this.#withNeeds();
    return {
      code: Int32Array.from(code.steps.flat()),
      origins: code.origins,
      behind: code.behind,
      sets: this.#sets,
      tries: this.#tries,
      ...beginnings(this.#code, code.steps, this.#sets, this.#tries),
      fractionSet: this.#fractions.length === 1 ? (this.#fractions[0] ?? -1) : -1,
      secondsBeforeFraction: this.#fractions.length === 1 && this.#secondsBeforeFraction,
      closed: this.#closed(),
    };
  }

  #push(element: Element, ...step: number[]): void {
    this.#code.push([...step, ...Array.from({ length: STEP - step.length }, () => 0)]);
    this.#origins.push(element);
  }

  #list(elements: readonly Element[]): void {
    elements.forEach((element, index) => this.#element(element, elements[index - 1], elements[index + 1]));
  }

  #element(element: Element, before: Element | undefined, after: Element | undefined): void {
    switch (element.kind) {
      case 'literal':
        return this.#literal(element);
      case 'space':
        return this.#push(element, BLANKS, element.min);
      case 'number':
        return this.#number(element);
      case 'name': {
        this.#tries.push(nameTrie(element.field, this.#locale));
        const slot = { month: MONTH, weekday: IGNORED, dayPeriod: DAY_PERIOD }[element.field];
        return this.#push(element, NAME, this.#tries.length - 1, slot);
      }
      case 'fraction':
        return this.#fraction(element, before, after);
      case 'zone':
        return this.#push(element, ZONE);
      case 'epoch':
        return this.#push(element, EPOCH, element.digits, element.width ?? 0, gluedDigits(after));
      case 'tai64n':
        return this.#push(element, TAI64N);
      case 'optional':
        return this.#optional(element, element.elements);
    }
  }

  #literal(element: Element & { kind: 'literal' }): void {
    if (element.accepts === undefined) {
      for (const byte of new TextEncoder().encode(element.text)) this.#push(element, BYTE, byte);
    } else this.#push(element, ONE_OF, this.#set(element.accepts));
  }

  #number(element: NumberElement): void {
    const { slot, least, most } = SLOT_OF[element.field];
    if (element.blanksBefore || element.min !== element.max) {
      this.#push(
        element,
        NUMBER,
        slot,
        least,
        most,
        element.min + element.max * 16,
        element.blanksBefore ? 1 : 0,
      );
    } else this.#push(element, element.min === 2 ? TWO : DIGITS, slot, least, most, element.min, NO_BYTE);
  }

  #fraction(element: FractionElement, before: Element | undefined, after: Element | undefined): void {
    if (element.separator === '') {
      const counted = after?.kind === 'number' || (before?.kind === 'epoch' && gluedDigits(element) !== -1);
      this.#fractions.push(-1);
      this.#push(element, GLUED_FRACTION, counted && Number.isFinite(element.digits) ? element.digits : -1);
      return;
    }
    const set = this.#set(element.source === IMPLIED ? '.' : '.,:');
    this.#fractions.push(set);
    this.#secondsBeforeFraction = before?.kind === 'number' && before.field === 'second';
    this.#push(element, FRACTION, set);
  }

  #optional(element: Element, elements: readonly Element[]): void {
    const index = this.#code.length;
    this.#push(element, OPTIONAL);
    this.#list(elements);
    this.#code[index] = [OPTIONAL, this.#code.length, 0, 0, 0, 0];
  }

  #set(bytes: string): number {
    const set = new Uint8Array(256);
    for (const byte of bytes) set[byte.charCodeAt(0)] = 1;
    this.#sets.push(set);
    return this.#sets.length - 1;
  }

  /**
   * The instructions with a NEED before every run of fixed ones, and a byte behind digits made a part of them;
   * OPTIONAL's ends are moved accordingly.
   */
  #withNeeds(): Needed {
    const made: Needed = { steps: [], origins: [], behind: [] };
    const moved: number[] = [];
    const ends = new Set(this.#code.filter(([code]) => code === OPTIONAL).map(([, to]) => to));
    let need: number[] | undefined;
    this.#code.forEach((step, index) => {
      if (ends.has(index)) need = undefined;
      const width = fixedWidth(step);
      if (width === 0) need = undefined;
      const last = made.steps.at(-1);
      moved.push(made.steps.length);
      if (need !== undefined && last !== undefined && takesByte(last, step)) {
        last[5] = step[1] ?? NO_BYTE;
        made.behind[made.steps.length - 1] = this.#origins[index];
      } else {
        if (width > 0 && need === undefined)
          addStep(made, (need = [NEED, 0, 0, 0, 0, 0]), this.#origins[index]!);
        addStep(made, [...step], this.#origins[index]!);
      }
      if (need !== undefined) need[1] = (need[1] ?? 0) + width;
    });
    moved.push(made.steps.length);
    for (const step of made.steps)
      if (step[0] === OPTIONAL) step[1] = moved[step[1] ?? 0] ?? made.steps.length;
    return made;
  }

  /** No instruction that looks beyond a byte which ends a word is last, none that may be missing is anywhere. */
  #closed(): boolean {
    const last = this.#code.at(-1)?.[0] ?? OPTIONAL;
    const open = this.#code.some(([code]) => code === OPTIONAL && !this.#zoneOnly());
    const dayPeriods = this.#origins.some(
      (element) => element.kind === 'name' && element.field === 'dayPeriod',
    );
    return !open && last !== BLANKS && !(dayPeriods && last === NAME);
  }

  /** The only optional thing is one zone at the end: a byte that ends words says whether it is there. */
  #zoneOnly(): boolean {
    const at = this.#code.findIndex(([code]) => code === OPTIONAL);
    return at === this.#code.length - 2 && this.#code[at + 1]?.[0] === ZONE;
  }
}

/** Digits that an epoch in seconds leaves to a fraction at once behind it; -1: all after the tenth. */
function gluedDigits(after: Element | undefined): number {
  if (after?.kind !== 'fraction' || after.separator !== '') return 0;
  return /^%[fN]$/.test(after.source) ? -1 : after.digits;
}

interface Needed {
  readonly steps: number[][];
  readonly origins: Element[];
  readonly behind: (Element | undefined)[];
}

function addStep(to: Needed, step: number[], origin: Element): void {
  to.steps.push(step);
  to.origins.push(origin);
  to.behind.push(undefined);
}

function takesByte([code, , , , , byte]: readonly number[], [next]: readonly number[]): boolean {
  return (code === TWO || code === DIGITS) && byte === NO_BYTE && next === BYTE;
}
