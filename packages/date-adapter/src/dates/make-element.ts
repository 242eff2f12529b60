// Short constructors for elements, shared by the layout readers. Pure.

import type {
  Element,
  FractionElement,
  LiteralElement,
  NameElement,
  NumberElement,
  NumberField,
  SpaceElement,
  ZoneElement,
  ZoneForm,
} from './element.ts';

export interface Place {
  readonly at: number;
  readonly source: string;
}

export function number(
  place: Place,
  field: NumberField,
  [min, max]: readonly [number, number],
  more: { width?: number; pad?: NumberElement['pad']; blanksBefore?: boolean } = {},
): NumberElement {
  return {
    kind: 'number',
    field,
    min,
    max,
    width: more.width ?? max,
    pad: more.pad ?? 'zero',
    blanksBefore: more.blanksBefore ?? more.pad === 'space',
    ...place,
  };
}

export function name(
  place: Place,
  field: NameElement['field'],
  style: NameElement['style'],
  letters: NameElement['letters'] = 'as they are',
): NameElement {
  return { kind: 'name', field, style, letters, ...place };
}

export function fraction(place: Place, separator: string, digits: number, trim = false): FractionElement {
  return { kind: 'fraction', separator, digits, trim, ...place };
}

export function zone(place: Place, form: ZoneForm, zulu = false): ZoneElement {
  return { kind: 'zone', form, zulu, ...place };
}

export function literal(place: Place, text: string): LiteralElement {
  return { kind: 'literal', text, ...place };
}

export function space(place: Place, text: string, min: number): SpaceElement {
  return { kind: 'space', text, min, ...place };
}

const BLANKS = /^[ \t\n]+/;

/** The blanks at `at` of a layout as one element, or nothing. `min`: how many reading demands. */
export function blanksAt(layout: string, at: number, min: number): SpaceElement | undefined {
  const text = BLANKS.exec(layout.slice(at))?.[0];
  return text === undefined ? undefined : space({ at, source: text }, text, min);
}

/** Whether a list has an element of a kind anywhere, also in optional sections. */
export function some(elements: readonly Element[], test: (element: Element) => boolean): boolean {
  return elements.some((element) =>
    element.kind === 'optional' ? some(element.elements, test) : test(element),
  );
}
