// Whether an ObjectName fits an ObjectName pattern, as a target decides it: for telling a user which of the patterns in
// a file a bean falls under, without asking the target again. Pure. Rules: javax.management.ObjectName.apply.

import { parseBeanName } from './rules/bean-name.ts';

/** `*` and `?` in the domain and in values; `,*` or `*` as a property: whatever others there are. */
export function fitsPattern(name: string, pattern: string): boolean {
  const bean = parseBeanName(name);
  const colon = pattern.indexOf(':');
  if (colon < 0 || !fitsWildcards(bean.domain, pattern.slice(0, colon) || '*')) return false;
  const wanted = propertiesOf(pattern.slice(colon + 1));
  const isOpen = wanted.delete('*');
  if (!isOpen && wanted.size !== bean.properties.size) return false;
  return [...wanted].every(([key, value]) => {
    const own = bean.properties.get(key);
    return own !== undefined && fitsWildcards(own, value);
  });
}

function propertiesOf(text: string): Map<string, string> {
  const pairs = text.matchAll(/([^,=]+)(?:=("(?:[^\\"]|\\.)*"|[^,]*))?(?:,|$)/gs);
  return new Map(Array.from(pairs, ([, key = '', value = '']) => [key, value]));
}

function fitsWildcards(text: string, pattern: string): boolean {
  const source = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, (one) =>
    one === '*' ? '.*' : one === '?' ? '.' : `\\${one}`,
  );
  return new RegExp(`^${source}$`, 's').test(text);
}
