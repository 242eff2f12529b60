// The PROXY protocol: what is taken, what is refused, at every split; and that we read what we write.
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { expect, test } from 'vitest';
import { type Origin, readHeader, writeHeader } from '../../src/proxy-protocol/header.ts';
import { formatIp, parseIp } from '../../src/proxy-protocol/ip-address.ts';

const origin = (
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
): Origin => ({
  source,
  sourcePort,
  destination,
  destinationPort,
});
const START = '0d0a0d0a000d0a515549540a';
const hex = (text: string): Buffer => Buffer.from(START + text.replaceAll(/\s/g, ''), 'hex');
const V4 = '01020304 05060708 1f90 0050';
const V6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 1f90 0050';
const v4 = origin('1.2.3.4', 8080, '5.6.7.8', 80);
const v6 = origin('2001:db8::1', 8080, '2001:db8::2', 80);

const taken: { name: string; in: string | Buffer; out: Origin | undefined }[] = [
  { name: 'v1 IPv4', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 8080 80\r\n', out: v4 },
  { name: 'v1 IPv6', in: 'PROXY TCP6 2001:db8::1 2001:DB8:0::2 8080 80\r\n', out: v6 },
  {
    name: 'v1 as long as can be',
    in: `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
    out: origin(`${'ffff:'.repeat(7)}ffff`, 65_535, `${'ffff:'.repeat(7)}ffff`, 65_535),
  },
  { name: 'v1 unknown', in: 'PROXY UNKNOWN\r\n', out: undefined },
  { name: 'v1 unknown with more', in: 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n', out: undefined },
  { name: 'v1 port 0', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 0 0\r\n', out: origin('1.2.3.4', 0, '5.6.7.8', 0) },
  { name: 'v2 IPv4', in: hex(`21 11 000c ${V4}`), out: v4 },
  { name: 'v2 IPv6', in: hex(`21 21 0024 ${V6}`), out: v6 },
  { name: 'v2 IPv4 datagrams', in: hex(`21 12 000c ${V4}`), out: v4 },
  { name: 'v2 with additions', in: hex(`21 11 0014 ${V4} 04 0002 0000 04 0000`), out: v4 },
  { name: 'v2 local', in: hex('20 00 0000'), out: undefined },
  { name: 'v2 local with what is to be skipped', in: hex(`20 11 000c ${V4}`), out: undefined },
  { name: 'v2 unspecified, skipped', in: hex('21 00 0003 aabbcc'), out: undefined },
  { name: 'v2 Unix', in: hex(`21 31 00d8 ${'00'.repeat(216)}`), out: origin('unix', 0, 'unix', 0) },
];

test.each(taken)('taken: $name', ({ in: input, out }) => {
  const header = Buffer.from(input);
  const behind = Buffer.from('GET / HTTP/1.1\r\n');
  expect(readHeader(Buffer.concat([header, behind]))).toEqual({
    kind: 'header',
    bytes: header.length,
    origin: out,
  });
  for (const { name, chunks } of splits(header, new SeededRandom(8))) {
    let held: Buffer = Buffer.alloc(0);
    const kinds = chunks.map((chunk) => readHeader((held = Buffer.concat([held, chunk]))).kind);
    expect({ name, kinds }).toEqual({
      name,
      kinds: [
        ...chunks
          .slice(1)
          .fill(behind)
          .map(() => 'incomplete'),
        'header',
      ],
    });
  }
});

const refused: { name: string; in: string | Buffer }[] = [
  { name: 'HTTP', in: 'GET / HTTP/1.1\r\n\r\n' },
  { name: 'TLS', in: Buffer.from([22, 3, 1, 2, 0]) },
  { name: 'small letters', in: 'proxy TCP4 1.2.3.4 5.6.7.8 8080 80\r\n' },
  { name: 'two spaces', in: 'PROXY  TCP4 1.2.3.4 5.6.7.8 8080 80\r\n' },
  { name: 'a space at the end', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 8080 80 \r\n' },
  { name: 'a word too few', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 8080\r\n' },
  { name: 'an unknown family', in: 'PROXY UDP4 1.2.3.4 5.6.7.8 8080 80\r\n' },
  { name: 'IPv6 as TCP4', in: 'PROXY TCP4 ::1 ::2 8080 80\r\n' },
  { name: 'IPv4 as TCP6', in: 'PROXY TCP6 1.2.3.4 5.6.7.8 8080 80\r\n' },
  { name: 'octal', in: 'PROXY TCP4 01.2.3.4 5.6.7.8 8080 80\r\n' },
  { name: 'no address', in: 'PROXY TCP4 1.2.3.256 5.6.7.8 8080 80\r\n' },
  { name: 'a port too great', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 65536 80\r\n' },
  { name: 'a port with zeros', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 080 80\r\n' },
  { name: 'a port with a sign', in: 'PROXY TCP4 1.2.3.4 5.6.7.8 +80 80\r\n' },
  { name: 'no end within 107 bytes', in: `PROXY UNKNOWN ${'x'.repeat(100)}\r\n` },
  { name: 'a bare LF, and on and on', in: `PROXY TCP4 1.2.3.4 5.6.7.8 8080 80\n${'x'.repeat(100)}` },
  { name: 'v2 of version 1', in: hex(`11 11 000c ${V4}`) },
  { name: 'v2 with another command', in: hex(`22 11 000c ${V4}`) },
  { name: 'v2 of another family', in: hex(`21 41 000c ${V4}`) },
  { name: 'v2 of another transport', in: hex(`21 13 000c ${V4}`) },
  { name: 'v2 with too short an address', in: hex('21 11 000b 0102030405060708090a0b') },
  { name: 'v2 longer than anybody needs', in: hex('21 11 ffff') },
  { name: 'v2 with half an addition', in: hex(`21 11 000e ${V4} 04 00`) },
  { name: 'v2 with an addition that is too long', in: hex(`21 11 000f ${V4} 04 0001`) },
];

test.each(refused)('refused: $name', ({ in: input }) => {
  expect(readHeader(Buffer.from(input))).toEqual({ kind: 'refused' });
});

const written: { name: string; origin: Origin | undefined; v1: string; v2: Buffer }[] = [
  { name: 'IPv4', origin: v4, v1: 'PROXY TCP4 1.2.3.4 5.6.7.8 8080 80\r\n', v2: hex(`21 11 000c ${V4}`) },
  {
    name: 'IPv6',
    origin: v6,
    v1: 'PROXY TCP6 2001:db8::1 2001:db8::2 8080 80\r\n',
    v2: hex(`21 21 0024 ${V6}`),
  },
  {
    name: 'IPv4 of a socket that takes both',
    origin: origin('::ffff:1.2.3.4', 8080, '::ffff:5.6.7.8', 80),
    v1: 'PROXY TCP4 1.2.3.4 5.6.7.8 8080 80\r\n',
    v2: hex(`21 11 000c ${V4}`),
  },
  {
    name: 'one of each',
    origin: origin('1.2.3.4', 1, '2001:db8::2', 2),
    v1: 'PROXY TCP6 ::ffff:1.2.3.4 2001:db8::2 1 2\r\n',
    v2: hex('21 21 0024 00000000000000000000ffff01020304 20010db8000000000000000000000002 0001 0002'),
  },
  { name: 'Unix', origin: origin('unix', 0, 'unix', 0), v1: 'PROXY UNKNOWN\r\n', v2: hex('21 00 0000') },
  { name: 'ourselves', origin: undefined, v1: 'PROXY UNKNOWN\r\n', v2: hex('20 00 0000') },
];

test.each(written)('written: $name', ({ origin: from, v1, v2 }) => {
  expect(writeHeader('v1', from).toString()).toBe(v1);
  expect(writeHeader('v2', from)).toEqual(v2);
});

test('whatever bytes come, the answer is one of three and never an exception', () => {
  const random = new SeededRandom(8);
  const heads = [Buffer.from('PROXY '), hex('21'), hex('2111'), Buffer.alloc(0)];
  for (let round = 0; round < 5000; round++) {
    const head = heads[round % heads.length] ?? Buffer.alloc(0);
    const noise = Buffer.from(Array.from({ length: random.integer(0, 130) }, () => random.integer(0, 255)));
    const input = Buffer.concat([head, noise]);
    const read = readHeader(input);
    expect(read.kind).toMatch(/^(incomplete|refused|header)$/);
    expect(read.kind === 'header' ? read.bytes <= input.length : true).toBe(true);
  }
});

test.each([
  '::',
  '::1',
  '1::',
  '2001:db8::1:0:0:1',
  '1:2:3:4:5:6:7:8',
  'fe80::1',
  '0.0.0.0',
  '255.255.255.255',
  '1:0:0:2::',
])('%s is read and written again', (text) => {
  expect(formatIp(parseIp(text) ?? Buffer.alloc(4))).toBe(text);
});

test.each([
  '',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '12345::',
  'g::',
  '1.2.3',
  '1.2.3.4.5',
  '::1.2.3',
  '1:2:3:4:5:6:7::8:9',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1.2.3.+4',
  ' 1.2.3.4',
])('%s is no address', (text) => {
  expect(parseIp(text)).toBeUndefined();
});
