// gawk's namespaces ("Namespaces" of its manual): `space::name` is a name of its own, `awk::name` the plain name. Behind
// `@namespace "space"` a plain name means `space::name`, but for words and functions of awk and for names in capitals,
// as those of its variables are. For the lexer. Pure.
import { findBuiltin } from './builtins.ts';
import { keywords } from './tokens.ts';

const NAME = /^[A-Za-z_]\w*$/;
const CAPITALS = /^[A-Z]+$/;
/** Words only in their places, so the lexer calls them names. */
const WORDS_IN_PLACES: ReadonlySet<string> = new Set(['case', 'default', 'func', 'switch']);

/** A name as it is written, `space::name` or `name`. */
export const WRITTEN_NAME = /[A-Za-z_]\w*(?:::[A-Za-z_]\w*)?/y;

export function isNamespace(word: string): boolean {
  return NAME.test(word) && !isReserved(word);
}

/**
 * What a written name means where this namespace is in force.
 * @returns undefined when one of its halves is a word or a POSIX function of awk
 */
export function qualify(written: string, namespace: string | undefined): string | undefined {
  const [space = '', name] = written.split('::');
  if (name !== undefined) {
    if (isReserved(space) || isReserved(name)) return undefined;
    return space === 'awk' ? name : written;
  }
  const isPlain = namespace === undefined || namespace === 'awk';
  return isPlain || CAPITALS.test(written) || isReserved(written) ? written : `${namespace}::${written}`;
}

function isReserved(word: string): boolean {
  return keywords.has(word) || WORDS_IN_PLACES.has(word) || findBuiltin(word, true) !== undefined;
}
