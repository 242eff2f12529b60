// The connection phase of MySQL: packets at every split, what of greeting and answer is changed and what is not.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import {
  errorPacket,
  packetOf,
  Packets,
  payloadOf,
  readAuthSwitch,
  readClient,
  readGreeting,
  renumbered,
  responseOverTls,
  sequenceOf,
  sslRequest,
} from '../../src/database/mysql-handshake.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** As MariaDB 10.11 greets: capabilities with CLIENT_SSL, some of MariaDB's own in the reserved bytes. */
const greeting = packetOf(
  0,
  hex('0a'),
  Buffer.from('5.5.5-10.11.19-MariaDB\0'),
  hex('2a000000'),
  Buffer.from('12345678\0'),
  hex('fefe 21 0200 ff81 15'),
  hex('000000000000 1f000000'),
  Buffer.from('abcdefghijkl\0mysql_native_password\0'),
);

test('the greeting goes on without CLIENT_SSL, and nothing else is changed', () => {
  const read = readGreeting(greeting);
  expect(read).toMatchObject({ offersTls: true, plugin: 'mysql_native_password' });
  expect(read?.nonce.toString()).toBe('12345678abcdefghijkl');
  const changed = [...greeting].flatMap((byte, at) => (read?.forClient[at] === byte ? [] : [at]));
  const at = greeting.indexOf(hex('fefe21')) + 1;
  expect(changed).toEqual([at]);
  expect(read?.forClient[at]).toBe(0xfe & ~0x08);
});

test.each([
  { name: 'an error', in: errorPacket(0, 'too many connections') },
  { name: 'protocol 9', in: packetOf(0, hex('09'), Buffer.from('3.20\0'), Buffer.alloc(40)) },
  { name: 'a torso', in: packetOf(0, payloadOf(greeting).subarray(0, 40)) },
  { name: 'a version without an end', in: packetOf(0, hex('0a'), Buffer.alloc(60, 0x35)) },
  { name: 'nothing', in: packetOf(0) },
])('no greeting: $name', ({ in: input }) => {
  expect(readGreeting(input)).toBeUndefined();
});

/** Capabilities without CLIENT_SSL, with what MariaDB's clients put behind the reserved bytes. */
const response = packetOf(
  1,
  hex('85a2 bf01 00000001 21'),
  Buffer.alloc(19),
  hex('04000000'),
  Buffer.from('app\0\x02pwdb\0mysql_native_password\0'),
);

test('the request for TLS says what the answer says; the answer follows with the next number', () => {
  const request = sslRequest(response);
  expect(request.subarray(0, 4)).toEqual(hex('20000001'));
  expect(request.subarray(4)).toEqual(hex(`85aa bf01 00000001 21 ${'00'.repeat(19)} 04000000`));
  const sent = responseOverTls(response);
  expect(sequenceOf(sent)).toBe(2);
  expect(payloadOf(sent).subarray(0, 32)).toEqual(payloadOf(request));
  expect(payloadOf(sent).subarray(32)).toEqual(payloadOf(response).subarray(32));
});

test.each([
  { name: 'as expected', in: response, out: 'plain' },
  { name: 'that wants TLS all the same', in: sslRequest(response), out: 'wants-tls' },
  { name: 'of before 4.1', in: packetOf(1, hex('8500 000000'), Buffer.from('app\0')), out: 'too-old' },
  { name: 'without anything', in: packetOf(1), out: 'too-old' },
])('a client $name: $out', ({ in: input, out }) => {
  expect(readClient(input)).toBe(out);
});

test('numbers go on after 255', () => {
  expect(sequenceOf(renumbered(response, 256))).toBe(0);
  expect(sequenceOf(renumbered(response, -1))).toBe(255);
});

test('another way to prove who one is', () => {
  const nonce = Buffer.from('12345678901234567890');
  const packet = packetOf(2, hex('fe'), Buffer.from('caching_sha2_password\0'), nonce, hex('00'));
  expect(readAuthSwitch(packet)).toEqual({ plugin: 'caching_sha2_password', nonce });
  expect(readAuthSwitch(packetOf(2, hex('fe')))).toEqual({ plugin: '', nonce: Buffer.alloc(0) });
});

test('packets, however they arrive, and what is behind them', () => {
  const stream = Buffer.concat([greeting, packetOf(7), response, hex('050000')]);
  for (const { name, chunks } of splits(stream, new SeededRandom(8))) {
    const packets = new Packets();
    const got: Buffer[] = [];
    for (const chunk of chunks) {
      packets.feed(chunk);
      for (let packet = packets.next(); packet !== undefined; packet = packets.next()) got.push(packet);
    }
    const expected = { name, got: [greeting, packetOf(7), response], rest: hex('050000') };
    expect({ name, got, rest: packets.rest() }).toEqual(expected);
  }
});

test('a packet that is too long is no packet', () => {
  const packets = new Packets();
  packets.feed(Buffer.from('GET / HTTP/1.1\r\n'));
  expect(() => packets.next()).toThrow('too long');
});
