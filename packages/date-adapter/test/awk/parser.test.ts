// The grammar by its table: what is a program, and which tree it is. Whether the peers agree is e2e/awk-grammar.
import { describe, expect, test } from 'vitest';
import type { Program } from '../../src/awk/ast.ts';
import { parseProgram } from '../../src/awk/parser.ts';
import { SourceError } from '../../src/awk/source-error.ts';
import { ACTIONS, PATTERNS, PROGRAMS, type Row } from './grammar-table.ts';
import { expressionText, programText, statementText } from './s-expression.ts';

function parse(text: string, posix = false): Program {
  return parseProgram([{ name: 'command line', text }], { posix });
}

/** The tree, or the complaint with its place. */
function outcome(text: string, show: (program: Program) => string, posix = false): string {
  try {
    return show(parse(text, posix));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return `! ${error.place.line}:${error.place.column} ${error.what}`;
  }
}

function patternText(program: Program): string {
  const [rule] = program.rules;
  if (rule?.kind !== 'pattern' || rule.pattern === undefined || rule.body !== undefined)
    return programText(program);
  return expressionText(rule.pattern);
}

function actionText(program: Program): string {
  const [rule] = program.rules;
  return rule?.body?.map(statementText).join(' ') ?? programText(program);
}

const sections: readonly (readonly [string, readonly Row[], (text: string) => string])[] = [
  ['patterns', PATTERNS, (text) => outcome(text, patternText)],
  ['actions', ACTIONS, (text) => outcome(`{ ${text} }`, actionText)],
  ['programs', PROGRAMS, (text) => outcome(text, programText)],
];

describe.each(sections)('%s', (_, rows, tree) => {
  test.each(rows.map((row) => ({ ...row, name: JSON.stringify(row.in) })))('$name', (row) => {
    expect(tree(row.in)).toBe(row.out);
  });

  test('the same with carriage returns before the newlines', () => {
    const multiline = rows.filter((row) => row.in.includes('\n') && !/["/\\!]/.test(row.in + row.out));
    const trees = multiline.map((row) => tree(row.in.replaceAll('\n', '\r\n')));
    expect(trees).toEqual(multiline.map((row) => row.out));
  });
});

describe('posix', () => {
  const rows = [
    { in: '0x1F', out: '(. 0 x1F)' },
    { in: 'a < b < c', out: '! 1:7 comparisons do not associate: parentheses are needed' },
    { in: '(a < b) < c', out: '(< (< a b) c)' },
    { in: 'and(1, 2)', out: '! 1:1 function and is not defined' },
    { in: 'RT FPAT', out: '(. RT FPAT)' },
    { in: 'json("a")', out: '! 1:1 function json is not defined' },
    { in: 'now("a")', out: '! 1:1 function now is not defined' },
    { in: 'switch (x)', out: '(. switch x)' },
    { in: 'length(a)', out: '(length a)' },
    { in: '"\\u41"', out: '"u41"' },
  ];
  test.each(rows)('$in', (row) => {
    expect(outcome(row.in, patternText, true)).toBe(row.out);
  });

  test('gawk’s variables are ordinary', () => {
    expect(parse('RT RS', true).globals.map(({ name }) => name)).toEqual(['RT']);
    expect(parse('RT RS').globals).toEqual([]);
    expect(parse('RT RS').specials.map(({ name }) => name)).toEqual(['RT', 'RS']);
  });

  test('names of functions and special variables are no parameters', () => {
    expect(outcome('function f(g) {} function g() {}', programText, true)).toContain('! 1:10');
    expect(outcome('function f(NR) {}', programText, true)).toContain('! 1:12');
  });
});

describe('places', () => {
  test('an operator is where its sign is, everything else where it begins', () => {
    const program = parse('abc  +  f(1)\nfunction f(x) {\n  return x }');
    const [rule] = program.rules;
    if (rule?.kind !== 'pattern' || rule.pattern?.kind !== 'arithmetic') throw new Error('no sum');
    expect([rule.at, rule.pattern.at, rule.pattern.left.at, rule.pattern.right.at]).toEqual([0, 5, 0, 8]);
    expect(program.functions[0]?.at).toBe(22);
    expect(program.functions[0]?.body[0]?.at).toBe(31);
  });

  test('in the file they are in', () => {
    const sources = [
      { name: 'one.awk', text: 'BEGIN { x = 1 }' },
      { name: 'two.awk', text: '\n{ y = ) }\n' },
    ];
    expect(() => parseProgram(sources, { posix: false })).toThrow(
      'two.awk:2:7: ) where an expression is expected\n{ y = ) }\n      ^',
    );
  });

  test('two files are one program', () => {
    const sources = [
      { name: 'one.awk', text: '{ f(x) }' },
      { name: 'two.awk', text: 'function f(a) { a[1] }' },
    ];
    const program = parseProgram(sources, { posix: false });
    expect(program.globals).toMatchObject([{ name: 'x', shape: 'array' }]);
  });
});

describe('depth', () => {
  const deep: Record<string, (levels: number) => string> = {
    parentheses: (n) => `BEGIN { x = ${'('.repeat(n)}1${')'.repeat(n)} }`,
    printed: (n) => `BEGIN { print ${'('.repeat(n)}1${')'.repeat(n)} }`,
    subscripts: (n) => `BEGIN { x = ${'a['.repeat(n)}1${']'.repeat(n)} }`,
    calls: (n) => `function f(x) { } BEGIN { ${'f('.repeat(n)}1${')'.repeat(n)} }`,
    builtins: (n) => `BEGIN { ${'int('.repeat(n)}1${')'.repeat(n)} }`,
    dollars: (n) => `{ x = ${'$'.repeat(n)}1 }`,
    signs: (n) => `{ x = ${'- '.repeat(n)}1 }`,
    powers: (n) => `{ x = ${'2^'.repeat(n)}1 }`,
    sums: (n) => `{ x = ${'1+'.repeat(n)}1 }`,
    conditionals: (n) => `{ x = ${'a?b:'.repeat(n)}c }`,
    assignments: (n) => `{ ${'x='.repeat(n)}1 }`,
    getlines: (n) => `{ x = ${'getline<'.repeat(n)}1 }`,
    blocks: (n) => `${'{'.repeat(n)}${'}'.repeat(n)}`,
    elses: (n) => `{ ${'if(x)y;else '.repeat(n)}z }`,
    loops: (n) => `{ ${'for(;;)'.repeat(n)}z }`,
    switches: (n) => `{ ${'switch(x){case 1:'.repeat(n)}${'}'.repeat(n)} }`,
  };

  test.each(Object.keys(deep))('%s: 400 levels are fine, 20000 an error', (name) => {
    const program = deep[name];
    if (program === undefined) throw new Error(name);
    expect(() => parse(program(400))).not.toThrow();
    expect(() => parse(program(20_000))).toThrow('more than 1000 levels of nesting');
  });

  test('a long concatenation is not deep', () => {
    expect(() => parse(`{ x = ${'a '.repeat(20_000)} }`)).not.toThrow();
    expect(() => parse('{ x = 1 }\n'.repeat(20_000))).not.toThrow();
  });
});
