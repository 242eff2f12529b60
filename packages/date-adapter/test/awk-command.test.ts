// The command awk as a process: descriptors, commands, exit statuses, what it says when something is wrong.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const main = path.resolve(import.meta.dirname, '../src/main.ts');
let directory = '';

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'podmate-awk-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function awk(
  args: readonly string[],
  stdin = '',
  environment: Readonly<Record<string, string>> = {},
): { out: string; errors: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'awk', ...args], {
    cwd: directory,
    input: stdin,
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment },
  });
  return { out: stdout, errors: stderr, status };
}

describe('commands', () => {
  test.each([
    {
      name: 'read',
      in: 'BEGIN { while (("seq 1 20000" | getline x) > 0) n += x; print n, close("seq 1 20000") }',
      out: '200010000 0\n',
    },
    {
      name: 'read without end',
      in: 'BEGIN { "yes" | getline x; print x; close("yes"); print "on" }',
      out: 'y\non\n',
    },
    {
      name: 'written to',
      in: 'BEGIN { for (i = 0; i < 20000; i++) print i | "wc -l | tr -d \\" \\""; close("wc -l | tr -d \\" \\""); print "on" }',
      out: '20000\non\n',
    },
    {
      name: 'closed at the end, before what is buffered',
      in: 'BEGIN { print "b\\na" | "sort"; print "end" }',
      out: 'a\nb\nend\n',
    },
    {
      name: 'their statuses',
      in: 'BEGIN { print "x" | "cat >/dev/null; exit 3"; print close("cat >/dev/null; exit 3"); "exit 4" | getline; print close("exit 4"); print system("exit 5"), system("kill -9 $$"), close("none") }',
      out: '3\n4\n5 265 -1\n',
    },
    {
      name: 'output stays in order',
      in: 'BEGIN { printf "a"; system("printf b"); printf "c"; print "d" | "cat"; close("cat"); printf "e" }',
      out: 'abcd\ne',
    },
    { name: 'standard input is theirs, too', in: 'BEGIN { "cat" | getline x; print x }', out: 'line\n' },
    {
      name: 'one that reads nothing',
      in: 'BEGIN { for (i = 0; i < 50000; i++) print i | "true"; close("true"); print "on" }',
      out: 'on\n',
    },
    {
      name: 'bytes that are no UTF-8',
      in: 'BEGIN { printf "%s", "\\351"; system("printf \\"\\351\\"") }',
      out: '\u00e9\u00e9',
    },
  ])('$name', ({ in: program, out }) =>
    expect(awk([program], 'line\n')).toEqual({ out, errors: '', status: 0 }),
  );
});

describe('files', () => {
  test('written, appended, read', () => {
    const program =
      'BEGIN { print "a" > "f"; close("f"); print "b" >> "f"; close("f"); while ((getline x < "f") > 0) printf "%s ", x; print "e" > "/dev/stderr"; print "d" > "/dev/fd/1" }';
    expect(awk([program])).toEqual({ out: 'a b d\n', errors: 'e\n', status: 0 });
    expect(readFileSync(path.join(directory, 'f'), 'utf8')).toBe('a\nb\n');
  });

  test('programs, several and from standard input', () => {
    writeFileSync(path.join(directory, 'one.awk'), 'function f(x) { return x * 2 }\n');
    expect(awk(['-f', 'one.awk', '-f', '-'], 'BEGIN { print f(4) }').out).toBe('8\n');
  });

  test('included ones, from AWKPATH and without their .awk', () => {
    mkdirSync(path.join(directory, 'lib'), { recursive: true });
    writeFileSync(
      path.join(directory, 'lib/twice.awk'),
      '@namespace "lib"\nfunction twice(x) { return 2 * x }\n',
    );
    writeFileSync(path.join(directory, 'main.awk'), '@include "twice"\n\nBEGIN { print lib::twice(4) }\n');
    const environment = { AWKPATH: '.:lib' };
    expect(awk(['-f', 'main'], '', environment).out).toBe('8\n');
    expect(awk(['-i', 'twice', '-f', 'main'], '', environment).out).toBe('8\n');
    expect(awk(['-i', 'lib/twice', 'BEGIN { f = "lib::twice"; print @f(5) }']).out).toBe('10\n');
    expect(awk(['-f', 'main.awk']).errors).toBe(
      'awk: cannot open program file twice: No such file or directory\n',
    );
    expect(awk(['--posix', '-f', 'main.awk'], '', environment).errors).toMatch(/@include is not supported\n/);
  });

  test.each([
    { name: 'compiled', before: '' },
    { name: 'interpreted', before: 'IGNORECASE = 0; ' },
  ])('what cannot be written need not end the program, $name', ({ before }) => {
    const program = (key: string): string =>
      `BEGIN { ${before}PROCINFO[${key}] = 1; print "a" > "no/such"; print "on", ERRNO }`;
    const on = { out: 'on No such file or directory\n', errors: '', status: 0 };
    expect(awk([program('"NONFATAL"')])).toEqual(on);
    expect(awk([program('"no/such", "NONFATAL"')])).toEqual(on);
    expect(awk([program('"other", "NONFATAL"')]).status).toBe(2);
  });

  test('a directory is skipped, what is not there ends the run', () => {
    expect(awk(['{ print }', '.'])).toEqual({
      out: '',
      errors: 'awk: warning: . is a directory: skipped\n',
      status: 0,
    });
    expect(awk(['BEGIN { print "b" } { print } END { print "e" }', 'none'])).toEqual({
      out: 'b\n',
      errors: 'awk: command line:1: cannot open file none for reading: No such file or directory\n',
      status: 2,
    });
  });
});

