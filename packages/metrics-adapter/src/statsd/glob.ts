// Glob rules as one tree of name segments: a literal or `*` (exactly one segment) leads on. A lookup walks no more nodes
// than the rules have segments, whatever the name. With ordering the first rule of the file wins; without, the most
// specific: at each segment a literal before a star, stepping back where that leads nowhere. Pure.
import type { SampleType } from './line.ts';

export type GlobNode<Rule> = {
  readonly literals: Map<string, GlobNode<Rule>>;
  star: GlobNode<Rule> | undefined;
  /** Rules that end here, in the order of the file. */
  readonly rules: { readonly rule: Rule; readonly index: number; readonly type: SampleType | undefined }[];
};

export type GlobMatch<Rule> = { readonly rule: Rule; readonly captures: readonly string[] };

export class GlobTree<Rule> {
  readonly root: GlobNode<Rule> = newNode();
  readonly #ordered: boolean;

  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  add(glob: string, index: number, type: SampleType | undefined, rule: Rule): void {
    let node = this.root;
    for (const segment of glob.split('.')) {
      if (segment === '*') node = node.star ??= newNode();
      else {
        const next: GlobNode<Rule> = node.literals.get(segment) ?? newNode();
        node.literals.set(segment, next);
        node = next;
      }
    }
    node.rules.push({ rule, index, type });
  }

  /** `captures[0]` is the name, then what each star stood for. */
  match(name: string, type: SampleType): GlobMatch<Rule> | undefined {
    const segments = name.split('.');
    let best: { rule: Rule; index: number; stars: readonly number[] } | undefined;
    const walk = (node: GlobNode<Rule>, depth: number, stars: readonly number[]): boolean => {
      if (depth === segments.length) {
        const ending = node.rules.find((each) => each.type === undefined || each.type === type);
        if (ending === undefined || (best !== undefined && best.index < ending.index)) return false;
        best = { rule: ending.rule, index: ending.index, stars };
        return !this.#ordered;
      }
      const literal = node.literals.get(segments[depth]!);
      if (literal !== undefined && walk(literal, depth + 1, stars)) return true;
      return node.star !== undefined && walk(node.star, depth + 1, [...stars, depth]);
    };
    walk(this.root, 0, []);
    if (best === undefined) return undefined;
    return { rule: best.rule, captures: [name, ...best.stars.map((depth) => segments[depth]!)] };
  }
}

function newNode<Rule>(): GlobNode<Rule> {
  return { literals: new Map(), star: undefined, rules: [] };
}
