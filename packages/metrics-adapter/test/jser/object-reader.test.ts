import { describe, expect, test } from 'vitest';
import { freshSeed, SeededRandom } from '@podmate/testkit/seeded-random';
import { splits } from '@podmate/testkit/splits';
import { attributeValues } from '../../src/jmx/mbean-info.ts';
import {
  ClassDesc,
  JavaArray,
  JavaClass,
  JavaEnum,
  JavaObject,
  type JavaValue,
} from '../../src/jser/java-value.ts';
import { DEFAULT_LIMITS, ObjectReader, type ReaderLimits } from '../../src/jser/object-reader.ts';
import { readObjectStream } from '../../src/jser/object-stream.ts';
import { bytesOf, longDesc, recorded } from './streams.ts';

const { utf, long, int, hex, classDesc, primitive, reference, stream, handle } = bytesOf;

/** Reads one stream out of chunks, as a connection would: what is left of one goes before the next. */
function readChunks(chunks: readonly Buffer[], limits?: ReaderLimits): JavaValue | undefined {
  const reader = new ObjectReader(limits);
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  let headed = false;
  for (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    if (begun) reader.supply(rest, 0, rest.length);
    else reader.begin(rest, 0, rest.length);
    begun = true;
    headed ||= reader.readHeader();
    if (headed && reader.read()) return reader.value;
    rest = rest.subarray(reader.at);
  }
  return undefined;
}

/** Enough of a value to compare by. */
function summary(value: JavaValue | undefined, depth = 0): unknown {
  if (depth > 8) return '...';
  if (value instanceof JavaObject) {
    const extra = value.annotations?.map((one) => one.contents.map((part) => summary(part, depth + 1)));
    return {
      class: value.desc.name,
      fields: value.fields.map((one) => summary(one, depth + 1)),
      ...(extra && { extra }),
    };
  }
  if (value instanceof JavaArray)
    return [value.desc.name, ...value.values.map((one) => summary(one, depth + 1))];
  if (value instanceof JavaEnum) return `enum ${value.desc.name}.${value.constant}`;
  if (value instanceof JavaClass) return `class ${value.desc.name}`;
  if (value instanceof ClassDesc) return `desc ${value.name}`;
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  return value;
}

const long5 = { class: 'java.lang.Long', fields: [5] };
const pointFields = [primitive('I', 'x'), primitive('D', 'y'), reference('name', 'Ljava/lang/String;')];
const y = Buffer.alloc(8);
y.writeDoubleBE(2.5);

const ROWS = [
  { name: 'null', in: stream(hex('70')), out: null },
  { name: 'string', in: stream(hex('74'), utf('héé')), out: 'héé' },
  { name: 'long string', in: stream(hex('7c'), long(3n), Buffer.from('abc')), out: 'abc' },
  { name: 'block data', in: stream(hex('7703010203')), out: '0x010203' },
  { name: 'long block data', in: stream(hex('7a00000002aabb')), out: '0xaabb' },
  { name: 'box', in: stream(hex('73'), longDesc, long(5n)), out: long5 },
  { name: 'after resets', in: stream(hex('797979'), hex('74'), utf('a')), out: 'a' },
  {
    name: 'array of boxes, one of them twice',
    in: stream(
      hex('75'),
      classDesc('[Ljava.lang.Object;', 2),
      int(3),
      hex('73'),
      longDesc,
      long(5n),
      handle(4),
      hex('73'),
      handle(2),
      long(-1n),
    ),
    out: ['[Ljava.lang.Object;', long5, long5, { class: 'java.lang.Long', fields: [-1] }],
  },
  {
    name: 'primitive array',
    in: stream(hex('75'), classDesc('[S', 2), int(2), hex('0001ffff')),
    out: ['[S', 1, -1],
  },
  {
    name: 'fields',
    in: stream(hex('73'), classDesc('Point', 2, pointFields), int(1), y, hex('74'), utf('p')),
    out: { class: 'Point', fields: [1, 2.5, 'p'] },
  },
  {
    name: 'superclass first',
    in: stream(
      hex('73'),
      classDesc('B', 2, [primitive('I', 'b')], classDesc('A', 2, [primitive('I', 'a')])),
      int(1),
      int(2),
    ),
    out: { class: 'B', fields: [1, 2] },
  },
  {
    name: 'custom writeObject',
    in: stream(
      hex('73'),
      classDesc('C', 3, [primitive('B', 'n')]),
      hex('07'),
      hex('7702ffff'),
      hex('74'),
      utf('x'),
      hex('78'),
    ),
    out: { class: 'C', fields: [7], extra: [['0xffff', 'x']] },
  },
  {
    name: 'enum',
    in: stream(
      hex('7e'),
      classDesc('Color', 0x12, [], classDesc('java.lang.Enum', 0x12)),
      hex('74'),
      utf('RED'),
    ),
    out: 'enum Color.RED',
  },
  { name: 'class', in: stream(hex('76'), classDesc('Some', 0)), out: 'class Some' },
  {
    name: 'proxy',
    in: stream(hex('73'), hex('7d'), int(1), utf('Iface'), hex('7870')),
    out: { class: '$Proxy', fields: [] },
  },
  {
    name: 'externalizable with framing',
    in: stream(hex('73'), classDesc('E', 0x0c), hex('770101'), hex('78')),
    out: { class: 'E', fields: [], extra: [['0x01']] },
  },
];

