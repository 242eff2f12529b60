// Functions: parameters by value and by reference, locals, recursion, return; and names of every kind.

import { differ, onlyGawk, type Row } from '../row.ts';

export const functions: readonly Row[] = [
  {
    name: 'a function with a result',
    program: 'function add(a, b) { return a + b } BEGIN { print add(2, 3) }',
    out: '5\n',
  },
  {
    name: 'a function without a result',
    program: 'function f() { x = 1 } BEGIN { r = f(); print "[" r "]", r + 0, x }',
    out: '[] 0 1\n',
  },
  {
    name: 'return without a value',
    program: 'function f(a) { if (a) return; return 7 } BEGIN { print "[" f(1) "]", f(0) }',
    out: '[] 7\n',
  },
  {
    name: 'a function defined after its use',
    program: 'BEGIN { print f(4) } function f(n) { return n * n }',
    out: '16\n',
  },
  {
    name: 'func is function',
    group: 'common',
    program: 'func f(n) { return n + 1 } BEGIN { print f(1) }',
    out: '2\n',
    differs: { mawk: 'no func' },
  },
  {
    name: 'scalars are passed by value',
    program: 'function f(n) { n = 9 } BEGIN { x = 1; f(x); print x }',
    out: '1\n',
  },
  {
    name: 'arrays are passed by reference',
    program: 'function f(a) { a["k"] = 9 } BEGIN { f(x); print x["k"] }',
    out: '9\n',
  },
  {
    name: 'missing arguments are uninitialised',
    program: 'function f(a, b) { return "[" a "," b "]" length(b) } BEGIN { print f(1) }',
    out: '[1,]0\n',
  },
  {
    name: 'locals hide globals',
    program: 'function f(x) { x = 5; return x } BEGIN { x = 1; f(); print x }',
    out: '1\n',
  },
  {
    name: 'locals are fresh in each call',
    program: 'function f(  n) { n++; return n } BEGIN { f(); print f() }',
    out: '1\n',
  },
  {
    name: 'a local array is fresh in each call',
    program: 'function f(k,  a, n, i) { a[k]; for (i in a) n++; return n } BEGIN { f(1); f(2); print f(3) }',
    out: '1\n',
  },
  {
    name: 'recursion',
    program: 'function fact(n) { return n <= 1 ? 1 : n * fact(n - 1) } BEGIN { print fact(10) }',
    out: '3628800\n',
  },
  {
    name: 'double recursion',
    program: 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } BEGIN { print fib(15) }',
    out: '610\n',
  },
  {
    name: 'mutual recursion',
    program:
      'function even(n) { return n == 0 ? 1 : odd(n - 1) } function odd(n) { return n == 0 ? 0 : even(n - 1) } BEGIN { print even(10), odd(7), even(3) }',
    out: '1 1 0\n',
  },
  {
    name: 'recursion of depth 10,000',
    deep: true,
    program: 'function down(n) { return n == 0 ? 0 : 1 + down(n - 1) } BEGIN { print down(10000) }',
    out: '10000\n',
    differs: { mawk: 'a stack of 1,024', 'original-awk': 'overflows its stack' },
  },
  {
    name: 'recursion with a local array',
    program: 'function f(n,  a) { a[1] = n; if (n > 0) f(n - 1); return a[1] } BEGIN { print f(3) }',
    out: '3\n',
  },
  {
    name: 'an array passed on',
    program: 'function g(a) { a[1] = "x" } function f(a) { g(a) } BEGIN { f(z); print z[1] }',
    out: 'x\n',
  },
  {
    name: 'an uninitialised local becomes an array in a callee',
    program:
      'function fill(a) { a["p"] = 1; a["q"] = 2 } function f(  l, k, n) { fill(l); for (k in l) n += l[k]; return n } BEGIN { print f() }',
    out: '3\n',
  },
  {
    name: 'a parameter used as a scalar in one call and as an array in another',
    group: 'gawk',
    program:
      'function f(x, how) { if (how) { x["k"] = 1; return "a" } return "s" x } BEGIN { print f("v", 0); print f(arr, 1), arr["k"] }',
    out: 'sv\na 1\n',
    differs: { mawk: 'a parameter has one type' },
  },
  {
    name: 'an untyped global passed through two functions',
    program: 'function a(x) { b(x) } function b(y) { split("1 2 3", y) } BEGIN { a(g); print g[3] }',
    out: '3\n',
  },
  {
    name: 'a function that deletes from an array',
    program:
      'function f(a, k) { delete a[k] } BEGIN { z["p"]; z["q"]; f(z, "p"); print ("p" in z), ("q" in z) }',
    out: '0 1\n',
  },
  {
    name: 'arguments are evaluated before the call',
    program: 'function f(a, b) { return a b } BEGIN { i = 1; print f(i++, i++), i }',
    out: '12 3\n',
  },
  {
    name: 'a function changes a global',
    program: 'function f() { n++; return n } BEGIN { print f() f() f() }',
    out: '123\n',
  },
  {
    name: 'a function changes $0',
    program: 'function f() { $2 = "X" } { f(); print }',
    stdin: 'a b c\n',
    out: 'a X c\n',
  },
  {
    name: 'a field passed by value',
    program: 'function f(x) { $1 = "new"; return x } { print f($1), $1 }',
    stdin: 'old b\n',
    out: 'old new\n',
  },
  {
    name: 'a parameter assigned',
    program: 'function f(n) { n *= 2; return n } BEGIN { print f(4) f("3") }',
    out: '86\n',
  },
  {
    name: 'the parameter list over several lines',
    program: 'function f(a,\n b) { return a b } BEGIN { print f("x",\n "y") }',
    out: 'xy\n',
  },
  {
    name: 'newlines before the body',
    group: 'common',
    program: 'function f(a)\n{ return a }\nBEGIN { print f(1) }',
    out: '1\n',
  },
  { name: 'calls nest', program: 'function f(a) { return a + 1 } BEGIN { print f(f(f(0))) }', out: '3\n' },
  {
    name: 'a call in a condition, a subscript and a field',
    program: 'function two() { return 2 } { a[two()] = "s"; if (two() == 2) print $two(), a[two()] }',
    stdin: 'x y\n',
    out: 'y s\n',
  },
  {
    name: 'a call has no blank before its parenthesis; a variable may',
    program: 'function f(x) { return "f" x } BEGIN { v = "v"; print f(1) v (2) }',
    out: 'f1v2\n',
  },
  {
    name: 'getline inside of a function',
    program:
      'function next_line(  l) { if ((getline l) > 0) return l; return "none" } { print $0, next_line() }',
    stdin: 'a\nb\nc\n',
    out: 'a b\nc none\n',
  },
  {
    name: 'next inside of a function',
    group: 'common',
    program: 'function skip() { if ($1 == "#") next } { skip(); print }',
    stdin: '# c\nx\n',
    out: 'x\n',
    differs: differ('refuses it', 'mawk', 'original-awk'),
  },
  {
    name: 'exit inside of a function',
    program: 'function stop(c) { exit c } { stop(3); print "no" } END { print "end" }',
    stdin: 'a\n',
    out: 'end\n',
    status: 3,
  },
  {
    name: 'return inside of loops',
    program:
      'function find(a, v,  k) { for (k in a) if (a[k] == v) return k; return "none" } BEGIN { x["p"] = 1; x["q"] = 2; print find(x, 2), find(x, 3) }',
    out: 'q none\n',
  },
  {
    name: 'return inside of while and for(;;)',
    program: 'function f(  i) { for (;;) { while (1) { if (++i == 3) return i } } } BEGIN { print f() }',
    out: '3\n',
  },
  {
    name: 'a function with many parameters',
    program:
      'function f(a, b, c, d, e, g, h, i) { return a b c d e g h i } BEGIN { print f(1, 2, 3, 4, 5, 6, 7, 8) }',
    out: '12345678\n',
  },
  {
    name: 'a function named like no keyword but nearly',
    program:
      'function ins(x) { return x } function begin(x) { return x } BEGIN { index_ = 1; getlines = 2; print ins(1) begin(2) index_ getlines }',
    out: '1212\n',
  },
  {
    name: 'a strnum argument stays one',
    program: 'function lt(a, b) { return a < b } { print lt($1, $2) }',
    stdin: '9 10\n',
    out: '1\n',
  },
  {
    name: 'insertion sort with an array parameter',
    program:
      'function isort(a, n,  i, j, t) { for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t } } BEGIN { n = split("5 3 11 1", x); isort(x, n); for (i = 1; i <= n; i++) printf "%s ", x[i] }',
    out: '1 3 5 11 ',
  },
  {
    name: 'quicksort',
    program:
      'function qs(a, l, r,  i, last) { if (l >= r) return; swap(a, l, l + int((r - l + 1) / 2)); last = l; for (i = l + 1; i <= r; i++) if (a[i] < a[l]) swap(a, ++last, i); swap(a, l, last); qs(a, l, last - 1); qs(a, last + 1, r) } function swap(a, i, j,  t) { t = a[i]; a[i] = a[j]; a[j] = t } { x[NR] = $1 } END { qs(x, 1, NR); for (i = 1; i <= NR; i++) printf "%s ", x[i] }',
    stdin: '30\n4\n100\n7\n5\n',
    out: '4 5 7 30 100 ',
  },
  {
    name: 'towers of Hanoi',
    program:
      'function hanoi(n, a, b, c) { if (n == 0) return 0; return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a) } BEGIN { print hanoi(8, "A", "B", "C") }',
    out: '255\n',
  },
  {
    name: 'an indirect call',
    group: 'gawk',
    program: 'function up(s) { return toupper(s) } BEGIN { f = "up"; print @f("abc") }',
    out: 'ABC\n',
    differs: onlyGawk('indirect calls'),
  },
  {
    name: 'an indirect call of a builtin',
    group: 'gawk',
    program: 'BEGIN { f = "length"; print @f("abcd") }',
    out: '4\n',
    differs: onlyGawk('indirect calls'),
  },
  {
    name: 'calling what is not defined is an error',
    program: 'BEGIN { print nothing(1) }',
    out: '',
    status: 'error',
  },
  {
    name: 'a function defined twice is an error',
    program: 'function f() { } function f() { } BEGIN { }',
    out: '',
    status: 'error',
  },
  {
    name: 'an array as a scalar is an error',
    program: 'BEGIN { a[1] = 2; print a + 1 }',
    out: '',
    status: 'error',
    differs: { busybox: 'takes it as 0' },
  },
  {
    name: 'a scalar as an array is an error',
    program: 'function f(x) { x[1] = 1 } BEGIN { y = 3; f(y) }',
    out: '',
    status: 'error',
    differs: differ('ignores it', 'original-awk', 'busybox'),
  },
  {
    name: 'assigning to a function name is an error',
    program: 'function f() { } BEGIN { f = 1 }',
    out: '',
    status: 'error',
    differs: { busybox: 'ignores it' },
  },
  {
    name: 'an argument that is an element has its subscript evaluated once',
    program: 'function f(x) { return x } BEGIN { a[0] = "z"; a[1] = "o"; print f(a[i++]), i }',
    out: 'z 1\n',
  },
  {
    name: 'an array through two functions to one that assigns is refused',
    program:
      'BEGIN { a[1] = 1; f(a); print "no" } function f(x) { g(x) } function g(x) { h(x) } function h(x) { x = 6 }',
    out: '',
    status: 'error',
    differs: { busybox: 'does not mind' },
  },
  {
    name: 'a parameter whose value was asked for becomes no array',
    program: 'function f(x) { x[1] = x } BEGIN { f(a); print "no" }',
    out: '',
    status: 'error',
    differs: { busybox: 'does not mind' },
  },
];
