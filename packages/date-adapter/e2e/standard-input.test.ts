// Standard input: read to its end, line by line as it comes, whatever it is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { containerEnvironment, imageCommand } from '@podmate/testkit/image';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ended } from './running.ts';

function open(...args: string[]) {
  const [program, ...first] = imageCommand('date-adapter');
  const child = spawn(program, [...first, '--log-level', 'warn', ...args], { env: containerEnvironment() });
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { child, exited: once(child, 'close'), stdout: () => Buffer.concat(chunks).toString() };
}

test('a line is out before the next one comes', async () => {
  const { child, exited, stdout } = open('{ print NR ":" $0 } END { print "end" }');
  for (const [index, line] of ['a', 'b', 'c'].entries()) {
    child.stdin.write(`${line}\n`);
    await eventually(() => expect(stdout()).toContain(`${index + 1}:${line}\n`));
  }
  child.stdin.end('d');
  expect(await exited).toEqual([0, null]);
  expect(stdout()).toBe('1:a\n2:b\n3:c\n4:d\nend\n');
});

test('SIGTERM while nothing comes: END runs, exit code 0', async () => {
  const { child, exited, stdout } = open('{ print } END { print NR, "lines" }');
  child.stdin.write('a\n');
  await eventually(() => expect(stdout()).toBe('a\n'));
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(stdout()).toBe('a\n1 lines\n');
});

describe('what may come', () => {
  const long = `${'x'.repeat(3_000_000)} end`;
  const binary = Buffer.from([0, 255, 254, 128, 9, 65]).toString('latin1');
  test.each([
    { name: 'nothing', args: ['{ print } END { print NR }'], input: '', stdout: '0\n' },
    {
      name: 'a last line without newline',
      args: ['--from', 'unix', '--to', 'rfc3339'],
      input: '0 a\n1 b',
      stdout: '1970-01-01T00:00:00Z a\n1970-01-01T00:00:01Z b',
    },
    {
      name: 'a line longer than every buffer, awk',
      args: ['{ print length($1), $2 }'],
      input: `${long}\na b\n`,
      stdout: '3000000 end\n1 b\n',
    },
    {
      name: 'a line longer than every buffer, dates',
      args: ['--from', 'unix'],
      input: `0 ${long}\n0 b\n`,
      stdout: `1970-01-01T00:00:00Z ${long}\n1970-01-01T00:00:00Z b\n`,
    },
    {
      name: 'a line longer than every buffer, formats',
      args: ['--parse', 'logfmt'],
      input: `a=${long}\nb=1\n`,
      stdout: `a=${long}\n{"b":1}\n`,
    },
    {
      name: 'bytes that are no text',
      args: ['{ print $0 }'],
      input: Buffer.from(`${binary}\n`, 'latin1'),
      stdout: Buffer.from(`${binary}\n`, 'latin1').toString(),
    },
  ])('$name', async ({ args, input, stdout }) => {
    const found = await ended(args, { input });
    expect(found.code).toBe(0);
    expect(found.stdout === stdout).toBe(true);
  });
});

test('- is standard input, assignments among the operands hold', async () => {
  const found = await ended(['{ print x, $0 }', 'x=1', '-'], { input: 'a\n' });
  expect(found).toMatchObject({ code: 0, stdout: '1 a\n' });
});
