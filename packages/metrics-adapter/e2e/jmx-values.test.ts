// Promise: whatever value a bean has, it is read as it is, and what follows it in the reply is read as well.

import { describe, expect, test } from 'vitest';
import { JavaArray, JavaClass, JavaEnum, JavaObject, type JavaValue } from '../src/jser/java-value.ts';
import { JavaTime } from '../src/jser/java-time.ts';
import { elementsOf, entriesOf } from '../src/jmx/collections.ts';
import { attributeValues, mbeanInfo } from '../src/jmx/mbean-info.ts';
import { compositeData, tabularData } from '../src/jmx/open-data.ts';
import { stringArray } from '../src/jmx/requests.ts';
import { JmxSession } from '../src/jmx/session.ts';
import { freePort, jmxFlags, missingJdk, startTarget } from './jvm.ts';

/** Boxes opened, collections as arrays and maps, everything else by its parts. */
function plain(value: JavaValue | undefined): unknown {
  if (value instanceof JavaTime) return { [value.type]: value.parts };
  if (value instanceof JavaArray) return value.values.map(plain);
  if (value instanceof JavaEnum) return value.constant;
  if (value instanceof JavaClass) return value.desc.name;
  if (!(value instanceof JavaObject)) return value;
  if (value.desc.boxes !== '') return value.fields[0];
  const composite = compositeData(value);
  if (composite !== undefined)
    return Object.fromEntries([...composite].map(([key, one]) => [key, plain(one)]));
  const table = tabularData(value);
  if (table !== undefined)
    return table.rows.map((row) => Object.fromEntries([...row].map(([k, one]) => [k, plain(one)])));
  if (/Map$|Properties$|Hashtable$/.test(value.desc.name))
    return Object.fromEntries(entriesOf(value).map(([k, v]) => [plain(k), plain(v)]));
  return elementsOf(value).map(plain);
}

const EXPECTED: Record<string, unknown> = {
  Long: 1234567890123,
  HugeLong: 2n ** 63n - 1n,
  NegativeLong: -5_000_000_000,
  Integer: -42,
  Short: -3,
  Byte: -1,
  Char: 'x',
  Float: Math.fround(0.1),
  Double: 1e10,
  NaN: Number.NaN,
  Infinity: -Infinity,
  True: true,
  String: 'plain',
  Unicode: '\0é€😀',
  Empty: '',
  LongText: 'x'.repeat(100_000),
  Null: null,
  Longs: [1, 2, -(2n ** 63n)],
  Bytes: [1, -1],
  Booleans: [true, false],
  Doubles: [1.5, Number.NaN],
  Chars: ['a', 'b'],
  Strings: ['a', null, 'b'],
  Matrix: [[1, 2], [3]],
  ArrayList: [1, 'two', 3],
  ListOf: ['a', 'b', 'c'],
  AsList: ['a', 'b'],
  Unmodifiable: ['a'],
  LinkedList: ['a', 'b'],
  ArrayDeque: ['a', 'b'],
  HashMap: { k: 1 },
  TreeMap: { a: 1, b: 2 },
  ConcurrentMap: { k: 'v' },
  EnumMap: { RED: 1 },
  HashSet: ['only'],
  AtomicLong: 77,
  AtomicInteger: 78,
  Enum: 'GREEN',
  Class: 'java.lang.String',
  Duration: { 'java.time.Duration': { seconds: -2n, nanos: 500_000_000 } },
  Instant: { 'java.time.Instant': { seconds: 1_600_000_000n, nanos: 5 } },
  LocalDate: { 'java.time.LocalDate': { year: 2024, month: 2, day: 29 } },
  LocalTime: { 'java.time.LocalTime': { hour: 12, minute: 30, second: 0, nano: 0 } },
  Zone: { 'java.time.ZoneRegion': { zone: 'Europe/Berlin' } },
  Year: { 'java.time.Year': { year: 2024 } },
  YearMonth: { 'java.time.YearMonth': { year: 2024, month: 2 } },
  Period: { 'java.time.Period': { years: 1, months: 2, days: 3 } },
  Composite: { a: 'x', b: 1, count: 5 },
  Table: expect.arrayContaining([
    { key: 'one', value: 1 },
    { key: 'two', value: 2 },
  ]),
  WideTable: [{ a: 'x', b: 1, count: 5 }],
  Untyped: 5,
  Last: 4711,
};

describe.skipIf(missingJdk)('values of a real JVM', () => {
  test('every attribute of the fixture', async () => {
    const port = await freePort();
    await using jvm = await startTarget(['values'], jmxFlags(port));
    const session = new JmxSession({ host: '127.0.0.1', port: jvm.port });
    const info = mbeanInfo(
      await session.call((out, calls) => calls.ofBean(out, 'getMBeanInfo', 'fixture:type=Values')),
    );
    const names = info.attributes.map((one) => one.name);
    const argument = stringArray(names);
    const list = await session.call((out, calls) =>
      calls.getAttributes(out, 'fixture:type=Values', argument),
    );
    const values = new Map(attributeValues(list).map(({ name, value }) => [name, value]));
    expect([...values.keys()]).toEqual(names);
    for (const [name, expected] of Object.entries(EXPECTED))
      expect({ [name]: plain(values.get(name)) }).toEqual({ [name]: expected });
    const pojo = values.get('Pojo');
    expect(
      pojo instanceof JavaObject && [pojo.field('number'), pojo.field('text'), pojo.field('self') === pojo],
    ).toEqual([7, 'inside', true]);
    const custom = values.get('Custom');
    expect(custom instanceof JavaObject && custom.field('number')).toBe(8);
    expect(
      custom instanceof JavaObject &&
        custom.annotation().map((one) => (Buffer.isBuffer(one) ? one.length : one)),
    ).toEqual([8, 'extra', 4]);
    await session.close();
  });
});
