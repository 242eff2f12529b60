import { expect, test } from 'vitest';
import { dotOf } from '../../src/statsd/glob-graph.ts';
import { GlobTree } from '../../src/statsd/glob.ts';

test('each type leads to the segments of its rules', () => {
  const tree = new GlobTree<string>(true);
  tree.add('a.*', 0, undefined, 'any');
  tree.add('a.b', 1, 'gauge', 'gauges');
  expect(dotOf(tree)).toBe(`digraph g {
rankdir=LR
node [label="",shape=circle]
0 -> 1 [label="counter"];
1 -> 2 [label="a"];
2 -> 3 [label="*"];
3 [shape=doublecircle];
0 -> 4 [label="gauge"];
4 -> 5 [label="a"];
5 -> 6 [label="b"];
6 [shape=doublecircle];
5 -> 7 [label="*"];
7 [shape=doublecircle];
0 -> 8 [label="observer"];
8 -> 9 [label="a"];
9 -> 10 [label="*"];
10 [shape=doublecircle];
}
`);
});
