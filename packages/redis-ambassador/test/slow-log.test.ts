// The slow log: what it shows of a command, and what it never shows.
import { expect, test } from 'vitest';
import { encodeCommand } from '../src/resp/inline-command.ts';
import { redact, SlowLog } from '../src/slow-log.ts';

const request = (...words: string[]) => {
  const { bytes } = encodeCommand(words);
  return { data: Buffer.concat([Buffer.from('before'), bytes]), start: 6, end: 6 + bytes.length };
};

test.each([
  { in: ['GET', 'user:17'], out: 'GET user:17' },
  { in: ['set', 'user:17', 'secret', 'EX', '10'], out: 'SET user:17 (6 bytes) (2 bytes) (2 bytes)' },
  { in: ['AUTH', 'me', 'secret'], out: 'AUTH (2 bytes) (6 bytes)' },
  { in: ['HELLO', '3', 'AUTH', 'me', 'secret'], out: 'HELLO (1 bytes) (4 bytes) (2 bytes) (6 bytes)' },
  { in: ['CONFIG', 'SET', 'requirepass', 'secret'], out: 'CONFIG SET (11 bytes) (6 bytes)' },
  { in: ['EVAL', 'return 1', '1', 'k', 'arg'], out: 'EVAL (8 bytes) (1 bytes) k (3 bytes)' },
  { in: ['XGROUP', 'CREATE', 's', 'g', '$'], out: 'XGROUP CREATE s (1 bytes) (1 bytes)' },
  { in: ['MYMODULE.DO', 'k', 'v'], out: 'MYMODULE.DO (1 bytes) (1 bytes)' },
  { in: ['GET', 'k'.repeat(100)], out: `GET ${'k'.repeat(64)}...` },
  {
    in: ['DEL', ...Array.from({ length: 20 }, (_, i) => `k${i}`)],
    out: `DEL ${Array.from({ length: 15 }, (_, i) => `k${i}`).join(' ')} (5 more)`,
  },
])('$out', ({ in: words, out }) => {
  expect(redact(request(...words))).toBe(out);
});

test('the newest first, as many as there is room for; what is too much for one second is counted', () => {
  const reported: string[] = [];
  const log = new SlowLog({ size: 3, report: ({ text }) => reported.push(text) });
  for (let i = 0; i < 100; i++) log.add(request('GET', `k${i}`), 200, 'a:1', 5000);
  log.add(request('GET', 'later'), 250, 'a:1', 6000);
  expect(log.total).toBe(101);
  expect(reported).toHaveLength(51);
  expect(log.entries.map(({ text }) => text)).toEqual(['GET later', 'GET k49', 'GET k48']);
  expect(log.entries[0]).toMatchObject({ id: 101, tookMs: 250, server: 'a:1', atMs: 6000 });
  log.reset();
  expect(log.entries).toEqual([]);
});
