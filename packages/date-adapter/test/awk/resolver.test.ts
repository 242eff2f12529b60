// What each variable is, by its uses; complaints about names are in the grammar's table.
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../../src/awk/parser.ts';

/** Every variable with its shape, those of functions as `f.x`. */
function shapes(text: string): string {
  const program = parseProgram([{ name: 'command line', text }], { posix: false });
  const locals = program.functions.flatMap((definition) =>
    definition.parameters.map(({ name, shape }) => `${definition.name}.${name}=${shape}`),
  );
  return [...program.globals.map(({ name, shape }) => `${name}=${shape}`), ...locals].join(' ');
}

const rows = [
  {
    name: 'by use',
    in: '{ a[1]; s = 2; delete d; 1 in m; for (k in l) print k }',
    out: 'a=array s=scalar d=array m=array k=scalar l=array',
  },
  {
    name: 'by builtins',
    in: '{ split(s, a, r, p); match(s, /x/, m); n = asort(a, b) }',
    out: 's=scalar a=array r=scalar p=array m=array n=scalar b=array',
  },
  { name: 'length says nothing', in: '{ length(x); length(y); y[1] }', out: 'x=scalar y=array' },
  { name: 'typeof says nothing', in: '{ typeof(x); isarray(y); y[1] }', out: 'x=untyped y=array' },
  {
    name: 'an argument becomes what the parameter is',
    in: '{ f(a, s) } function f(x, y) { x[1] = y "" }',
    out: 'a=array s=scalar f.x=array f.y=scalar',
  },
  {
    name: 'through several functions',
    in: '{ f(a) } function f(x) { g(x) } function g(y) { h(y) } function h(z) { z[1] }',
    out: 'a=array f.x=array g.y=array h.z=array',
  },
  {
    name: 'against the order of the text',
    in: 'function h(z) { z[1] } function g(y) { h(y) } function f(x) { g(x) } { f(a) }',
    out: 'a=array h.z=array g.y=array f.x=array',
  },
  {
    name: 'through recursion',
    in: '{ f(a, 1) } function f(x, n) { if (n > 9) return; x[n]; f(x, n + 1) }',
    out: 'a=array f.x=array f.n=scalar',
  },
  {
    name: 'through mutual recursion without any use',
    in: '{ f(a); a[1] } function f(x) { g(x) } function g(y) { f(y) }',
    out: 'a=array f.x=array g.y=array',
  },
  {
    name: 'down from the callers',
    in: '{ a[1]; f(a) } function f(x) { return g(x) } function g(y) { return length(y) }',
    out: 'a=array f.x=array g.y=array',
  },
  {
    name: 'scalars down from the callers',
    in: '{ f(1) } function f(x) { return g(x) } function g(y) { return length(y) }',
    out: 'f.x=scalar g.y=scalar',
  },
  {
    name: 'both from different callers',
    in: '{ a[1]; f(a); f(1) } function f(x) { return length(x) }',
    out: 'a=array f.x=untyped',
  },
  {
    name: 'a parameter used both ways',
    in: '{ f(a, 1); a[1]; f(b, 0) } function f(x, n) { if (n) x[1]; else x = 2 }',
    out: 'a=array b=untyped f.x=untyped f.n=scalar',
  },
  {
    name: 'a parameter that asks',
    in: '{ a[1]; f(a) } function f(x) { if (isarray(x)) for (k in x) f(x[k]); else print x }',
    out: 'a=array k=scalar f.x=untyped',
  },
  {
    name: 'locals that are not given',
    in: '{ f() } function f(i, t) { t[i = 1] }',
    out: 'f.i=scalar f.t=array',
  },
  {
    name: 'a local handed on to who makes an array of it',
    in: '{ f() } function f(t) { fill(t); t[1] } function fill(x) { x[1] }',
    out: 'f.t=array fill.x=array',
  },
  {
    name: 'a local handed on to who may',
    in: '{ f() } function f(t) { g(t) } function g(x) { if (isarray(x)) x[1]; else x = 1 }',
    out: 'f.t=untyped g.x=untyped',
  },
  {
    name: 'elements are scalars',
    in: '{ f(a[1]) } function f(x) { return length(x) }',
    out: 'a=array f.x=scalar',
  },
  {
    name: 'where arrays nest, elements may be arrays',
    in: '{ a[1][2]; f(a[1]) } function f(x) { return length(x) }',
    out: 'a=array f.x=untyped',
  },
  {
    name: 'an element handed to who wants an array',
    in: '{ f(a[1]) } function f(x) { x[1] }',
    out: 'a=array f.x=array',
  },
  {
    name: 'called by name',
    in: '{ g = "f"; @g(a) } function f(x) { return length(x) }',
    out: 'g=scalar a=untyped f.x=untyped',
  },
  {
    name: 'a parameter hides a global',
    in: '{ x[1]; f(2) } function f(x) { return x }',
    out: 'x=array f.x=scalar',
  },
  {
    name: 'a parameter hides a special variable',
    in: '{ f(2) } function f(NR) { NR[1] = 1 } '.replace('f(2)', 'f(q)'),
    out: 'q=array f.NR=array',
  },
  {
    name: 'getline and sub make scalars',
    in: '{ getline x; sub(/a/, "b", y); "c" | getline z }',
    out: 'x=scalar y=scalar z=scalar',
  },
  {
    name: 'only handed on, to nobody who cares',
    in: '{ f(x) } function f(y) { }',
    out: 'x=scalar f.y=scalar',
  },
];

describe('shapes', () => {
  test.each(rows)('$name', (row) => {
    expect(shapes(row.in)).toBe(row.out);
  });
});

describe('indexes', () => {
  test('globals by first mention, parameters by place, calls by definition', () => {
    const text = '{ b = g(1); a = 2 } function f(y, z) { return z } function g(x) { return f(x, b) }';
    const { globals, functions, rules } = parseProgram([{ name: 'command line', text }], { posix: false });
    expect(globals.map(({ name, index }) => [name, index])).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
    expect(functions[0]?.parameters.map(({ index }) => index)).toEqual([0, 1]);
    expect(rules[0]).toMatchObject({
      body: [{ expression: { value: { kind: 'call', name: 'g', index: 1 } } }, {}],
    });
  });

  test('references to a variable are one object', () => {
    const { globals, rules } = parseProgram([{ name: 'command line', text: 'x == x' }], { posix: false });
    const [rule] = rules;
    if (rule?.kind !== 'pattern' || rule.pattern?.kind !== 'comparison') throw new Error('no comparison');
    const { left, right } = rule.pattern;
    if (left.kind !== 'variable' || right.kind !== 'variable') throw new Error('no variables');
    expect(left.variable).toBe(globals[0]);
    expect(right.variable).toBe(globals[0]);
  });

  test('special variables have their place in the table', () => {
    const { specials } = parseProgram([{ name: 'command line', text: 'NR { print ENVIRON["x"] }' }], {
      posix: false,
    });
    expect(specials).toMatchObject([
      { name: 'NR', index: 8, shape: 'scalar' },
      { name: 'ENVIRON', index: 3, shape: 'array' },
    ]);
  });
});
