// Whether a rule's match can depend on the number at the end of the text it is matched against, so that its result may
// be kept from scrape to scrape. For rule.ts. Errs on the safe side only: false means "not proven".
// The proof. The text is `prefix: V`, with V a number or boolean in Java's spelling. Take the last character of the
// pattern that every match must contain and that no V has, the anchor. Up to it a match lies before V. If what
// follows the anchor cannot take a colon, the match ends before V, too, as ": " is between; the same when the anchor
// is that colon or blank and nothing follows. Then V has no part in whether, where and with which groups it matches.

/** Characters of Java's numbers and booleans: 1.0E-5, NaN, Infinity, true, false. */
const VALUE = new Set('0123456789.E+-NaInfinitytruefals');

type Atom = {
  /** The character that it always is, or undefined. */
  readonly literal: string | undefined;
  readonly mandatory: boolean;
  readonly takesColon: boolean;
};

export type Independence = {
  readonly independent: boolean;
  /** A text that must be in `prefix: ` for the rule to match, when one is known. */
  readonly needs: string | undefined;
};

/** `source` is a JavaScript pattern; `groupsUsed`: whether the rule's texts refer to its groups. */
export function independence(source: string, groupsUsed: boolean): Independence {
  const atoms = parse(source);
  if (atoms === undefined) return { independent: false, needs: undefined };
  const needs = longestNeed(atoms);
  if (!groupsUsed && atoms.every((atom) => !atom.mandatory)) return { independent: true, needs };
  const anchor = atoms.findLastIndex((atom) => atom.mandatory && isAnchor(atom.literal));
  const after = atoms.slice(anchor + 1);
  const boundary = /[: ]/.test(atoms[anchor]?.literal ?? '');
  const independent =
    anchor >= 0 && (boundary ? after.length === 0 : after.every((atom) => !atom.takesColon));
  return { independent, needs };
}

const isAnchor = (literal: string | undefined): boolean => literal !== undefined && !VALUE.has(literal);

/** The longest run of mandatory characters, cut after its last anchor: all of that lies before V. */
function longestNeed(atoms: readonly Atom[]): string | undefined {
  let best = '';
  let run = '';
  for (const atom of atoms) {
    run = atom.mandatory && atom.literal !== undefined ? run + atom.literal : '';
    const need = isAnchor(atom.literal) ? run : '';
    if (need.length > best.length) best = need;
  }
  return best || undefined;
}

/** The concatenation on the top level; undefined for anything this small reader does not know. */
function parse(source: string): Atom[] | undefined {
  const atoms: Atom[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const read = readAtom(rest);
    if (read === undefined) return undefined;
    at += read.length;
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(source.slice(at))?.[0] ?? '';
    at += quantifier.length;
    const optional = /^(?:[*?]|\{0[,}])/.test(quantifier);
    const once = quantifier === '';
    for (const atom of read.atoms) {
      atoms.push({
        ...atom,
        mandatory: atom.mandatory && !optional,
        literal: once ? atom.literal : undefined,
      });
    }
    // One repetition at least: its last characters are still mandatory, but not in one run with what is around.
  }
  return atoms;
}

function readAtom(rest: string): { length: number; atoms: Atom[] } | undefined {
  const first = rest[0] ?? '';
  if (first === '(') return readGroup(rest);
  if (first === '[') {
    const whole = /^\[\^?(?:\\.|[^\]\\])*\]/s.exec(rest)?.[0];
    return whole === undefined
      ? undefined
      : single(whole.length, undefined, new RegExp(`^${whole}$`).test(':'));
  }
  if (first === '\\') return readEscape(rest);
  if ('^$|)*+?{'.includes(first)) return undefined;
  return single(1, first === '.' ? undefined : first, first === '.' || first === ':');
}

function readEscape(rest: string): { length: number; atoms: Atom[] } | undefined {
  const letter = rest[1] ?? '';
  if ('wds'.includes(letter)) return single(2, undefined, false);
  if ('WDS'.includes(letter)) return single(2, undefined, true);
  if (/[a-zA-Z0-9]/.test(letter)) return undefined;
  return single(2, letter, letter === ':');
}

/** A plain group is its content; with alternatives in it, it is something that may take a colon when one of them may. */
function readGroup(rest: string): { length: number; atoms: Atom[] } | undefined {
  const head = /^\((?:\?:|\?<[a-zA-Z]\w*>|(?!\?))/.exec(rest)?.[0];
  const end = closing(rest);
  if (head === undefined || end < 0) return undefined;
  const alternatives = topLevel(rest.slice(head.length, end));
  const parsed = alternatives.map((one) => parse(one));
  if (parsed.includes(undefined)) return undefined;
  const [only = []] = parsed;
  if (parsed.length === 1) return { length: end + 1, atoms: only };
  const takesColon = parsed.some((atoms) => atoms?.some((atom) => atom.takesColon) === true);
  const mandatory = parsed.every((atoms) => atoms?.some((atom) => atom.mandatory) === true);
  return { length: end + 1, atoms: [{ literal: undefined, mandatory, takesColon }] };
}

function single(
  length: number,
  literal: string | undefined,
  takesColon: boolean,
): { length: number; atoms: Atom[] } {
  return { length, atoms: [{ literal, mandatory: true, takesColon }] };
}

/** Where the group that begins `text` ends; -1 when it does not. */
function closing(text: string): number {
  let depth = 0;
  for (const { index, character } of outsideClasses(text)) {
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return index;
  }
  return -1;
}

/** The alternatives of a group's content. */
function topLevel(text: string): string[] {
  const alternatives: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { index, character } of outsideClasses(text)) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character !== '|' || depth > 0) continue;
    alternatives.push(text.slice(from, index));
    from = index + 1;
  }
  return [...alternatives, text.slice(from)];
}

/** The characters with a meaning: neither escaped nor in a class. */
function* outsideClasses(text: string): Generator<{ index: number; character: string }> {
  let inClass = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '\\') index++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (!inClass) yield { index, character };
  }
}
