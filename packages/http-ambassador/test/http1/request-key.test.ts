// What is taken from a head: keys for rings and limits, and the trace it belongs to.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { expect, test } from 'vitest';
import { Head } from '../../src/http1/head.ts';
import { parseKeySource, requestKey } from '../../src/http1/request-key.ts';
import { Target } from '../../src/http1/target.ts';
import { newTraceparent, readTrace, traceIdOf } from '../../src/http1/trace-context.ts';

function headOf(...lines: string[]): Head {
  const head = new Head();
  const bytes = Buffer.from(
    `GET /users/7?x=1 HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
  );
  expect(head.parseRequest(bytes, 0, bytes.length)).toBe(bytes.length);
  return head;
}

test.each([
  { by: 'client', out: '10.0.0.1' },
  { by: 'path', out: '/users/7' },
  { by: 'all', out: '' },
  { by: 'header X-User', out: 'Eva' },
  { by: 'header: x-user', out: 'Eva' },
  { by: 'header X-Missing', out: undefined },
  { by: 'cookie session', out: 's1' },
  { by: 'cookie ses', out: undefined },
  { by: 'cookie Session', out: undefined },
])('by $by', ({ by, out }) => {
  const head = headOf('X-User: Eva', 'x-user: Adam', 'Cookie: a=b; session=s1;session=s2');
  const target = new Target();
  target.read(head);
  const source = parseKeySource(by);
  expect(source && requestKey(head, target, source, '10.0.0.1')).toBe(out);
});

test.each(['', 'header', 'header ', 'header a b', 'user', 'cookie'])('no key: %s', (text) => {
  expect(parseKeySource(text)).toBeUndefined();
});

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';

test.each([
  { in: `00-${id}-${parent}-01`, out: id },
  { in: `00-${id}-${parent}-00`, out: id },
  { in: `cc-${id}-${parent}-01`, out: id },
  { in: `cc-${id}-${parent}-01-what-comes-later`, out: id },
  { in: `00-${id}-${parent}-01-more`, out: undefined },
  { in: `cc-${id}-${parent}-01more`, out: undefined },
  { in: `ff-${id}-${parent}-01`, out: undefined },
  { in: `00-${id.toUpperCase()}-${parent}-01`, out: undefined },
  { in: `00-${'0'.repeat(32)}-${parent}-01`, out: undefined },
  { in: `00-${id}-${'0'.repeat(16)}-01`, out: undefined },
  { in: `00-${id}-${parent}-1`, out: undefined },
  { in: `00-${id}-${parent}`, out: undefined },
  { in: ` 00-${id}-${parent}-01`, out: undefined },
  { in: '', out: undefined },
])('traceparent $in', ({ in: value, out }) => {
  expect(traceIdOf(value)).toBe(out);
});

test('one traceparent in any case of letters counts, two are none', () => {
  const line = `TraceParent: 00-${id}-${parent}-01`;
  expect(readTrace(headOf(line))).toEqual({ id, present: true });
  expect(readTrace(headOf(line, line))).toEqual({ id: undefined, present: true });
  expect(readTrace(headOf())).toEqual({ id: undefined, present: false });
});

test('a new traceparent is valid whatever the dice say', () => {
  const random = new SeededRandom(5);
  const all = Array.from({ length: 100 }, () => traceIdOf(newTraceparent(() => random.fraction())));
  expect(new Set(all).size).toBe(100);
  expect(all).not.toContain(undefined);
  for (const dice of [0, 1 - 2 ** -53]) expect(traceIdOf(newTraceparent(() => dice))).toHaveLength(32);
});
