// Elements -> instructions for the stamp writer: what is written one after the other, with everything that can be known
// beforehand (bytes of text, names in the locale, widths) made ready. Pure.

import { namesToWrite } from './calendar-names.ts';
import type { Element, NumberElement, NumberField, ZoneElement } from './element.ts';

export const TEXT = 0;
export const TWO = 1;
export const FOUR = 2;
export const NUMBER = 3;
export const NAME = 4;
export const FRACTION = 5;
export const ZONE = 6;
export const EPOCH = 7;
export const TAI64N = 8;
export const BYTE = 9;

export interface Instruction {
  readonly code: number;
  readonly bytes: Uint8Array;
  readonly field: number;
  readonly width: number;
  /** The byte that pads, 0 for none. */
  readonly pad: number;
  readonly names: readonly Uint8Array[];
  readonly digits: number;
  readonly trim: boolean;
  readonly zone: ZoneElement | undefined;
}

/** What instructions read, by index of the values of an instant. */
export const VALUES: readonly (NumberField | 'dayPeriod')[] = [
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'shortYear',
  'century',
  'dayOfYear',
  'hour12',
  'hour11',
  'hour24',
  'weekday',
  'weekday0',
  'isoYear',
  'isoShortYear',
  'isoWeek',
  'weekOfSundays',
  'weekOfMondays',
  'dayPeriod',
];
/** The first of them are always made, the others where the layout asks for one. */
export const SIMPLE_VALUES = 6;
const ZERO = 0x30;
export const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** The instructions of a layout; optional sections are always written. */
export function writerProgram(elements: readonly Element[], locale: string): Instruction[] {
  return flat(elements).flatMap((element) => instructionsOf(element, locale));
}

function flat(elements: readonly Element[]): Element[] {
  return elements.flatMap((element) => (element.kind === 'optional' ? flat(element.elements) : [element]));
}

const EMPTY: Instruction = {
  code: TEXT,
  bytes: NOTHING,
  field: -1,
  width: 0,
  pad: 0,
  names: [],
  digits: 0,
  trim: false,
  zone: undefined,
};

function instructionsOf(element: Element, locale: string): Instruction[] {
  switch (element.kind) {
    case 'literal':
    case 'space':
      return [textInstruction(encoder.encode(element.text))];
    case 'number':
      return [numberInstruction(element)];
    case 'name': {
      const names = namesToWrite(element, locale).map((text) => encoder.encode(text));
      const indexed = element.field === 'dayPeriod' ? names : [NOTHING, ...names];
      return [{ ...EMPTY, code: NAME, field: VALUES.indexOf(element.field), names: indexed }];
    }
    case 'fraction':
      return [
        {
          ...EMPTY,
          code: FRACTION,
          bytes: encoder.encode(element.separator),
          digits: element.digits,
          trim: element.trim,
        },
      ];
    case 'zone':
      return [{ ...EMPTY, code: ZONE, zone: element }];
    case 'epoch':
      return [{ ...EMPTY, code: EPOCH, digits: element.digits }];
    case 'tai64n':
      return [{ ...EMPTY, code: TAI64N }];
    default:
      return []; // optional sections have been taken apart
  }
}

/** Copying one byte by a loop costs five times the byte. */
function textInstruction(bytes: Uint8Array): Instruction {
  const [only] = bytes;
  return bytes.length === 1 && only !== undefined
    ? { ...EMPTY, code: BYTE, bytes, width: only }
    : { ...EMPTY, bytes };
}

function numberInstruction({ field, width, pad }: NumberElement): Instruction {
  const index = VALUES.indexOf(field);
  const code = pad !== 'zero' || (width !== 2 && width !== 4) ? NUMBER : width === 2 ? TWO : FOUR;
  const padding = pad === 'none' ? 0 : pad === 'space' ? 0x20 : ZERO;
  return {
    ...EMPTY,
    code: index === VALUES.indexOf('century') ? NUMBER : code,
    field: index,
    width,
    pad: padding,
  };
}

/** The longest number is the seconds of an epoch: 17 digits and a sign. */
const MAX_NUMBER_BYTES = 20;

/** The most that an instruction writes, but for the digits of a fraction that is written as it was read. */
export function maxBytesOf({ code, bytes, width, names, digits, zone }: Instruction): number {
  if (code === TEXT || code === BYTE) return bytes.length;
  if (code === NAME) return Math.max(...names.map((name) => name.length));
  if (code === FRACTION) return bytes.length + (Number.isFinite(digits) ? digits : 0) + 9;
  if (code === ZONE) return zone?.form === 'id' ? 64 : 16;
  if (code === TAI64N) return 26; // 25, and one while it is made
  return Math.max(MAX_NUMBER_BYTES, width) + digits;
}
