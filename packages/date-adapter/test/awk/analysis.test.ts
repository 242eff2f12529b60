import { describe, expect, test } from 'vitest';
import { type Analysis, analyze } from '../../src/awk/analysis.ts';
import { type Permission, refuseReaches } from '../../src/awk/analysis-reaches.ts';
import type { Program } from '../../src/awk/ast.ts';
import { parseProgram } from '../../src/awk/parser.ts';

function parse(text: string): Program {
  return parseProgram([{ name: 'command line', text }], { posix: false });
}

/** The facts that hold, by name; numbers with their value. */
function facts(object: Record<string, unknown>): string {
  return Object.entries(object)
    .filter(([, value]) => value !== false && value !== 0)
    .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`))
    .join(' ');
}

describe('fields', () => {
  const rows = [
    { in: 'BEGIN { x = 1 }', out: '' },
    { in: '{ print $1, $7, $9 }', out: 'highest=9' },
    { in: '{ print $3 "/" $2 }', out: 'highest=3' },
    { in: '{ print }', out: 'wholeRecord' },
    { in: '/a/', out: 'wholeRecord' },
    { in: '$2 == 1', out: 'highest=2 wholeRecord' },
    { in: '/a/ { n++ }', out: 'wholeRecord' },
    { in: '{ n++ }', out: '' },
    { in: 'length > 5 { n++ }', out: 'wholeRecord' },
    { in: '{ n = length($1) }', out: 'highest=1' },
    { in: '{ print $NF }', out: 'dynamic count wholeRecord' },
    { in: '{ print NF }', out: 'count' },
    { in: '{ NF = 2 }', out: 'count assignsField' },
    { in: '{ $2 = "" }', out: 'highest=2 assignsField' },
    { in: '{ $2 += 1 }', out: 'highest=2 assignsField' },
    { in: '{ $2++ }', out: 'highest=2 assignsField' },
    { in: '{ $0 = "a" }', out: 'wholeRecord assignsRecord' },
    { in: '{ $i = 1 }', out: 'dynamic wholeRecord assignsRecord assignsField' },
    { in: '{ sub(/a/, "b") }', out: 'wholeRecord assignsRecord' },
    { in: '{ gsub(/a/, "b", $4) }', out: 'highest=4 assignsField' },
    { in: '{ gsub(/a/, "b", x) }', out: '' },
    { in: '{ x = gensub(/a/, "b", "g", $5) }', out: 'highest=5' },
    { in: '{ getline }', out: 'assignsRecord' },
    { in: '{ getline x }', out: '' },
    { in: '{ getline $3 < "f" }', out: 'highest=3 assignsField' },
    { in: 'function f(x) { return $x } { f(2) }', out: 'dynamic wholeRecord' },
    { in: '{ split($2, a, / /); print a[1] }', out: 'highest=2' },
    { in: 'END { print $4 }', out: 'highest=4' },
  ];
  test.each(rows)('$in', (row) => {
    expect(facts({ ...analyze(parse(row.in)).fields })).toBe(row.out);
  });
});

function names(of: (analysis: Analysis) => ReadonlySet<string>, text: string): string {
  return [...of(analyze(parse(text)))].join(' ');
}

describe('special variables', () => {
  const rows = [
    { in: 'BEGIN { FS = ":" }', reads: '', assigns: 'FS', late: '' },
    { in: '{ FS = ":" }', reads: '', assigns: 'FS', late: 'FS' },
    { in: 'function f() { RS = "" } BEGIN { f() }', reads: '', assigns: 'RS', late: 'RS' },
    { in: '{ NR += 1 }', reads: 'NR', assigns: 'NR', late: 'NR' },
    { in: '{ print NR, OFS }', reads: 'NR OFS', assigns: '', late: '' },
    {
      in: 'BEGIN { ARGV[1] = ""; delete ARGV[2]; x = ENVIRON["y"] }',
      reads: 'ARGV ENVIRON',
      assigns: 'ARGV',
      late: '',
    },
    { in: 'BEGIN { split("a b", ARGV) }', reads: 'ARGV', assigns: 'ARGV', late: '' },
    { in: 'BEGIN { f(ENVIRON) } function f(a) { a[1] = 2 }', reads: 'ENVIRON', assigns: 'ENVIRON', late: '' },
    { in: '{ "date" | getline NF; sub(/a/, "b", OFS) }', reads: 'OFS', assigns: 'NF OFS', late: 'NF OFS' },
  ];
  test.each(rows)('$in', (row) => {
    expect(names(({ reads }) => reads, row.in)).toBe(row.reads);
    expect(names(({ assigns }) => assigns, row.in)).toBe(row.assigns);
    expect(names(({ assignsLate }) => assignsLate, row.in)).toBe(row.late);
  });
});

describe('numeric variables', () => {
  const rows = [
    { in: '{ n++; s += $1; t = n * 2; u = t }', out: 'n s t u' },
    { in: '{ n = 1; n = "a" }', out: '' },
    { in: '{ n = m; m = "a" }', out: '' },
    { in: '{ n = m; m = n }', out: 'n m' },
    { in: '{ n = $1; f2 = "x" 1 }', out: '' },
    { in: '{ n = x ? 1 : 2; o = x ? 1 : "b" }', out: 'n x' },
    { in: '{ for (k in a) n = a[k] }', out: '' },
    { in: '{ for (i = 0; i < 5; i++) x = i }', out: 'i x' },
    { in: '{ getline x; n = getline; sub(/a/, "b", y) }', out: 'n' },
    { in: '{ n = length($1) + index($2, "a"); s = substr($1, 2); t = toupper(s) }', out: 'n' },
    {
      in: '{ n = f(3); m = g(1) } function f(x) { return x * 2 } function g(y) { return y "a" }',
      out: 'n x y',
    },
    { in: '{ f($1) } function f(x, i) { i = 1; return x }', out: 'i' },
    { in: '{ f(1) } function f(x) { if (x) return f(x - 1); return 0 }', out: 'x' },
    { in: '{ f(1) } function f(x) { x = "a" }', out: '' },
    { in: '{ f(n = 1) } function f(x) { }', out: 'n x' },
    { in: '{ g = "f"; n = 1; @g("a") } function f(x) { }', out: 'n' },
    { in: '{ asort(a, b, "f"); f(1, 2) } function f(x, y) { }', out: '' },
    { in: '{ n = 1; SYMTAB["n"] = "a" }', out: '' },
    { in: '{ NR = 2; n = NR }', out: '' },
    { in: '{ n = m = 3; o = (p = "a") }', out: 'n m' },
    { in: '{ n = $1 ~ /a/ && !x; o = -$1; p = +$2; q = 1 in a }', out: 'n x o p q' },
    { in: '{ n = m += 1; m = o-- }', out: 'n m o' },
  ];
  test.each(rows)('$in', (row) => {
    expect([...analyze(parse(row.in)).numeric].map(({ name }) => name).join(' ')).toBe(row.out);
  });
});

describe('functions', () => {
  const text = [
    'BEGIN { b() } { r() }',
    'function b() { helper() } function helper() { return 1 }',
    'function r(n) { skip(); r(n - 1) } function skip() { next } function even() { odd() } function odd() { even() }',
  ].join('\n');

  test('which leave the record, which run outside of records, which recur', () => {
    const program = parse(text);
    const analysis = analyze(program);
    const named = (indexes: ReadonlySet<number>): string =>
      program.functions
        .filter(({ index }) => indexes.has(index))
        .map(({ name }) => name)
        .join(' ');
    expect(named(analysis.leavesRecord)).toBe('r skip');
    expect(named(analysis.calledOutsideRecords)).toBe('b helper');
    expect(named(analysis.recursive)).toBe('r even odd');
  });

  test('a call by name may call any', () => {
    const analysis = analyze(parse('{ @f() } function g() { next } function h() { @f() }'));
    expect(analysis).toMatchObject({ callsIndirectly: true });
    expect([...analysis.calledOutsideRecords]).toEqual([0, 1]);
    expect([...analysis.leavesRecord]).toEqual([0, 1]);
    expect([...analysis.recursive]).toEqual([1]);
  });
});

describe('input', () => {
  const rows = [
    { in: 'BEGIN { x }', reads: false, getline: '' },
    { in: 'BEGIN { getline }', reads: true, getline: 'input' },
    { in: 'BEGIN { getline < "f"; "c" | getline }', reads: false, getline: 'file command' },
    { in: 'END { x }', reads: true, getline: '' },
    { in: '{ x }', reads: true, getline: '' },
    { in: 'BEGINFILE { x }', reads: true, getline: '' },
  ];
  test.each(rows)('$in', (row) => {
    const analysis = analyze(parse(row.in));
    expect(analysis.readsRecords).toBe(row.reads);
    expect(facts({ ...analysis.getline })).toBe(row.getline);
  });
});

describe('reaches', () => {
  const rows = [
    { in: '{ system("ls") }', out: 'exec 1:3 system() ls' },
    { in: '{ print | "sort" }', out: 'exec 1:9 print | command sort' },
    { in: '{ "date" | getline }', out: 'exec 1:12 command | getline date' },
    { in: '{ print > "f" }', out: 'write 1:9 print > file f' },
    { in: '{ printf("a") >> $1 }', out: 'write 1:15 printf >> file ?' },
    { in: '{ getline x < "f" }', out: 'read 1:3 getline < file f' },
    { in: '{ print > "/dev/stderr"; print > "/dev/stdout"; print > "-"; getline < "-" }', out: '' },
    { in: '{ print > ("/dev/" "stderr") }', out: 'write 1:9 print > file ?' },
    { in: '{ print | "cat 1>&2" }', out: 'exec 1:9 print | command cat 1>&2' },
    { in: '{ @f(1) }', out: 'exec 1:3 @f() of any function ?' },
    {
      in: 'function f() { system(x) } { getline < y }',
      out: 'exec 1:16 system() ?, read 1:30 getline < file ?',
    },
    { in: '{ print $1; close("x"); fflush() }', out: '' },
    { in: 'BEGIN { ARGV[1] = "f"; ARGC = 2 } 1', out: 'read 1:13 ARGV as a list of files to read ?' },
    { in: 'BEGIN { split("f", ARGV) } 1', out: 'read 1:20 ARGV as a list of files to read ?' },
    {
      in: 'BEGIN { "x" in ARGV; x = ARGV[1]; ENVIRON["A"] = 1; split(ARGV[1], p); delete ARGV[1] } 1',
      out: '',
    },
    {
      in: '{ print > "/dev/fd/3"; print > "/inet/tcp/0/h/1" }',
      out: 'write 1:9 print > file /dev/fd/3, write 1:30 print > file /inet/tcp/0/h/1',
    },
  ];
  test.each(rows)('$in', (row) => {
    const program = parse(row.in);
    const said = analyze(program).reaches.map(({ permission, at, what, name }) => {
      const { line, column } = program.source.locate(at);
      return `${permission} ${line}:${column} ${what} ${name ?? '?'}`;
    });
    expect(said.join(', ')).toBe(row.out);
  });

  const refusals: { in: string; allowed: Permission[]; out: string }[] = [
    { in: '{ print > "f" }', allowed: [], out: 'print > file is not allowed here; --allow write permits it' },
    { in: '{ print > "f" }', allowed: ['write'], out: '' },
    {
      in: '{ print > "f"\nsystem("x") }',
      allowed: ['write'],
      out: 'command line:2:1: system() is not allowed here',
    },
    { in: '{ getline < "f" }', allowed: ['exec', 'write'], out: '--allow read permits it' },
  ];
  test.each(refusals)('with $allowed: $in', (row) => {
    expect(refusal(parse(row.in), new Set(row.allowed))).toMatch(row.out === '' ? /^$/ : row.out);
  });
});

function refusal(program: Program, allowed: ReadonlySet<Permission>): string {
  try {
    refuseReaches(program, allowed);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'no error';
  }
}
