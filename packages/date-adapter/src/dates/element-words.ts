// Elements in words, for `explain` and for the reports of stamps that could not be read. Pure.

import type { Element } from './element.ts';
import { SLOT_OF } from './stamp.ts';

/** What is expected where an element stands: `month (01 to 12)`, `"T"`. */
export function wordsOf(element: Element): string {
  switch (element.kind) {
    case 'literal':
      return element.accepts === undefined
        ? JSON.stringify(element.text)
        : `one of ${JSON.stringify(element.accepts)}`;
    case 'space':
      return element.min === 0 ? 'blanks, or none' : 'a blank';
    case 'number': {
      const { words, least, most } = SLOT_OF[element.field];
      return `${words} (${most > 9999 ? digits(element.min, element.max) : `${least} to ${most}`})`;
    }
    case 'name':
      return { month: 'name of a month', weekday: 'name of a weekday', dayPeriod: 'AM or PM' }[element.field];
    case 'fraction':
      return element.separator === '' ? 'digits of a fraction' : 'a fraction of any length, or none';
    case 'zone':
      return 'a zone, as Z, +01:00, +0100, CET or Europe/Berlin';
    case 'epoch':
      return `${{ 0: 'seconds', 3: 'milliseconds', 6: 'microseconds', 9: 'nanoseconds' }[element.digits]} since 1970${
        element.width === undefined ? '' : `, ${element.width} digits`
      }`;
    case 'tai64n':
      return '@ and 24 hexadecimal digits (TAI64N)';
    default:
      return `if it is there: ${element.elements.map(wordsOf).join(', ')}`;
  }
}

function digits(min: number, max: number): string {
  return min === max ? `${min} digits` : `${min} to ${max} digits`;
}
