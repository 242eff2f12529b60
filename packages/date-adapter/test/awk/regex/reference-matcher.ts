// What a regular expression matches, said as plainly as it can be: from a place, the set of places where a match may
// end. Slow, and with nothing in common with the automaton; for random comparisons. Works on characters.

export type Reference =
  | { readonly is: 'one'; readonly source: string; readonly accepts: (character: string) => boolean }
  | {
      readonly is: 'place';
      readonly source: string;
      readonly holds: (text: readonly string[], at: number) => boolean;
    }
  | { readonly is: 'row' | 'choice'; readonly of: readonly Reference[] }
  | { readonly is: 'times'; readonly of: Reference; readonly min: number; readonly max: number };

export function sourceOf(reference: Reference): string {
  switch (reference.is) {
    case 'one':
    case 'place':
      return reference.source;
    case 'row':
      return reference.of
        .map((part) => (part.is === 'choice' ? `(${sourceOf(part)})` : sourceOf(part)))
        .join('');
    case 'choice':
      return reference.of.map(sourceOf).join('|');
    default:
      return `(${sourceOf(reference.of)})${quantifier(reference.min, reference.max)}`;
  }
}

function quantifier(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : min === max ? `{${min}}` : `{${min},${max}}`;
}

/** Where a match that begins at `at` may end. */
function ends(reference: Reference, text: readonly string[], at: number): Set<number> {
  switch (reference.is) {
    case 'one':
      return new Set(at < text.length && reference.accepts(text[at]!) ? [at + 1] : []);
    case 'place':
      return new Set(reference.holds(text, at) ? [at] : []);
    case 'choice':
      return new Set(reference.of.flatMap((option) => [...ends(option, text, at)]));
    case 'row':
      return reference.of.reduce((places, part) => afterAll(part, text, places), new Set([at]));
    default:
      return timesEnds(reference, text, at);
  }
}

function afterAll(part: Reference, text: readonly string[], places: Set<number>): Set<number> {
  return new Set([...places].flatMap((place) => [...ends(part, text, place)]));
}

function timesEnds(
  { of, min, max }: { of: Reference; min: number; max: number },
  text: readonly string[],
  at: number,
) {
  let places = new Set([at]);
  for (let count = 0; count < min; count++) places = afterAll(of, text, places);
  const all = new Set(places);
  for (let count = min; count < max && places.size > 0; count++) {
    places = new Set([...afterAll(of, text, places)].filter((place) => !all.has(place)));
    for (const place of places) all.add(place);
  }
  return all;
}

/** The leftmost-longest match that begins at `from` or later. */
export function referenceSpan(
  reference: Reference,
  text: readonly string[],
  from: number,
): [number, number] | undefined {
  for (let begin = from; begin <= text.length; begin++) {
    const found = ends(reference, text, begin);
    if (found.size > 0) return [begin, Math.max(...found)];
  }
  return undefined;
}
