// What PostgreSQL's two sides begin with, at every split.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import {
  AuthenticationFilter,
  fatalError,
  readStart,
  SSL_REQUEST,
} from '../../src/database/postgres-start.ts';

const uint32 = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, at) => bytes.writeUInt32BE(number, 4 * at));
  return bytes;
};
const startup = (text: string, version = 0x3_0000): Buffer =>
  Buffer.concat([uint32(8 + text.length, version), Buffer.from(text)]);

const starts: { name: string; in: Buffer; out: string; bytes?: number }[] = [
  { name: 'nothing', in: Buffer.alloc(0), out: 'incomplete' },
  { name: 'half a length', in: Buffer.from([0, 0]), out: 'incomplete' },
  { name: 'SSLRequest', in: SSL_REQUEST, out: 'ssl', bytes: 8 },
  {
    name: 'SSLRequest and more',
    in: Buffer.concat([SSL_REQUEST, startup('user\0a\0\0')]),
    out: 'ssl',
    bytes: 8,
  },
  { name: 'GSSENCRequest', in: uint32(8, 80_877_104), out: 'gss', bytes: 8 },
  { name: 'CancelRequest', in: uint32(16, 80_877_102, 1, 2), out: 'cancel', bytes: 16 },
  { name: 'half a CancelRequest', in: uint32(16, 80_877_102, 1), out: 'incomplete' },
  { name: 'a long cancel key (3.2)', in: uint32(20, 80_877_102, 1, 2, 3), out: 'cancel', bytes: 20 },
  { name: 'StartupMessage', in: startup('user\0a\0\0'), out: 'startup', bytes: 16 },
  { name: 'version 3.2', in: startup('user\0a\0\0', 0x3_0002), out: 'startup', bytes: 16 },
  { name: 'version 2', in: startup('user\0a\0\0', 0x2_0000), out: 'refused' },
  { name: 'a length without a code', in: uint32(4, 0x3_0000), out: 'refused' },
  { name: 'longer than any', in: uint32(10_001, 0x3_0000), out: 'refused' },
  { name: 'SSLRequest of another length', in: uint32(12, 80_877_103, 0), out: 'refused' },
  { name: 'TLS itself', in: Buffer.from([22, 3, 1, 0, 5]), out: 'refused' },
  { name: 'HTTP', in: Buffer.from('GET / HTTP/1.1\r\n'), out: 'refused' },
];

test.each(starts)('a client begins with $name: $out', ({ in: input, out, bytes = 0 }) => {
  expect(readStart(input)).toEqual({ kind: out, bytes });
});

const message = (type: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), uint32(4 + body.length), body]);
const sasl = (...names: string[]): Buffer =>
  message('R', Buffer.concat([uint32(10), Buffer.from(`${names.join('\0')}\0\0`)]));

const answers: { name: string; in: Buffer; out: Buffer }[] = [
  {
    name: 'the mechanism with channel binding is left out',
    in: sasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'),
    out: sasl('SCRAM-SHA-256'),
  },
  { name: 'none with channel binding', in: sasl('SCRAM-SHA-256'), out: sasl('SCRAM-SHA-256') },
  {
    name: 'only such: the client shall say that it has none of them',
    in: sasl('SCRAM-SHA-256-PLUS'),
    out: sasl('SCRAM-SHA-256-PLUS'),
  },
  { name: 'MD5', in: message('R', uint32(5, 42)), out: message('R', uint32(5, 42)) },
  { name: 'no password', in: message('R', uint32(0)), out: message('R', uint32(0)) },
  { name: 'an error', in: fatalError('no'), out: fatalError('no') },
  {
    name: 'version negotiation first',
    in: Buffer.concat([message('v', uint32(0, 0)), sasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256')]),
    out: Buffer.concat([message('v', uint32(0, 0)), sasl('SCRAM-SHA-256')]),
  },
  {
    name: 'an authentication request longer than libpq takes',
    in: message('R', Buffer.alloc(3000)),
    out: message('R', Buffer.alloc(3000)),
  },
];

test.each(answers)('a server answers: $name', ({ in: input, out }) => {
  for (const { name, chunks } of splits(input, new SeededRandom(8))) {
    const filter = new AuthenticationFilter();
    const got: Buffer[] = [];
    let isSettled = false;
    for (const chunk of chunks) {
      const settled: Buffer | undefined = isSettled ? chunk : filter.feed(chunk);
      isSettled ||= settled !== undefined;
      if (settled !== undefined) got.push(settled);
    }
    expect({ name, got: Buffer.concat(got) }).toEqual({ name, got: out });
  }
});
