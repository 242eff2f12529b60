// Whole programs in memory. The conformance table has the language; here is what it cannot see: chunks of every size,
// faults with their place, files and arrays of the interpreter's own making.
import { describe, expect, test } from 'vitest';
import {
  type InitialAssignment,
  ProgramError,
  runProgram,
} from '../../../src/awk/interpreter/interpreter.ts';
import { parseProgram } from '../../../src/awk/parser.ts';
import { type MemoryFiles, MemoryWorld } from './memory-world.ts';

type Case = {
  name: string;
  in: string;
  out: string;
  stdin?: string;
  files?: MemoryFiles;
  operands?: readonly string[];
  assignments?: readonly InitialAssignment[];
  environment?: Readonly<Record<string, string>>;
  status?: number;
  posix?: boolean;
  csv?: boolean;
  bytes?: boolean;
};

function run(
  one: Omit<Case, 'name' | 'out'>,
  chunkBytes?: number,
): { out: Uint8Array; status: number; world: MemoryWorld } {
  const program = parseProgram([{ name: 'test.awk', text: one.in }], { posix: one.posix ?? false });
  const world = new MemoryWorld({ ...one, ...(chunkBytes === undefined ? {} : { chunkBytes }) });
  const options = { utf8: one.bytes !== true, csv: one.csv ?? false };
  const status = runProgram(program, world, one.assignments ?? [], options);
  return { out: world.stdout.bytes, status, world };
}

