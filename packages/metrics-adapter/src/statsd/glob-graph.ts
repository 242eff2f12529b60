// The tree of glob rules as a graph in Graphviz' DOT language, for --debug.dump-fsm: from the start to each type of sample that
// has rules, then segment by segment; a double circle is where a rule ends. Pure.
import type { GlobNode, GlobTree } from './glob.ts';
import type { SampleType } from './line.ts';

const TYPES: readonly SampleType[] = ['counter', 'gauge', 'observer'];

export function dotOf<Rule>(tree: GlobTree<Rule>): string {
  const lines = ['digraph g {', 'rankdir=LR', 'node [label="",shape=circle]'];
  let last = 0;
  const walk = (node: GlobNode<Rule>, from: number, type: SampleType): void => {
    for (const [segment, next] of childrenOf(node)) {
      if (!leadsTo(next, type)) continue;
      const state = ++last;
      lines.push(`${from} -> ${state} [label="${segment}"];`);
      if (endsFor(next, type)) lines.push(`${state} [shape=doublecircle];`);
      walk(next, state, type);
    }
  };
  for (const type of TYPES) {
    const state = ++last;
    lines.push(`0 -> ${state} [label="${type}"];`);
    walk(tree.root, state, type);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

const childrenOf = <Rule>({ literals, star }: GlobNode<Rule>): [string, GlobNode<Rule>][] => [
  ...literals,
  ...(star === undefined ? [] : [['*', star] satisfies [string, GlobNode<Rule>]]),
];

const endsFor = <Rule>({ rules }: GlobNode<Rule>, type: SampleType): boolean =>
  rules.some((rule) => rule.type === undefined || rule.type === type);

const leadsTo = <Rule>(node: GlobNode<Rule>, type: SampleType): boolean =>
  endsFor(node, type) || childrenOf(node).some(([, next]) => leadsTo(next, type));
