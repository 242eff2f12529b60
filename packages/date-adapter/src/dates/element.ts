// The one internal form of every layout language: a list of elements. The layout readers (strptime, Java, Go, named)
// make it; the stamp program (reading) and the stamp writer (writing) are compiled from it; `explain` puts it in words.
// An element knows which piece of the layout it came from, so that errors and reports can point at it.

export type NumberField =
  | 'year'
  | 'shortYear'
  | 'century'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'hour' // 0 to 23
  | 'hour12' // 1 to 12
  | 'hour11' // 0 to 11
  | 'hour24' // 1 to 24
  | 'minute'
  | 'second' // 60 is a leap second
  | 'weekday' // 1 Monday to 7 Sunday
  | 'weekday0' // 0 Sunday to 6 Saturday
  | 'isoYear'
  | 'isoShortYear'
  | 'isoWeek'
  | 'weekOfSundays' // %U
  | 'weekOfMondays'; // %W

export type NameField = 'month' | 'weekday' | 'dayPeriod';

/** How an offset is written: `+01:00`, `+0100`, `+01`, ... ; `[...]` is left out when it is zero. */
export type ZoneForm =
  | 'hh:mm'
  | 'hhmm'
  | 'hh'
  | 'hh:mm:ss'
  | 'hhmmss'
  | 'hh[mm]'
  | 'abbreviation'
  | 'id'
  | 'GMT+h'
  | 'GMT+hh:mm';

interface Written {
  /** Offset of the element's piece in the layout. */
  readonly at: number;
  /** The piece itself. */
  readonly source: string;
}

export interface LiteralElement extends Written {
  readonly kind: 'literal';
  readonly text: string;
  /** Other single bytes that reading accepts in place of a one-byte text. */
  readonly accepts?: string;
}

/** Blanks: written as in the layout, read as any run of at least `min` of them. */
export interface SpaceElement extends Written {
  readonly kind: 'space';
  readonly text: string;
  readonly min: number;
}

export interface NumberElement extends Written {
  readonly kind: 'number';
  readonly field: NumberField;
  /** Digits that reading takes. */
  readonly min: number;
  readonly max: number;
  /** Writing: padded to `width` with this. */
  readonly width: number;
  readonly pad: 'zero' | 'space' | 'none';
  /** Reading skips blanks first. */
  readonly blanksBefore: boolean;
}

export interface NameElement extends Written {
  readonly kind: 'name';
  readonly field: NameField;
  readonly style: 'short' | 'long';
  readonly letters: 'as they are' | 'upper' | 'lower';
}

export interface FractionElement extends Written {
  readonly kind: 'fraction';
  /** What stands before the digits; empty: they follow at once, and reading demands them. */
  readonly separator: string;
  /** Digits written; Infinity: as many as were read, and no separator when there were none. */
  readonly digits: number;
  /** Trailing zeros are not written, nor a separator with nothing behind it. */
  readonly trim: boolean;
}

export interface ZoneElement extends Written {
  readonly kind: 'zone';
  readonly form: ZoneForm;
  /** UTC is written as `Z`. */
  readonly zulu: boolean;
}

/** Seconds since 1970 in units of 10^-digits seconds. */
export interface EpochElement extends Written {
  readonly kind: 'epoch';
  readonly digits: 0 | 3 | 6 | 9;
  /** Reading: exactly so many digits; absent: all there are. */
  readonly width?: number;
}

/** TAI64N of the libtai label format: `@`, 16 hexadecimal digits of seconds + 2^62 + 10, 8 of nanoseconds. */
export interface TaiElement extends Written {
  readonly kind: 'tai64n';
}

/** Read when it is there; always written. */
export interface OptionalElement extends Written {
  readonly kind: 'optional';
  readonly elements: readonly Element[];
}

export type Element =
  | LiteralElement
  | SpaceElement
  | NumberElement
  | NameElement
  | FractionElement
  | ZoneElement
  | EpochElement
  | TaiElement
  | OptionalElement;

const FRACTION_SEPARATORS = '.,:';

/**
 * Puts a list in order: neighbouring literals become one, and a `.`, `,` or `:` before a fraction becomes its
 * separator, so that the whole fraction can be missing in what is read.
 */
export function tidy(elements: readonly Element[]): Element[] {
  const out: Element[] = [];
  for (const element of elements) {
    const last = out.at(-1);
    if (element.kind === 'literal' && last?.kind === 'literal' && plain(element) && plain(last)) {
      out[out.length - 1] = joined(last, element);
    } else if (element.kind === 'fraction' && element.separator === '' && endsInSeparator(last)) {
      out.pop();
      out.push(...separated(last, element));
    } else out.push(element);
  }
  return out;
}

function plain(literal: LiteralElement): boolean {
  return literal.accepts === undefined;
}

function joined(first: LiteralElement, second: LiteralElement): LiteralElement {
  return { ...first, text: first.text + second.text, source: first.source + second.source };
}

function endsInSeparator(element: Element | undefined): element is LiteralElement {
  return (
    element?.kind === 'literal' && plain(element) && FRACTION_SEPARATORS.includes(element.text.at(-1) ?? '?')
  );
}

function separated(literal: LiteralElement, fraction: FractionElement): Element[] {
  const rest = literal.text.slice(0, -1);
  const separator = literal.text.slice(-1);
  const whole: FractionElement = { ...fraction, separator, source: separator + fraction.source };
  return rest === '' ? [whole] : [{ ...literal, text: rest, source: literal.source.slice(0, -1) }, whole];
}
