// Where output goes: files, pipes, standard error; close, fflush, system and their results; the order of it all.

import { differ, type Row } from '../row.ts';

export const output: readonly Row[] = [
  {
    name: 'print > file',
    program:
      'BEGIN { print "a" > "o"; print "b" > "o"; close("o"); while ((getline l < "o") > 0) print "got " l }',
    out: 'got a\ngot b\n',
  },
  {
    name: 'print > file truncates',
    program: 'BEGIN { print "new" > "o"; close("o"); while ((getline l < "o") > 0) print l }',
    files: { o: 'old\nold\n' },
    out: 'new\n',
  },
  {
    name: 'print >> file appends',
    program: 'BEGIN { print "new" >> "o"; close("o"); while ((getline l < "o") > 0) print l }',
    files: { o: 'old\n' },
    out: 'old\nnew\n',
  },
  {
    name: 'print > file again after close truncates',
    program:
      'BEGIN { print "a" > "o"; close("o"); print "b" > "o"; close("o"); while ((getline l < "o") > 0) print l }',
    out: 'b\n',
  },
  {
    name: 'printf > file',
    program: 'BEGIN { printf "%s-%d\\n", "x", 3 > "o"; close("o"); getline l < "o"; print l }',
    out: 'x-3\n',
  },
  {
    name: 'printf(...) > file',
    program: 'BEGIN { printf("%s\\n", "x") > "o"; close("o"); getline l < "o"; print l }',
    out: 'x\n',
  },
  {
    name: 'print $0 > $1',
    program: '{ print $2 > $1; close($1) } END { getline l < "f1"; print l; getline l < "f2"; print l }',
    stdin: 'f1 a\nf2 b\n',
    out: 'a\nb\n',
  },
  {
    name: 'print > "a" "b" in parentheses',
    program: 'BEGIN { print "x" > ("a" "b"); close("ab"); getline l < "ab"; print l }',
    out: 'x\n',
  },
  {
    name: 'files named by concatenation with NR',
    program: '{ f = "o" NR; print > f; close(f) } END { while ((getline l < "o2") > 0) print l }',
    stdin: 'a\nb\n',
    out: 'b\n',
  },
  {
    name: 'print > file in a conditional needs no parentheses',
    group: 'common',
    program: 'BEGIN { print "x" > (1 ? "o" : "p"); close("o"); getline l < "o"; print l }',
    out: 'x\n',
  },
  {
    name: 'a comparison in print needs parentheses',
    program: 'BEGIN { print (3 > 2) > "o"; close("o"); getline l < "o"; print l }',
    out: '1\n',
  },
  { name: 'print | command', program: 'BEGIN { print "b" | "sort"; print "a" | "sort" }', out: 'a\nb\n' },
  {
    name: 'print | command, closed before going on',
    program: 'BEGIN { print "b\\na" | "sort"; close("sort"); print "end" }',
    out: 'a\nb\nend\n',
  },
  {
    name: 'print | command again after close',
    program: 'BEGIN { print "x" | "cat"; close("cat"); print "y" | "cat"; close("cat"); print "z" }',
    out: 'x\ny\nz\n',
  },
  { name: 'printf | command', program: 'BEGIN { printf "%s\\n", "abc" | "tr a-c x-z" }', out: 'xyz\n' },
  { name: 'print | "a" " b"', program: 'BEGIN { print "q" | "tr" " q r"; close("tr q r") }', out: 'r\n' },
  {
    name: 'two commands in turn',
    program: 'BEGIN { print "a" | "sed s/a/1/"; print "b" | "sed s/b/2/" }',
    out: '1\n2\n',
    sorted: true,
  },
  {
    name: 'commands are waited for at the end',
    program: 'BEGIN { print "late" | "sleep 0.1; cat" }',
    out: 'late\n',
  },
  {
    name: 'output before a command keeps its place',
    program: 'BEGIN { print "first"; fflush(); print "second" | "cat"; close("cat"); print "third" }',
    out: 'first\nsecond\nthird\n',
  },
  { name: 'system writes to our output', program: 'BEGIN { system("echo hello") }', out: 'hello\n' },
  {
    name: 'system flushes what was printed',
    program: 'BEGIN { print "a"; system("echo b"); print "c"; system("echo d") }',
    out: 'a\nb\nc\nd\n',
  },
  {
    name: 'system gives the exit status',
    program: 'BEGIN { r = system("exit 3"); print r; print system("true"), system("false") }',
    out: '3\n0 1\n',
    differs: { 'gawk --posix': 'as wait() has it' },
  },
  {
    name: 'system of a command that is not there',
    program: 'BEGIN { print system("/nonexistent/x 2>/dev/null") }',
    out: '127\n',
    differs: { 'gawk --posix': 'as wait() has it' },
  },
  {
    name: 'system killed by a signal',
    group: 'gawk',
    program: 'BEGIN { print system("kill -9 $$") }',
    out: '265\n',
    differs: { busybox: '0' },
  },
  { name: 'system shares standard input', program: 'BEGIN { system("cat") }', stdin: 'in\n', out: 'in\n' },
  {
    name: 'system with a quoted argument',
    program: `{ system("echo '" $2 "'") }`,
    stdin: 'a b\n',
    out: 'b\n',
  },
  { name: 'close of a file gives 0', program: 'BEGIN { print "x" > "o"; print close("o") }', out: '0\n' },
  {
    name: 'close of what is not open gives -1',
    group: 'common',
    program: 'BEGIN { print close("nothing") }',
    out: '-1\n',
    differs: { busybox: '0' },
  },
  {
    name: 'close of an output pipe gives the status',
    group: 'common',
    program: 'BEGIN { print "x" | "cat >/dev/null; exit 3"; print close("cat >/dev/null; exit 3") }',
    out: '3\n',
    differs: { 'original-awk': '0', busybox: 'as wait() has it' },
  },
  {
    name: 'close of an input pipe gives the status',
    group: 'common',
    program: 'BEGIN { c = "echo a; exit 2"; c | getline; print close(c) }',
    out: '2\n',
    differs: { 'original-awk': '0', busybox: 'as wait() has it' },
  },
  {
    name: 'close of a read file gives 0',
    program: 'BEGIN { getline < "f"; print close("f") }',
    files: { f: 'x\n' },
    out: '0\n',
  },
  {
    name: '/dev/stdout',
    group: 'common',
    program: 'BEGIN { print "a" > "/dev/stdout"; print "b" }',
    out: 'a\nb\n',
  },
  {
    name: '/dev/stderr',
    group: 'common',
    program: 'BEGIN { print "gone" > "/dev/stderr"; print "kept" }',
    out: 'kept\n',
  },
  {
    name: '/dev/stdin',
    group: 'common',
    program: 'BEGIN { while ((getline l < "/dev/stdin") > 0) print "<" l ">" }',
    stdin: 'a\nb\n',
    out: '<a>\n<b>\n',
  },
  { name: 'print > "/dev/null"', program: 'BEGIN { print "a" > "/dev/null"; print "b" }', out: 'b\n' },
  { name: 'print | "cat 1>&2"', program: 'BEGIN { print "gone" | "cat 1>&2"; print "kept" }', out: 'kept\n' },
  {
    name: 'fflush gives 0',
    group: 'common',
    program: 'BEGIN { print "a"; print fflush() }',
    out: 'a\n0\n',
    differs: { busybox: 'an arbitrary number' },
  },
  {
    name: 'fflush of a file makes it readable',
    group: 'common',
    program: 'BEGIN { print "x" > "o"; fflush("o"); getline l < "o"; print l }',
    out: 'x\n',
    differs: { busybox: 'flushes standard output only' },
  },
  {
    name: 'fflush of everything by ""',
    group: 'common',
    program: 'BEGIN { print "x" > "o"; fflush(""); getline l < "o"; print l }',
    out: 'x\n',
    differs: { busybox: 'flushes standard output only' },
  },
  {
    name: 'fflush of what is not open',
    group: 'common',
    program: 'BEGIN { print fflush("nothing") }',
    out: '-1\n',
    differs: { busybox: 'an arbitrary number' },
  },
  {
    name: 'a file that cannot be opened is an error',
    program: 'BEGIN { print "x" > "/nonexistent/o"; print "no" }',
    out: '',
    status: 'error',
  },
  {
    name: 'many files at once',
    program:
      'BEGIN { for (i = 0; i < 100; i++) print i > ("o" i); for (i = 0; i < 100; i++) close("o" i); while ((getline l < "o99") > 0) print l }',
    out: '99\n',
  },
  {
    name: 'the same name as file and pipe',
    group: 'common',
    program:
      'BEGIN { print "to file" > "cat"; print "to pipe" | "cat"; close("cat"); close("cat"); getline l < "cat"; print l }',
    out: 'to pipe\nto file\n',
    differs: { busybox: 'one stream for a name' },
  },
  {
    name: 'writing and then reading one name needs a close',
    program:
      'BEGIN { for (i = 1; i <= 3; i++) print i > "o"; close("o"); n = 0; while ((getline l < "o") > 0) n += l; print n }',
    out: '6\n',
  },
  {
    name: 'print to a file by a rule',
    program: '/a/ { print > "o" } END { close("o"); while ((getline l < "o") > 0) print "f:" l }',
    stdin: 'a1\nb\na2\n',
    out: 'f:a1\nf:a2\n',
  },
  {
    name: 'output of 100,000 lines',
    program: 'BEGIN { for (i = 0; i < 100000; i++) print "line", i }',
    out: Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join(''),
  },
  {
    name: 'output to a pipe that closes early is no crash',
    program: 'BEGIN { for (i = 0; i < 10; i++) print i | "head -1" }',
    out: '0\n',
  },
  {
    name: 'ENVIRON as it is now is the environment of commands',
    group: 'gawk',
    env: { KEPT: 'k', GONE: 'g' },
    program: `BEGIN {
  ENVIRON["NEW"] = "n"; delete ENVIRON["GONE"]
  system("echo $KEPT $NEW [$GONE]")
  "echo $NEW" | getline x; print x
  print "p" | "cat; echo $NEW"
}`,
    out: 'k n []\nn\np\nn\n',
    differs: differ('commands get the environment of the start', 'mawk', 'original-awk', 'busybox'),
  },
  {
    name: 'ENVIRON with --posix changes nothing for commands',
    group: 'gawk',
    options: ['--posix'],
    program: 'BEGIN { ENVIRON["NEW"] = "n"; system("echo [$NEW]") }',
    out: '[]\n',
    differs: { busybox: 'no --posix' },
  },
  {
    name: 'close tells the signal that ended a command: 256 more',
    group: 'gawk',
    program: `BEGIN {
  c = "exec kill -9 $$"; c | getline; print close(c)
  c = "read x; exec kill -15 $$"; print "" | c; print close(c)
  c = "exit 137"; c | getline; print close(c)
}`,
    out: '265\n271\n137\n',
    differs: differ('another number', 'original-awk', 'busybox'),
  },
];
