// `$1`, `${1}` and the like in a rule's name and labels, filled with what the rule captured. Two dialects, as
// statsd_exporter has them: in a glob rule a reference is any run of word characters after `$`, in a regex rule Go's
// regexp.Expand, which also knows `$0`, `$$` and named groups. What refers to nothing is empty. Pure.

export type Captures = readonly (string | undefined)[];
type Piece = string | { readonly reference: string };

export type Template = (captures: Captures, groups?: Readonly<Record<string, string | undefined>>) => string;

/** `captures[0]` is the whole match; a glob cannot refer to it. */
export function compileTemplate(text: string, kind: 'glob' | 'regex'): Template {
  const pieces = kind === 'glob' ? globPieces(text) : expandPieces(text);
  const least = kind === 'glob' ? 1 : 0;
  if (pieces.every((piece) => typeof piece === 'string')) return () => pieces.join('');
  return (captures, groups = {}) => {
    let filled = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') filled += piece;
      else if (!/^\d+$/.test(piece.reference)) filled += groups[piece.reference] ?? '';
      else if (Number(piece.reference) >= least) filled += captures[Number(piece.reference)] ?? '';
    }
    return filled;
  };
}

const globPieces = (text: string): Piece[] => split(text, /\$\{?([A-Za-z0-9_$]+)\}?/g);
const expandPieces = (text: string): Piece[] =>
  split(text, /\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\}|(\$))/g);

function split(text: string, references: RegExp): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(references)) {
    const [all, bare, braced, dollar] = match;
    found.push(text.slice(from, match.index));
    found.push(dollar ?? { reference: bare ?? braced ?? '' });
    from = match.index + all.length;
  }
  found.push(text.slice(from));
  return found.filter((piece) => piece !== '');
}
