// The traceparent field (W3C Trace Context, section 3.2): which trace a request belongs to, and a new one for a request
// that belongs to none. Pure, dice are a parameter. A field that breaks the rules counts as none, as does a second one.
import { TRACEPARENT } from './field-kind.ts';
import { FIELD_WIDTH, type Head } from './head.ts';

/** version - trace-id - parent-id - flags; versions above 00 may have more behind. */
const FIELD = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;

/** @returns the trace-id; undefined: there is no valid one; `present` says whether there is a field at all */
export function readTrace(head: Head): { readonly id: string | undefined; readonly present: boolean } {
  const { fields, fieldCount } = head;
  let id: string | undefined;
  let count = 0;
  for (let slot = 0; slot < fieldCount * FIELD_WIDTH; slot += FIELD_WIDTH) {
    if (fields[slot] !== TRACEPARENT) continue;
    id = traceIdOf(head.text(fields[slot + 3]!, fields[slot + 4]!));
    count++;
  }
  return { id: count === 1 ? id : undefined, present: count > 0 };
}

/** @returns the trace-id of a valid traceparent value */
export function traceIdOf(value: string): string | undefined {
  const [, version, id = '', parent = '', more] = FIELD.exec(value) ?? [];
  const isValid =
    version !== undefined &&
    version !== 'ff' &&
    (version !== '00' || more === undefined) &&
    /[^0]/.test(id) &&
    /[^0]/.test(parent);
  return isValid ? id : undefined;
}

/** @returns a value for a new trace, sampled; @param random 0 <= random() < 1 */
export function newTraceparent(random: () => number): string {
  const word = (least: number): string =>
    Math.floor(least + random() * (2 ** 32 - least))
      .toString(16)
      .padStart(8, '0');
  // An id of zeros only means none.
  return `00-${word(1)}${word(0)}${word(0)}${word(0)}-${word(1)}${word(0)}-01`;
}