const table: Case[] = [
  { name: 'fields', in: '{ print $2, NF }', stdin: ' a  b\tc \n\nx\n', out: 'b 3\n 0\n 1\n' },
  { name: 'no newline at the end', in: '{ print NR ":" $0 }', stdin: 'a\nb', out: '1:a\n2:b\n' },
  { name: 'carriage returns stay', in: '{ print length }', stdin: 'ab\r\n', out: '3\n' },
  { name: 'NUL and invalid UTF-8 pass', in: '{ print $1 "|" length }', stdin: 'a\0b\n', out: 'a\0b|3\n' },
  {
    name: 'characters',
    in: '{ print length, substr($0, 2, 2), index($0, "😀"), toupper($0) }',
    stdin: 'aé😀ß\n',
    out: '4 é😀 3 AÉ😀ß\n',
  },
  {
    name: 'bytes',
    in: '{ print length, index($0, "x"), toupper($0) }',
    stdin: 'éx\n',
    out: '3 3 éX\n',
    bytes: true,
  },
  {
    name: 'bytes of a program are bytes',
    in: 'BEGIN { print length("é"), "\\303\\251" ~ /^..$/ }',
    out: '2 1\n',
    bytes: true,
  },
  {
    name: 'bytes that make a character together',
    in: 'BEGIN { a = "\\303"; b = "\\251"; print length(a b), a b }',
    out: '1 é\n',
  },
  {
    name: 'NF grows and shrinks',
    in: '{ NF = 2; print; $4 = "x"; print; print NF }',
    stdin: 'a b c\n',
    out: 'a b\na b  x\n4\n',
  },
  {
    name: 'OFS holds when a field is assigned',
    in: '{ $1 = $1; OFS = "-"; print; $1 = $1; print }',
    stdin: 'a b\n',
    out: 'a b\na-b\n',
  },
  {
    name: 'FS is for the next record',
    in: '{ FS = ":"; print $1 }',
    stdin: 'a b:c\nd e:f\n',
    out: 'a\nd e\n',
  },
  {
    name: 'paragraphs',
    in: 'BEGIN { RS = "" } { print NR, $1, NF } END { print NR }',
    stdin: '\n\na\nb c\n\n\nd\n',
    out: '1 a 3\n2 d 1\n2\n',
  },
  {
    name: 'RS as a regex, with RT',
    in: '{ printf "%s<%s>", $0, RT }',
    stdin: 'aXXbXcX',
    out: 'a<XX>b<X>c<X>',
    assignments: [{ name: 'RS', text: 'X+' }],
  },
  {
    name: 'RS changes between records',
    in: '{ print; RS = ";" }',
    stdin: 'a\nb;c\n;d',
    out: 'a\nb\nc\n\nd\n',
  },
  {
    name: 'RS is one character',
    in: '{ print }',
    stdin: 'aébéc',
    out: 'a\nb\nc\n',
    assignments: [{ name: 'RS', text: 'é' }],
  },
  {
    name: 'CSV',
    in: '{ print NF ": " $2 }',
    stdin: 'a,"b,""c""\nd",e\r\nf,,\n',
    out: '3: b,"c"\nd\n3: \n',
    csv: true,
  },
  {
    name: 'FPAT',
    in: '{ print NF, $2 }',
    stdin: 'a,"b,c",d\n',
    out: '3 "b,c"\n',
    assignments: [{ name: 'FPAT', text: '([^,]+)|("[^"]+")' }],
  },
  {
    name: 'FIELDWIDTHS',
    in: '{ print NF, $1, $2, $3 }',
    stdin: 'abcdefgh\n',
    out: '3 ab de fgh\n',
    assignments: [{ name: 'FIELDWIDTHS', text: '2 1:2 *' }],
  },
  {
    name: 'the last record stays in END',
    in: 'END { print $0, NF, NR }',
    stdin: 'a b\nc d e\n',
    out: 'c d e 3 2\n',
  },
  {
    name: 'getline from a file',
    in: 'BEGIN { while ((getline line < "f") > 0) n++; print n, line, NR; print getline < "none" }',
    files: { f: '1\n2\n3' },
    out: '3 3 0\n-1\n',
  },
  {
    name: 'getline crosses files',
    in: '{ a = $0; getline; print FILENAME, FNR, NR, a, $0 }',
    files: { x: '1\n', y: '2\n' },
    operands: ['x', 'y'],
    out: 'y 1 2 1 2\n',
  },
  {
    name: 'assignments among operands',
    in: '{ print v, $1 }',
    files: { x: 'a\n', y: 'b\n' },
    operands: ['v=1\\t2', 'x', 'v=', 'y'],
    out: '1\t2 a\n b\n',
  },
  {
    name: 'ARGV may change',
    in: 'BEGIN { ARGV[1] = ""; ARGV[2] = "y"; ARGC = 3 } { print FILENAME, $0, ARGIND }',
    files: { x: 'a\n', y: 'b\n' },
    operands: ['x'],
    out: 'y b 2\n',
  },
  {
    name: 'standard input when only assignments are named',
    in: '{ print v $0 }',
    stdin: 'a\n',
    operands: ['v=1'],
    out: '1a\n',
  },
  {
    name: 'BEGINFILE, ENDFILE, nextfile',
    in: 'BEGINFILE { if (ERRNO != "") { print "no " FILENAME; nextfile } } FNR == 2 { nextfile } { print } ENDFILE { print "end " FILENAME, FNR }',
    files: { x: '1\n2\n3\n', y: '4\n' },
    operands: ['x', 'none', 'y'],
    out: '1\nend x 2\nno none\n4\nend y 1\n',
  },
  {
    name: 'exit in BEGIN runs END',
    in: 'BEGIN { exit 3 } { print } END { print "end"; exit }',
    stdin: 'a\n',
    out: 'end\n',
    status: 3,
  },
  {
    name: 'exit inside a function',
    in: 'function f() { exit 4 } { f(); print "no" } END { print "end" }',
    stdin: 'a\n',
    out: 'end\n',
    status: 4,
  },
  {
    name: 'next inside a function',
    in: 'function f() { next } { print; f(); print "no" }',
    stdin: 'a\nb\n',
    out: 'a\nb\n',
  },
  {
    name: 'an untyped variable becomes an array in a function',
    in: 'function f(a) { g(a) } function g(a) { a[1] = 7 } BEGIN { f(v); print v[1] }',
    out: '7\n',
  },
  {
    name: 'an untyped parameter stays a scalar',
    in: 'function f(a) { a = 5; return a } BEGIN { x = f(v); print x, "[" v "]" }',
    out: '5 []\n',
  },
  {
    name: 'a local becomes an array',
    in: 'function f(n,  a) { a[n] = 1; if (n) f(n - 1); return length(a) } BEGIN { print f(3) }',
    out: '1\n',
  },
  {
    name: 'arrays of arrays',
    in: 'function f(a) { a["z"] = 1 } BEGIN { x[1][2] = 3; f(x[1]); print length(x[1]), isarray(x[1]), x[1]["z"] }',
    out: '2 1 1\n',
  },
  {
    name: 'a loop sees the subscripts of its beginning',
    in: 'BEGIN { a[1]; a[2]; for (k in a) { delete a; a["n" k] }; print length(a) }',
    out: '1\n',
  },
  {
    name: 'loops follow insertion',
    in: 'BEGIN { a["b"]; a[10]; a["a"]; a[9]; for (k in a) printf "%s ", k }',
    out: 'b 10 a 9 ',
  },
  {
    name: 'sorted_in',
    in: 'BEGIN { PROCINFO["sorted_in"] = "@ind_num_desc"; a[9]; a[10]; a[2]; for (k in a) printf "%s ", k }',
    out: '10 9 2 ',
  },
  {
    name: 'sorted_in by a function',
    in: 'function by(i, v, j, w) { return v - w } BEGIN { PROCINFO["sorted_in"] = "by"; a["x"] = 3; a["y"] = 1; for (k in a) printf "%s ", k }',
    out: 'y x ',
  },
  {
    name: 'asort and asorti',
    in: 'BEGIN { a["x"] = "b"; a["y"] = 10; a["z"] = 9; n = asorti(a, d); print n, d[1], d[3]; asort(a, d, "@val_num_desc"); print d[1], d[2], d[3]; asort(a); print a[1], a[2], a[3] }',
    out: '3 x z\n10 9 b\n9 10 b\n',
  },
  {
    name: 'indirect calls',
    in: 'function f(x) { return x * 2 } BEGIN { g = "f"; print @g(4); g = "length"; print @g("abc") }',
    out: '8\n3\n',
  },
  {
    name: 'switch',
    in: '{ switch ($1) { case 1: print "one"; break; case /^a/: print "a"; case "x": print "x"; break; default: print "else" } }',
    stdin: '1\nab\nx\nq\n',
    out: 'one\na\nx\nx\nelse\n',
  },
  {
    name: 'IGNORECASE',
    in: 'BEGIN { IGNORECASE = 1 } /ABC/ { n = gsub(/B/, "x"); print n, $0 }',
    stdin: 'abcB\n',
    out: '2 axcx\n',
  },
  {
    name: 'gensub',
    in: 'BEGIN { print gensub(/(a)(b)?/, "<\\\\2\\\\1\\\\0&\\\\&>", "g", "abaa"); print gensub(/a/, "x", 2, "aaa") }',
    out: '<baabab&><aaa&><aaa&>\naxa\n',
  },
  {
    name: 'match with groups',
    in: 'BEGIN { print match("xéab", /é(a)(b)?(c)?/, m), m[1], m[1, "start"], m[2, "length"], (3 in m), RSTART, RLENGTH }',
    out: '2 a 3 1 0 2 3\n',
  },
  {
    name: 'split with separators',
    in: 'BEGIN { n = split(" a  b ", f, " ", s); print n, "[" s[0] "][" s[1] "][" s[2] "]"; n = split("a1b22", f, /[0-9]+/, s); print n, s[1], s[2], "[" f[3] "]" }',
    out: '2 [ ][  ][ ]\n3 1 22 []\n',
  },
  {
    name: 'patsplit',
    in: 'BEGIN { n = patsplit("a12b3", f, /[0-9]+/, s); print n, f[1], f[2], s[0], s[1], "[" s[2] "]" }',
    out: '2 12 3 a b []\n',
  },
  {
    name: 'typeof',
    in: '{ a[1]; print typeof(a), typeof(a[1]), typeof($1), typeof($2), typeof(u), typeof(1), typeof("") }',
    stdin: '1 x\n',
    out: 'array untyped strnum string untyped number string\n',
  },
  {
    name: 'typeof of a parameter whose value was asked for',
    in: 'function f(a) { a; print typeof(a) } BEGIN { f(x) }',
    out: 'unassigned\n',
  },
  {
    name: 'a regex that is substituted in stays one',
    in: 'BEGIN { r = @/abc/; gsub(/b/, "x", r); print typeof(r), "axc" ~ r }',
    out: 'regexp 1\n',
  },
  {
    name: 'regexes of one character as separators',
    in: 'BEGIN { FS = @/./; RS = @/;/ } { print NF, RT }',
    stdin: 'ab;c;',
    out: '3 ;\n2 ;\n',
  },
  {
    name: 'a regex from the command line',
    in: 'BEGIN { print typeof(r), typeof(s), "b" ~ r }',
    assignments: [
      { name: 'r', text: '@/a|b/' },
      { name: 's', text: '@/a' },
    ],
    out: 'regexp string 1\n',
  },
  {
    name: 'what is not open cannot be closed',
    in: 'BEGIN { print close("f"), ERRNO }',
    out: '-1 close of redirection that was never opened\n',
  },
  {
    name: 'FUNCTAB',
    in: 'function f() { } BEGIN { for (n in FUNCTAB) print n, FUNCTAB[n], ("g" in FUNCTAB), length(FUNCTAB) }',
    out: 'f f 0 1\n',
  },
  {
    name: 'bits',
    in: 'BEGIN { print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 4), rshift(256, 4), compl(0) }',
    out: '8 14 6 16 16 9007199254740991\n',
  },
  {
    name: 'time in a zone of the program',
    in: 'BEGIN { ENVIRON["TZ"] = "America/New_York"; print strftime("%H %Z", 0), systime(), mktime("1970 01 01 00 00 00") }',
    out: '19 EST 1669911921 18000\n',
  },
  {
    name: 'the environment',
    in: 'BEGIN { print ENVIRON["A"] + 1, (ENVIRON["A"] == 5.0) }',
    environment: { A: '5' },
    out: '6 1\n',
  },
  {
    name: 'srand gives the seed before, rand repeats',
    in: 'BEGIN { print srand(5), srand(5); a = rand(); srand(5); print a == rand(), a >= 0 && a < 1, srand(), srand() }',
    out: '1 5\n1 1 5 1669911921\n',
  },
  {
    name: 'gawk variables are ordinary under posix',
    in: 'BEGIN { RT = 5; IGNORECASE = 1; print RT, "A" ~ /a/ }',
    posix: true,
    out: '5 0\n',
  },
];

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