describe('reads, however the bytes come', () => {
  test.each(ROWS)('$name', ({ in: input, out }) => {
    const random = new SeededRandom(1);
    for (const split of splits(input, random))
      expect({ split: split.name, value: summary(readChunks(split.chunks)) }).toEqual({
        split: split.name,
        value: out,
      });
  });

  test('a reply of a real JVM with every kind of value', () => {
    const bytes = Buffer.concat([hex('aced0005'), recorded()]);
    const whole = readChunks([bytes]);
    expect(attributeValues(whole ?? null).length).toBeGreaterThan(60);
    for (let at = 1; at < bytes.length; at += 97) {
      expect(summary(readChunks([bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(summary(whole));
    }
  });

  test('a cycle', () => {
    const node = readObjectStream(
      stream(hex('73'), classDesc('Node', 2, [reference('next', 'LNode;')]), handle(2)),
    );
    expect(node instanceof JavaObject && node.field('next') === node).toBe(true);
  });
});

const nested = (levels: number): Buffer => {
  const array = Buffer.concat([hex('75'), classDesc('[Ljava.lang.Object;', 2), int(1)]);
  return stream(...Array.from({ length: levels }, () => array), hex('70'));
};

const BAD = [
  { name: 'no stream', in: hex('aced0004'), out: 'no object stream' },
  { name: 'unknown code', in: stream(hex('60')), out: 'unknown type code 0x60' },
  { name: 'unknown handle', in: stream(handle(3)), out: 'no object has the handle' },
  { name: 'negative handle', in: stream(hex('7100000000')), out: 'no object has the handle' },
  { name: 'too deep', in: nested(300), out: 'nested deeper' },
  { name: 'huge array', in: stream(hex('75'), classDesc('[J', 2), hex('7fffffff')), out: 'too long' },
  { name: 'negative array', in: stream(hex('75'), classDesc('[J', 2), hex('ffffffff')), out: 'array of -1' },
  { name: 'huge string', in: stream(hex('7c'), long(2n ** 40n)), out: 'too long' },
  { name: 'negative string', in: stream(hex('7c'), long(-1n)), out: 'negative length' },
  {
    name: 'class whose superclass is itself',
    in: stream(hex('73'), classDesc('A', 2, [], handle(0))),
    out: 'superclass is none',
  },
  {
    name: 'object of a string',
    in: stream(hex('73'), hex('74'), utf('A')),
    out: 'a class was to be described',
  },
  {
    name: 'externalizable without framing',
    in: stream(hex('73'), classDesc('com.acme.Ext', 0x04)),
    out: 'com.acme.Ext is Externalizable',
  },
  {
    name: 'aborted',
    in: stream(
      hex('7b'),
      hex('73'),
      classDesc('java.io.NotSerializableException', 2, [reference('detailMessage', 'Ljava/lang/String;')]),
      hex('74'),
      utf('a.B'),
    ),
    out: 'NotSerializableException: a.B',
  },
  { name: 'annotation that never began', in: stream(hex('78')), out: 'never began' },
  { name: 'proxy of very many', in: stream(hex('73'), hex('7d'), hex('7fffffff')), out: 'interfaces' },
];

describe('refuses', () => {
  test.each(BAD)('$name', ({ in: input, out }) => {
    expect(() => readChunks([input])).toThrow(out);
    expect(() => readChunks([...input].map((byte) => Buffer.of(byte)))).toThrow(out);
  });

  test('streams beyond its limits', () => {
    const many = stream(
      hex('75'),
      classDesc('[Ljava.lang.Object;', 2),
      int(50),
      ...Array.from({ length: 50 }, () => Buffer.concat([hex('74'), utf('x')])),
    );
    expect(() => readChunks([many], { ...DEFAULT_LIMITS, handles: 40 })).toThrow('too many objects');
    expect(() => readChunks([many], { ...DEFAULT_LIMITS, bytes: 100 })).toThrow('too many bytes');
  });

  // What is small on the wire and large in memory: two bytes a block, one byte a null.
  test.each([
    { name: 'empty blocks', bomb: hex('7700'), out: 'an annotation' },
    { name: 'nulls', bomb: hex('70'), out: 'an annotation' },
    { name: 'references', bomb: handle(0), out: 'an annotation' },
    { name: 'empty strings', bomb: hex('740000'), out: 'too many objects' },
  ])('an annotation of $name without end', ({ bomb, out }) => {
    const reader = new ObjectReader({ ...DEFAULT_LIMITS, handles: 1500, parts: 2000 });
    const head = Buffer.concat([hex('73'), classDesc('C', 3)]);
    reader.begin(head, 0, head.length);
    expect(reader.read()).toBe(false);
    const more = Buffer.alloc(bomb.length * 1000, bomb);
    const feed = (): void => {
      reader.supply(more, 0, more.length);
      reader.read();
    };
    feed();
    expect(() => {
      feed();
      feed();
    }).toThrow(out);
  });

  test('objects of a class with many fields, each a byte', () => {
    const fields = Array.from({ length: 500 }, (_, i) => primitive('B', `f${i}`));
    const objects = Array.from({ length: 5 }, () => Buffer.concat([hex('73'), handle(2), Buffer.alloc(500)]));
    const first = Buffer.concat([hex('73'), classDesc('Wide', 2, fields), Buffer.alloc(500)]);
    const many = stream(hex('75'), classDesc('[Ljava.lang.Object;', 2), int(6), first, ...objects);
    expect(() => readChunks([many], { ...DEFAULT_LIMITS, parts: 2000 })).toThrow('too long');
  });

  test('resets without end', () => {
    const reader = new ObjectReader({ ...DEFAULT_LIMITS, bytes: 10_000 });
    const resets = Buffer.alloc(9000, 0x79);
    reader.begin(resets, 0, resets.length);
    expect(reader.read()).toBe(false);
    reader.supply(resets, 0, resets.length);
    expect(reader.read()).toBe(false);
    reader.supply(resets, 0, resets.length);
    expect(() => reader.read()).toThrow('too many bytes');
  });

  test('a stream that ends too early', () => {
    expect(() => readObjectStream(stream(hex('73')))).toThrow('ends too early');
  });
});

test('mutated bytes never crash, hang or take memory without bound', () => {
  const seed = freshSeed();
  const random = new SeededRandom(seed);
  const seeds = [...ROWS.map((row) => row.in), Buffer.concat([hex('aced0005'), recorded()])];
  for (let round = 0; round < 4000; round++) {
    const bytes = Buffer.from(random.pick(seeds));
    for (let flips = random.integer(1, 8); flips > 0; flips--)
      bytes[random.integer(4, bytes.length - 1)] = random.bits() & 0xff;
    const cut = random.integer(0, bytes.length);
    const ended = outcome([bytes.subarray(0, cut), bytes.subarray(cut)]);
    expect({ seed, round, ended }).toMatchObject({
      ended: expect.stringMatching(/^(read|Stream|Unskippable|WriteAborted)/),
    });
  }
});

/** How reading ends: `read`, or the name of the error. */
function outcome(chunks: readonly Buffer[]): string {
  try {
    readChunks(chunks);
    return 'read';
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  }
}
