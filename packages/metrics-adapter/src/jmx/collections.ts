// The collections of java.util as they are serialized: most write their elements as an annotation, wrappers keep the
// wrapped one in a field. For replies (names, attribute lists) and for values that hold collections.

import { JavaArray, JavaObject, type JavaValue } from '../jser/java-value.ts';

/** Fields in which java.util's views and wrappers keep what they show. */
const WRAPPED = ['c', 'list', 'a', 'm', 'sm', 'ss', 's', 'map'];
/** Wrappers of wrappers end; a hostile stream may wrap a list in itself. */
const MAX_WRAPPERS = 8;

/** The elements of a list or set; empty for what is none. */
export function elementsOf(value: JavaValue | undefined): readonly JavaValue[] {
  const held = unwrapped(value);
  if (held instanceof JavaArray) return held.values;
  return held === undefined ? [] : written(held);
}

/** The entries of a map: HashMap, TreeMap, LinkedHashMap, ConcurrentHashMap and whatever else alternates. */
export function entriesOf(value: JavaValue | undefined): [key: JavaValue, value: JavaValue][] {
  const held = unwrapped(value);
  const flat = held instanceof JavaObject ? written(held) : [];
  const entries: [JavaValue, JavaValue][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) entries.push([flat[i] ?? null, flat[i + 1] ?? null]);
  return held?.desc.is('java.util.concurrent.ConcurrentHashMap') ? untilNull(entries) : entries;
}

function unwrapped(value: JavaValue | undefined): JavaObject | JavaArray | undefined {
  let at = value;
  for (let depth = 0; depth < MAX_WRAPPERS; depth++) {
    if (at instanceof JavaArray) return at;
    if (!(at instanceof JavaObject)) return undefined;
    if (written(at).length > 0) return at;
    const { desc } = at;
    const inner: string | undefined = WRAPPED.find((name) => desc.indexOf(name) >= 0);
    if (inner === undefined) return at;
    at = at.field(inner);
  }
  return undefined;
}

/** Objects of all annotations; block data holds sizes, which the objects tell as well. */
function written(object: JavaObject): JavaValue[] {
  return (object.annotations ?? []).flatMap(({ contents }) =>
    contents.filter((one) => !Buffer.isBuffer(one)),
  );
}

/** ConcurrentHashMap ends with two nulls. */
function untilNull(entries: [JavaValue, JavaValue][]): [JavaValue, JavaValue][] {
  const end = entries.findIndex(([key]) => key === null);
  return end < 0 ? entries : entries.slice(0, end);
}