describe.each(table)('$name', (one) => {
  test('in one chunk', () => {
    const { out, status } = run(one);
    expect({ out: Buffer.from(out).toString(), status }).toEqual({ out: one.out, status: one.status ?? 0 });
  });

  test.each([1, 2, 3, 7])('in chunks of %d bytes', (size) => {
    expect(run(one, size).out).toEqual(bytesOf(one.out));
  });
});

test('invalid UTF-8 comes out as it came in', () => {
  const stdin = Uint8Array.from([0x61, 0xff, 0x20, 0xc3, 0x0a, 0xe2, 0x82, 0x0a]);
  const program = parseProgram(
    [{ name: 'test.awk', text: '{ $2 = $2; print $0; n += length($1) } END { print n }' }],
    { posix: false },
  );
  const world = new MemoryWorld({ stdin });
  runProgram(program, world, [], { utf8: true, csv: false });
  expect(Buffer.from(world.stdout.bytes).toString('latin1')).toBe('a\u00ff \u00c3\n\u00e2\u0082 \n4\n');
});

describe('output to files', () => {
  test('opens once, appends, closes', () => {
    const program =
      'BEGIN { print 1 > "f"; print 2 > "f"; close("f"); print 3 >> "f"; close("f"); while ((getline x < "f") > 0) s = s x; print s; print "e" > "/dev/stderr"; print close("f"), close("f") }';
    const { out, world } = run({ in: program });
    expect(Buffer.from(out).toString()).toBe('123\n0 -1\n');
    expect(Buffer.from(world.stderr.bytes).toString()).toBe('e\n');
  });
});

