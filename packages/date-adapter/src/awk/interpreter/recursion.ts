// Whether a program's functions can call themselves, directly or through others. Then its depth is the data's matter,
// and it wants more stack than a process starts with. Pure; for the command awk. A call by name (gawk's @name) may
// reach any function.
import type { Program } from '../ast.ts';
import { rootsOf, walk } from '../walk.ts';

export function isRecursive(program: Program): boolean {
  const callees = program.functions.map((definition) => {
    const called = new Set<number>();
    walk(rootsOf(definition), (node) => {
      if (node.kind === 'call') called.add(node.index);
      else if (node.kind === 'indirectCall') program.functions.forEach(({ index }) => called.add(index));
    });
    return called;
  });
  return callees.some((_, start) => reaches(start, callees));
}

function reaches(start: number, callees: readonly ReadonlySet<number>[]): boolean {
  const seen = new Set<number>();
  const open = [...callees[start]!];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === start) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...callees[next]!);
  }
  return false;
}