describe('what is wrong', () => {
  test.each([
    { name: 'the command line', args: ['-q', 'BEGIN {}'], errors: /^awk: unknown option -q\nusage: awk / },
    {
      name: 'the program',
      args: ['BEGIN { print'],
      errors: /^awk: command line:1:\d+: .*\nBEGIN \{ print\n +\^\n$/,
    },
    { name: 'the run', args: ['BEGIN { print 1 / 0 }'], errors: /^awk: command line:1: division by zero\n$/ },
    {
      name: 'a reach in the sandbox',
      args: ['--sandbox', 'BEGIN { system("true") }'],
      errors: /^awk: command line:1:9: system\(\) is not allowed with --sandbox\n/,
    },
    {
      name: 'a program file',
      args: ['-f', 'none.awk'],
      errors: /^awk: cannot open program file none.awk: No such/,
    },
    {
      name: 'a file to write',
      args: ['BEGIN { print > "no/such" }'],
      errors: /cannot write to no\/such: No such file/,
    },
  ])('$name', ({ args, errors }) => {
    const result = awk(args);
    expect(result.errors).toMatch(errors);
    expect(result.status).toBe(2);
  });
});

test('exit statuses', () => {
  expect(awk(['BEGIN { exit 3 }']).status).toBe(3);
  expect(awk(['function f(n) { return n ? 1 + f(n - 1) : 0 } BEGIN { print f(20000); exit 7 }'])).toEqual({
    out: '20000\n',
    errors: '',
    status: 7,
  });
});

test('whoever reads us may stop', () => {
  const shell = `"${process.execPath}" "${main}" awk 'BEGIN { while (1) print "y" }' | head -n 1`;
  expect(spawnSync('/bin/sh', ['-c', shell], { encoding: 'utf8', timeout: 15_000 }).stdout).toBe('y\n');
});

test('a full disk is told', () => {
  const shell = `"${process.execPath}" "${main}" awk 'BEGIN { print "y" }' > /dev/full`;
  const { stderr, status } = spawnSync('/bin/sh', ['-c', shell], { encoding: 'utf8' });
  expect(stderr).toBe('awk: cannot write standard output: No space left on device\n');
  expect(status).toBe(2);
});

test('bytes in arguments and environment', () => {
  const shell = `X=$(printf 'a\\351') "${process.execPath}" "${main}" awk "BEGIN { printf \\"$(printf '\\351')%s\\", ENVIRON[\\"X\\"] }"`;
  expect(spawnSync('/bin/sh', ['-c', shell], { encoding: 'latin1' }).stdout).toBe('\u00e9a\u00e9');
});

test('lines leave as soon as they come', () => {
  const shell = `(echo a; sleep 2; echo b) | "${process.execPath}" "${main}" awk '{ print; if (NR == 1) print "seen" > "first" }' | (read x; sleep 0.2; cat first 2>/dev/null; echo "got $x"; cat)`;
  const { stdout } = spawnSync('/bin/sh', ['-c', shell], { encoding: 'utf8', cwd: directory });
  expect(stdout).toBe('got a\nb\n');
});
