// Arrays: elements, in, delete, for-in, SUBSEP; arrays of arrays and sorting as gawk has them.

import { onlyGawk, type Row } from '../row.ts';

const sort = onlyGawk('asort');
const nested = onlyGawk('arrays of arrays');

export const arrays: readonly Row[] = [
  {
    name: 'elements by strings and numbers',
    program: 'BEGIN { a["x"] = 1; a[1] = "one"; print a["x"], a[1], a["1"] }',
    out: '1 one one\n',
  },
  {
    name: 'a reference creates the element',
    program: 'BEGIN { if (a["x"] == "") print ("x" in a) }',
    out: '1\n',
  },
  {
    name: 'in creates nothing',
    program: 'BEGIN { print ("x" in a); n = 0; for (k in a) n++; print n }',
    out: '0\n0\n',
  },
  {
    name: 'delete of an element',
    program: 'BEGIN { a[1]; a[2]; delete a[1]; print (1 in a), (2 in a) }',
    out: '0 1\n',
  },
  { name: 'delete of what is not there', program: 'BEGIN { delete a["q"]; print ("q" in a) }', out: '0\n' },
  {
    name: 'delete of a whole array',
    group: 'common',
    program: 'BEGIN { a[1]; a[2]; delete a; print length(a); a[3]; print length(a) }',
    out: '0\n1\n',
  },
  {
    name: 'for-in visits each once',
    program: 'BEGIN { a["x"] = 1; a["y"] = 2; a["z"] = 3; for (k in a) print k, a[k] }',
    out: 'x 1\ny 2\nz 3\n',
    sorted: true,
  },
  {
    name: 'for-in of an empty array',
    program: 'BEGIN { for (k in a) print "no"; print "end" }',
    out: 'end\n',
  },
  {
    name: 'for-in with break and continue',
    program:
      'BEGIN { for (i = 0; i < 5; i++) a[i]; for (k in a) { if (k == 2) continue; n++ } for (k in a) break; print n }',
    out: '4\n',
  },
  {
    name: 'for-in with a delete of the visited',
    program:
      'BEGIN { for (i = 0; i < 100; i++) a[i]; for (k in a) delete a[k]; n = 0; for (k in a) n++; print n }',
    out: '0\n',
  },
  {
    name: 'for-in over a nested loop of the same array',
    program: 'BEGIN { a[1]; a[2]; for (i in a) for (j in a) n++; print n }',
    out: '4\n',
  },
  {
    name: 'several subscripts join by SUBSEP',
    program: 'BEGIN { a[1, 2] = "x"; print a[1, 2], a[1 SUBSEP 2], a["1" "\\034" "2"] }',
    out: 'x x x\n',
  },
  {
    name: '(i, j) in a',
    program: 'BEGIN { a[1, "b"]; print ((1, "b") in a), ((1, "c") in a) }',
    out: '1 0\n',
  },
  {
    name: '(i, j) in a as a condition',
    program: 'BEGIN { a[1, 2]; if ((1, 2) in a) print "yes"; if (!((2, 1) in a)) print "no" }',
    out: 'yes\nno\n',
  },
  {
    name: 'another SUBSEP',
    program: 'BEGIN { SUBSEP = ":"; a["x", "y"] = 1; for (k in a) print k }',
    out: 'x:y\n',
  },
  {
    name: 'splitting a key by SUBSEP',
    program: 'BEGIN { a["p", "q"]; for (k in a) { n = split(k, part, SUBSEP); print n, part[1], part[2] } }',
    out: '2 p q\n',
  },
  {
    name: 'delete with several subscripts',
    program: 'BEGIN { a[1, 2]; delete a[1, 2]; print ((1, 2) in a) }',
    out: '0\n',
  },
  {
    name: 'in binds looser than concatenation',
    program: 'BEGIN { a["xy"]; print "x" "y" in a }',
    out: '1\n',
  },
  {
    name: 'in binds tighter than &&',
    program: 'BEGIN { a[1]; a[2]; if (1 in a && 2 in a) print "both" }',
    out: 'both\n',
  },
  { name: '! and in', program: 'BEGIN { a[1]; print !(1 in a), !(2 in a) }', out: '0 1\n' },
  {
    name: 'k in a in a for',
    program: 'BEGIN { a["k"] = "v"; for (i = 0; ("k" in a) && i < 2; i++) n++; print n }',
    out: '2\n',
  },
  {
    name: 'counting words',
    program: '{ for (i = 1; i <= NF; i++) c[$i]++ } END { for (w in c) print w, c[w] }',
    stdin: 'a b a\nc a b\n',
    out: 'a 3\nb 2\nc 1\n',
    sorted: true,
  },
  { name: 'first of each', program: '!seen[$1]++', stdin: 'a 1\nb 2\na 3\n', out: 'a 1\nb 2\n' },
  {
    name: 'sum by key',
    program: '{ s[$1] += $2 } END { for (k in s) print k, s[k] }',
    stdin: 'x 1\ny 2\nx 3.5\n',
    out: 'x 4.5\ny 2\n',
    sorted: true,
  },
  {
    name: 'reverse the lines',
    program: '{ l[NR] = $0 } END { for (i = NR; i; i--) print l[i] }',
    stdin: 'a\nb\nc\n',
    out: 'c\nb\na\n',
  },
  {
    name: 'elements keep strnums',
    program: '{ a[NR] = $1 } END { print (a[1] < a[2]) }',
    stdin: '9\n10\n',
    out: '1\n',
  },
  {
    name: 'an element as its own subscript',
    program: 'BEGIN { a[1] = 2; a[2] = 3; print a[a[1]], a[a[a[1] - 1]] }',
    out: '3 3\n',
  },
  { name: 'a[i++] = i', program: 'BEGIN { a["x"]++; a["x"] += 2; print a["x"]--, a["x"] }', out: '3 2\n' },
  {
    name: 'a negative and a fractional subscript',
    program: 'BEGIN { a[-1] = "m"; a[0.5] = "h"; print a[-1], a[1/2], ("-1" in a), ("0.5" in a) }',
    out: 'm h 1 1\n',
  },
  {
    name: 'subscript -0 and +1',
    program: '{ a[-0]; print ("0" in a) }',
    stdin: 'x\n',
    out: '1\n',
    clause: 'the integral value 0 converts by %d',
  },
  {
    name: 'a large integral subscript',
    program: 'BEGIN { a[123456789]; for (k in a) print k }',
    out: '123456789\n',
  },
  { name: 'an empty subscript', program: 'BEGIN { a[""] = "e"; print a[""], a[u] }', out: 'e e\n' },
  {
    name: '100,000 elements',
    program: 'BEGIN { for (i = 0; i < 100000; i++) a[i] = i; for (k in a) s += a[k]; print s }',
    out: '4999950000\n',
    differs: { mawk: 'integers have 32 bits' },
  },
  {
    name: 'transpose',
    program:
      '{ for (i = 1; i <= NF; i++) m[i, NR] = $i; if (NF > w) w = NF } END { for (i = 1; i <= w; i++) { for (j = 1; j <= NR; j++) printf "%s%s", m[i, j], j < NR ? " " : "\\n" } }',
    stdin: '1 2 3\n4 5 6\n',
    out: '1 4\n2 5\n3 6\n',
    differs: { 'original-awk': 'a syntax error: < in print needs parentheses' },
  },
  {
    name: 'a bubble sort',
    program:
      '{ a[NR] = $1 } END { for (i = 1; i <= NR; i++) for (j = NR; j > i; j--) if (a[j] < a[j - 1]) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t } for (i = 1; i <= NR; i++) printf "%s ", a[i] }',
    stdin: '10\n9\n2\n33\n1\n',
    out: '1 2 9 10 33 ',
  },
  {
    name: 'asort by value',
    group: 'gawk',
    program: 'BEGIN { split("c a b", x); n = asort(x); print n, x[1] x[2] x[3] }',
    out: '3 abc\n',
    differs: sort,
  },
  {
    name: 'asort numbers before strings',
    group: 'gawk',
    program: 'BEGIN { x[1] = "b"; x[2] = 10; x[3] = 9; x[4] = "a"; asort(x); print x[1], x[2], x[3], x[4] }',
    out: '9 10 a b\n',
    differs: sort,
  },
  {
    name: 'asort into another array',
    group: 'gawk',
    program: 'BEGIN { x["p"] = 2; x["q"] = 1; n = asort(x, y); print n, y[1], y[2], x["p"] }',
    out: '2 1 2 2\n',
    differs: sort,
  },
  {
    name: 'asorti sorts the subscripts',
    group: 'gawk',
    program: 'BEGIN { x["b"]; x["a"]; x["c"]; n = asorti(x, y); print n, y[1] y[2] y[3] }',
    out: '3 abc\n',
    differs: sort,
  },
  {
    name: 'asort with an order',
    group: 'gawk',
    program: 'BEGIN { split("3 10 2", x); asort(x, y, "@val_num_desc"); print y[1], y[2], y[3] }',
    out: '10 3 2\n',
    differs: sort,
  },
  {
    name: 'asort with a function',
    group: 'gawk',
    program:
      'function by_length(i1, v1, i2, v2) { return length(v1) - length(v2) } BEGIN { split("ccc a bb", x); asort(x, y, "by_length"); print y[1], y[2], y[3] }',
    out: 'a bb ccc\n',
    differs: sort,
  },
  {
    name: 'sorted_in @ind_str_asc',
    group: 'gawk',
    program:
      'BEGIN { PROCINFO["sorted_in"] = "@ind_str_asc"; a["b"]; a["a"]; a["10"]; a["9"]; for (k in a) printf "%s ", k }',
    out: '10 9 a b ',
    differs: onlyGawk('sorted_in'),
  },
  {
    name: 'sorted_in @ind_num_desc',
    group: 'gawk',
    program:
      'BEGIN { PROCINFO["sorted_in"] = "@ind_num_desc"; for (i = 8; i < 12; i++) a[i]; for (k in a) printf "%s ", k }',
    out: '11 10 9 8 ',
    differs: onlyGawk('sorted_in'),
  },
  {
    name: 'sorted_in @val_num_asc',
    group: 'gawk',
    program:
      'BEGIN { PROCINFO["sorted_in"] = "@val_num_asc"; a["x"] = 10; a["y"] = 9; a["z"] = 100; for (k in a) printf "%s ", k }',
    out: 'y x z ',
    differs: onlyGawk('sorted_in'),
  },
  {
    name: 'sorted_in @val_str_desc',
    group: 'gawk',
    program:
      'BEGIN { PROCINFO["sorted_in"] = "@val_str_desc"; a[1] = "p"; a[2] = "r"; a[3] = "q"; a[4] = "b"; a[5] = "z"; for (k in a) printf "%s ", k }',
    out: '5 2 3 1 4 ',
    differs: onlyGawk('sorted_in'),
  },
  {
    name: 'sorted_in by a function',
    group: 'gawk',
    program:
      'function down(i1, v1, i2, v2) { return i2 - i1 } BEGIN { PROCINFO["sorted_in"] = "down"; for (i = 1; i < 6; i++) a[i]; for (k in a) printf "%s ", k }',
    out: '5 4 3 2 1 ',
    differs: onlyGawk('sorted_in'),
  },
  {
    name: 'arrays of arrays',
    group: 'gawk',
    program: 'BEGIN { a[1][2] = "x"; a[1]["y"] = "z"; print a[1][2], a[1]["y"], length(a), length(a[1]) }',
    out: 'x z 1 2\n',
    differs: nested,
  },
  {
    name: 'in a subarray',
    group: 'gawk',
    program: 'BEGIN { a["p"]["q"]; print ("q" in a["p"]), ("r" in a["p"]) }',
    out: '1 0\n',
    differs: nested,
  },
  {
    name: 'for-in over a subarray',
    group: 'gawk',
    program: 'BEGIN { a[1][1] = 5; a[1][2] = 6; for (k in a[1]) s += a[1][k]; print s }',
    out: '11\n',
    differs: nested,
  },
  {
    name: 'delete a subarray',
    group: 'gawk',
    program: 'BEGIN { a[1][1]; a[2][1]; delete a[1]; print length(a), isarray(a[2]) }',
    out: '1 1\n',
    differs: nested,
  },
  {
    name: 'a subarray as an argument',
    group: 'gawk',
    program: 'function fill(x) { x["k"] = "v" } BEGIN { a[1][0]; fill(a[1]); print a[1]["k"] }',
    out: 'v\n',
    differs: nested,
  },
  {
    name: 'split into a subarray',
    group: 'gawk',
    program: 'BEGIN { a["s"][0]; n = split("x y", a["s"]); print n, a["s"][2] }',
    out: '2 y\n',
    differs: nested,
  },
  {
    name: 'typeof',
    group: 'gawk',
    program:
      '{ a[1]; x = 1; s = "s"; print typeof(a), typeof(x), typeof(s), typeof(u), typeof($1), typeof($2), typeof(@/r/) }',
    stdin: '1 z\n',
    out: 'array number string untyped strnum string regexp\n',
    differs: onlyGawk('typeof'),
  },
  {
    name: 'isarray',
    group: 'gawk',
    program:
      'function f(x) { return isarray(x) } BEGIN { a[1]; b = 1; print isarray(a), isarray(b), f(a), f(b) }',
    out: '1 0 1 0\n',
    differs: onlyGawk('isarray'),
  },
];
