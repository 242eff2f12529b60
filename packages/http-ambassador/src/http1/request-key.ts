// What tells one client, user or thing from another: a text taken from a request, for the hash ring and for rate
// limits. Not for the common path: a named field is looked for among all.
import { equals } from './octets.ts';
import { FIELD_WIDTH, type Head } from './head.ts';
import type { Target } from './target.ts';

export type KeySource =
  | { readonly kind: 'client' | 'path' | 'all' }
  | { readonly kind: 'header' | 'cookie'; /** A header's in lower case. */ readonly name: string };

const SOURCE = /^(?:(client|path|all)|(header|cookie)[ :]\s*([!#$%&'*+.^_`|~\w-]+))$/;

/** @param text `client`, `path`, `all`, `header Name` or `cookie name`. @returns undefined when it is none of these */
export function parseKeySource(text: string): KeySource | undefined {
  const [, alone, kind, name = ''] = SOURCE.exec(text) ?? [];
  if (alone === 'client' || alone === 'path' || alone === 'all') return { kind: alone };
  if (kind === 'header') return { kind, name: name.toLowerCase() };
  return kind === 'cookie' ? { kind, name } : undefined;
}

/** @param from address of the client. @returns undefined: this request has no such thing */
export function requestKey(head: Head, target: Target, source: KeySource, from: string): string | undefined {
  switch (source.kind) {
    case 'client':
      return from;
    case 'path':
      return head.text(target.pathStart, target.pathEnd).split('?', 1)[0];
    case 'header':
      return fieldValue(head, source.name);
    case 'cookie':
      return cookieValue(head, source.name);
    default:
      return '';
  }
}

/** @param name in lower case. @returns the value of the first such field; undefined: there is none */
export function fieldValue(head: Head, name: string): string | undefined {
  const { bytes, fields, fieldCount } = head;
  for (let slot = 0; slot < fieldCount * FIELD_WIDTH; slot += FIELD_WIDTH) {
    if (equals(bytes, fields[slot + 1]!, fields[slot + 2]!, name))
      return head.text(fields[slot + 3]!, fields[slot + 4]!);
  }
  return undefined;
}

/** As it is written (RFC 6265 section 5.4); of two with one name the first. */
function cookieValue(head: Head, name: string): string | undefined {
  const pairs = fieldValue(head, 'cookie')?.split(/; */) ?? [];
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
