// Every program of the conformance table, compiled and interpreted, byte for byte; and what only a compiler can get
// wrong: chunks of every size, long records, programs that have no code and go to the interpreter.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { explainProgram } from '../../../src/awk/compiler/run.ts';
import { parseProgram } from '../../../src/awk/parser.ts';
import { SourceError } from '../../../src/awk/source-error.ts';
import { UsageError } from '../../../src/awk-arguments.ts';
import { mismatch, needsProcess, type Row } from '../../conformance/row.ts';
import { table as rows } from '../../conformance/table.ts';
import { MemoryWorld } from '../interpreter/memory-world.ts';
import { type CommandLine, runOn } from './both-engines.ts';

function commandLine(row: Row): CommandLine {
  return {
    args: [
      ...(row.options ?? []),
      ...(row.program === undefined ? [] : [row.program]),
      ...(row.operands ?? []),
    ],
    environment: { TZ: 'UTC', ...row.env },
    ...(row.stdin === undefined ? {} : { stdin: row.stdin }),
    ...(row.files === undefined ? {} : { files: row.files }),
  };
}

/** Places of faults may differ within a line's statement; what is wrong may not. */
function comparable(line: CommandLine, engine: 'interpreted' | 'compiled'): unknown {
  try {
    const result = runOn(engine, line);
    return { ...result, status: typeof result.status === 'string' ? 'fault' : result.status };
  } catch (error) {
    // Refused before it runs: by both in the same way.
    if (error instanceof SourceError || error instanceof UsageError) return error.message;
    throw error;
  }
}

describe('the conformance table', () => {
  test.each(rows.map((row) => ({ name: row.name, row })))('$name', ({ row }) => {
    const line = commandLine(row);
    const wanted = comparable(line, 'interpreted');
    for (const chunkBytes of [Infinity, 1]) {
      expect(comparable({ ...line, chunkBytes }, 'compiled')).toEqual(wanted);
    }
  });

  test.each(
    rows
      .filter((row) => row.open === undefined && !needsProcess(row))
      .map((row) => ({ name: row.name, row })),
  )('$name: the answer', ({ row }) => {
    const { stdout, stderr, status } = runOn('compiled', commandLine(row));
    const outcome = {
      stdout: Buffer.from(stdout, 'latin1'),
      stderr,
      status: typeof status === 'number' ? status : 2,
    };
    expect(mismatch(row, outcome)).toBeUndefined();
  });
});

describe('long records', () => {
  const long = `${'x'.repeat(700_000)} ${'y '.repeat(300_000)}`;
  test.each([
    { name: 'NF of 300,001 fields', in: '{ print NF, length($0) }', out: '300001 1300001\n' },
    { name: 'a field behind many', in: '{ print $250000, $300002 "." }', out: 'y .\n' },
    { name: 'printed whole', in: '{ print; print }', out: `${long}\n${long}\n` },
    {
      name: 'substitution of many matches',
      in: '{ print gsub(/y/, "abc"), length($0) }',
      out: '300000 1900001\n',
    },
    { name: 'a field assigned', in: '{ $2 = "z"; print length($0), $2 $3 }', out: '1300000 zy\n' },
  ])('$name', ({ in: program, out }) => {
    expect(runOn('compiled', { args: [program], stdin: `${long}\n`, chunkBytes: 65_536 }).stdout).toBe(out);
  });
});

describe('what stays when records come and go', () => {
  const stdin = Array.from({ length: 5000 }, (_, line) => `line ${line} ${'.'.repeat(line % 90)}`).join('\n');
  test.each([
    { name: 'getline x leaves $0', in: 'NR % 3 == 1 { getline x; print $2, x }' },
    { name: 'fields are there after getline x', in: '{ f = $1; getline x; print NF, $2, f }' },
    { name: 'a pattern looked for ahead', in: '/49/ { n++ } /9 \\.\\.\\./ { m++ } END { print n, m, $0 }' },
    {
      name: 'elements of split',
      in: '{ split($0, a); a[2]++; s += a[2]; b[a[1]] = a[2] } END { print s, b["line"] }',
    },
    { name: 'assigned fields', in: '{ $2 = $2 + 0.5; $5 = "x"; print; print NF, $2 * 2 }' },
    { name: 'strings kept', in: '{ a[NR % 7] = $0 } END { for (i = 0; i < 7; i++) print a[i] }' },
  ])('$name', ({ in: program }) => {
    const line = { args: [program], stdin };
    const wanted = runOn('interpreted', line);
    for (const chunkBytes of [7, 1000, Infinity]) {
      expect(runOn('compiled', { ...line, chunkBytes })).toEqual(wanted);
    }
  });
});

describe('buffers that are read into', () => {
  const words = ['probe', 'x', 'GET /a', '', 'a longer line with some words', 'z'.repeat(300)];
  const stdin = Array.from({ length: 40_000 }, (_, line) => `${line} ${words[((line * 7) % 11) % 6]}`).join(
    '\n',
  );
  test.each([
    { name: 'the last record', in: 'END { print $0, NF, NR }' },
    {
      name: 'fields across fillings',
      in: '{ f = $1; getline x; if (NR % 5000 == 0) print NF, $2, f, x } END { print $2 }',
    },
    { name: 'a literal drops', in: '/probe/ { n++; next } { print } END { print n, NR }' },
    { name: 'a literal keeps', in: '/probe/' },
    { name: 'a literal is rare', in: '/39999/ { print NR ": " $0 }' },
    { name: 'a regex with a prefix', in: '/GET \\/[a-c]/ { n += length($0) } END { print n }' },
    { name: 'two literals', in: '/probe/ { p++ } /GET/ { g++ } END { print p, g, NR }' },
    { name: 'everything is printed', in: '1' },
  ])('$name', ({ in: program }) => {
    const wanted = runOn('interpreted', { args: [program], stdin });
    for (const chunkBytes of [1000, 70_001, Infinity]) {
      expect(runOn('compiled', { args: [program], stdin, chunkBytes, inPlace: true })).toEqual(wanted);
    }
  });
});

function explain(text: string): string | undefined {
  const program = parseProgram([{ name: 'p', text }], { posix: false });
  return explainProgram(program, new MemoryWorld({}), { utf8: true, csv: false });
}

describe('explain', () => {
  test('a program with code', () => expect(explain('{ print $1 }')).toContain('L.putField(R,o,1'));
  test('arrays of arrays are interpreted', () => expect(explain('{ a[1][2] = 3 }')).toBeUndefined());
});

test('where no code may be made of strings the interpreter runs the program', () => {
  const engines = new URL('both-engines.ts', import.meta.url).href;
  const script = `
    import { runOn } from ${JSON.stringify(engines)};
    let isRefused = false;
    try { new Function(''); } catch (error) { isRefused = error instanceof EvalError; }
    const { stdout } = runOn('compiled', { args: ['{ print $2; n++ } END { print n }'], stdin: 'a b\\nc d\\n' });
    console.log(JSON.stringify({ isRefused, stdout }));`;
  const options = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ isRefused: true, stdout: 'b\nd\n2\n' });
});
