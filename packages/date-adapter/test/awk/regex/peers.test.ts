// The table of spans, as the awks of Debian see it: gawk in both locales, mawk and the original awk, with the
// differences that the table lists.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { peers, whyNot } from '../../conformance/peers.ts';
import { type SpanRow, spanTable } from './span-table.ts';

const PROGRAM =
  'BEGIN { if (match(ENVIRON["T"], ENVIRON["P"])) print RSTART - 1, RLENGTH; else print "none" }';

function spanBy(command: readonly string[], row: SpanRow, locale: string): string {
  const [file = '', ...args] = command;
  const env = { P: row.pattern, T: row.text, LC_ALL: locale, PATH: process.env['PATH'] };
  const { status, stdout } = spawnSync(file, [...args, PROGRAM], { env, encoding: 'utf8' });
  if (status !== 0 || !/^(none|\d+ \d+)\n$/.test(stdout)) return 'error';
  if (stdout === 'none\n') return 'none';
  const [begin = 0, length = 0] = stdout.split(' ').map(Number);
  // Only gawk counts characters, and it counts bytes where the match is empty.
  const bytes = (count: number): number =>
    command[0] === 'gawk' && !row.isAscii && length > 0
      ? Buffer.byteLength(Array.from(row.text).slice(0, count).join(''))
      : count;
  return `${bytes(begin)}-${bytes(begin + length)}`;
}

const names = new Map([
  ['gawk', 'gawk'],
  ['mawk', 'mawk'],
  ['original-awk', 'onetrue'],
]);

for (const peer of peers) {
  const name = names.get(peer.name);
  if (name === undefined) continue;
  describe.skipIf(whyNot(peer) !== undefined)(`the table on ${peer.name}`, () => {
    test.each(name === 'gawk' ? ['C', 'C.UTF-8'] : ['C.UTF-8'])(
      'agrees with the table but where it says so, in locale %s',
      (locale) => {
        const rows = spanTable().filter((row) => row.isAscii || locale === 'C.UTF-8');
        const expected = rows.map((row) => [row.pattern, row.text, row.others.get(name) ?? row.span]);
        const found = rows.map((row) => [row.pattern, row.text, spanBy(peer.command, row, locale)]);
        expect(found).toEqual(expected);
      },
    );
  });
}
