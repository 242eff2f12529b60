import { describe, expect, test } from 'vitest';
import { readShellCall } from '../src/shell-call.ts';

const PROGRAM = `{print $3"/"$2"/"$1"T"$4}`;
const SEED = ['-F[/T]', PROGRAM, '/var/log/ts.log'];

describe('readShellCall', () => {
  test.each([
    { name: 'our own flags', argv: ['date-adapter', '--from', 'unix'], args: ['--from', 'unix'] },
    { name: 'the entry point', argv: ['/usr/local/bin/podmate', ...SEED], args: SEED },
    {
      name: "the textbook's pipeline",
      argv: ['podmate', '/bin/sh', '-c', `tail -n+1 -f /var/log/ts.log | awk -F'[/T]' '${PROGRAM}'`],
      args: ['--lines=+1', ...SEED],
    },
    {
      name: 'called as sh, -F, exec, double quotes',
      argv: [
        'sh',
        '-c',
        `exec tail -F -n +1 /var/log/ts.log | awk "-F[/T]" "${PROGRAM.replaceAll(/["$]/g, String.raw`\$&`)}"`,
      ],
      args: ['--lines=+1', ...SEED],
    },
    {
      name: 'tail without -f reads what is there',
      argv: ['sh', '-c', `tail -n 5 a.log | gawk '{ print }'`],
      args: ['--lines=5', '--once', '{ print }', 'a.log'],
    },
    {
      name: 'the last ten lines',
      argv: ['sh', '-c', `tail -f a.log | awk 1`],
      args: ['--lines=10', '1', 'a.log'],
    },
    {
      name: 'long flags of tail',
      argv: ['bash', '-c', `tail --follow=name --retry --lines=+1 a.log b.log | awk 1`],
      args: ['--lines=+1', '1', 'a.log', 'b.log'],
    },
    { name: 'cat', argv: ['sh', '-c', 'cat a.log | awk 1'], args: ['--once', '1', 'a.log'] },
  ])('the adapter: $name', ({ argv, args }) =>
    expect(readShellCall(argv)).toEqual({ kind: 'adapter', args }),
  );

  test.each([
    { argv: ['awk', 'BEGIN { }'], args: ['BEGIN { }'] },
    { argv: ['/usr/bin/mawk', '-f', 'x'], args: ['-f', 'x'] },
    { argv: ['podmate', 'gawk', '1'], args: ['1'] },
    { argv: ['busybox', 'awk', '1'], args: ['1'] },
    { argv: ['podmate', '/bin/busybox', 'awk', '1'], args: ['1'] },
    { argv: ['sh', '-c', `awk '{ print $1 | "sort" }' file`], args: ['{ print $1 | "sort" }', 'file'] },
  ])('the command awk: $argv', ({ argv, args }) =>
    expect(readShellCall(argv)).toEqual({ kind: 'awk', args }),
  );

  test.each([
    ['sh', '-c', 'tail -f a.log | grep x'],
    ['sh', '-c', 'tail -f a.log | grep x | awk 1'],
    ['sh', '-c', 'tail -f a.log || awk 1'],
    ['sh', '-c', 'tail -f "$LOG" | awk 1'],
    ['sh', '-c', 'tail -f | awk 1'],
    ['sh', '-c', 'tail -n x a.log | awk 1'],
    ['sh', '-c', 'tail -x a.log | awk 1'],
    ['sh', '-c', 'tail -f a.log | awk 1 > out'],
    ['sh', '-c', 'cat -n a.log | awk 1'],
    ['sh', '-c', 'while true; do awk 1; done'],
    ['sh', '-c', "tail -f a.log | awk '1"],
    ['sh', '-c', 'sleep 1'],
    ['sh', '-c'],
    ['sh'],
    ['podmate', 'bash', '-x'],
    ['busybox', 'ls'],
  ])('refused: %j %j %j', (...argv) => expect(readShellCall(argv)).toMatchObject({ kind: 'refused' }));
});