describe('faults name the place', () => {
  const faults: { name: string; in: string; stdin?: string; message: RegExp }[] = [
    {
      name: 'division by zero',
      in: 'BEGIN {\n  x = 0\n  print 1 / x\n}',
      message: /^test\.awk:3: division by zero$/,
    },
    {
      name: 'with the record',
      in: '{ print 1 % $1 }',
      stdin: '1\n0\n',
      message: /^test\.awk:1: division by zero in % \(-, record 2\)$/,
    },
    { name: 'a negative field', in: '{ print $(-1) }', stdin: 'a\n', message: /attempt to access field -1/ },
    { name: 'a negative NF', in: '{ NF = -1 }', stdin: 'a\n', message: /NF set to negative value/ },
    {
      name: 'a dynamic regex',
      in: 'BEGIN { r = "("; print "a" ~ r }',
      message: /^test\.awk:1: regular expression: /,
    },
    { name: 'too few values', in: 'BEGIN { printf "%d %d\\n", 1 }', message: /not enough arguments/ },
    {
      name: 'an array as a scalar by the data',
      in: 'function f(a, s) { if (s) a[1]; else a = 1 } BEGIN { f(v, 1); x = f(v, 0) }',
      message: /used as a scalar/,
    },
    {
      name: 'a file that is not there',
      in: '{ print }',
      message: /cannot open file none for reading: No such file or directory/,
    },
    { name: 'an unknown element of SYMTAB', in: 'BEGIN { SYMTAB["x"] }', message: /no variable x/ },
    { name: 'an unknown element of FUNCTAB', in: 'BEGIN { FUNCTAB["x"] }', message: /no function x/ },
    {
      name: 'a change of FUNCTAB',
      in: 'function f() { } BEGIN { FUNCTAB["f"] = 1 }',
      message: /FUNCTAB cannot be changed/,
    },
    {
      name: 'no FUNCTAB any more',
      in: 'BEGIN { delete FUNCTAB }',
      message: /delete is not allowed with FUNCTAB/,
    },
    {
      name: 'an undefined indirect function',
      in: 'BEGIN { g = "nope"; @g() }',
      message: /function nope is not defined/,
    },
  ];
  test.each(faults)('$name', ({ in: program, stdin = '', message }) => {
    const operands = program === '{ print }' ? { operands: ['none'] } : {};
    expect(() => run({ in: program, stdin, ...operands })).toThrow(ProgramError);
    expect(() => run({ in: program, stdin, ...operands })).toThrow(message);
  });

  test('endless recursion', () => {
    expect(() => run({ in: 'function f(n) { return f(n + 1) } BEGIN { f(1) }' })).toThrow(/too deeply/);
  });
});

test('what was printed before a fault is printed', () => {
  const program = parseProgram([{ name: 'test.awk', text: 'BEGIN { print "a"; print 1 / 0 }' }], {
    posix: false,
  });
  const world = new MemoryWorld({});
  expect(() => runProgram(program, world, [], { utf8: true, csv: false })).toThrow(ProgramError);
  expect(Buffer.from(world.stdout.bytes).toString()).toBe('a\n');
});
