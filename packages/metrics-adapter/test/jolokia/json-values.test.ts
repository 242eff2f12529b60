// Values from JSON as RMI would have brought them: printed ones, open data with and without its type.

import { describe, expect, test } from 'vitest';
import { compositeData, tabularData } from '../../src/jmx/open-data.ts';
import { type Leaf, leavesOf } from '../../src/jmx/rules/leaves.ts';
import { JsonReader } from '../../src/jolokia/json-reader.ts';
import { SlotClaims } from '../../src/jolokia/json-shape.ts';
import { dateValue, deepValue, flatValue, isFailure } from '../../src/jolokia/json-values.ts';
import { openTypeOf } from '../../src/jolokia/open-type.ts';
import { JavaTime } from '../../src/jser/java-time.ts';
import { JavaObject, type JavaValue } from '../../src/jser/java-value.ts';

const json = (value: unknown) => new JsonReader(Buffer.from(JSON.stringify(value))).value();

/** `path name {properties}: text = number` of every leaf. */
function leaves(value: JavaValue | undefined): string[] {
  const found: string[] = [];
  const place = { properties: new Map<string, string>(), path: [], name: 'A', description: '' };
  const take = ({ path, name, properties, text, number }: Leaf): void => {
    const keys = [...properties].map(([key, one]) => `${key}=${one}`).join();
    found.push(`${[...path, name].join('.')}{${keys}}: ${text}${number === undefined ? '' : ` = ${number}`}`);
  };
  if (value !== undefined) leavesOf(place, value, take);
  return found;
}

const flat: [type: string, printed: unknown, leaf: string | undefined][] = [
  ['long', '9223372036854775807', 'A{}: 9223372036854775807 = 9223372036854776000'],
  ['long', 5, 'A{}: 5 = 5'], // an agent that does not print what is simple
  ['long', 'nonsense', undefined],
  ['int', '-42', 'A{}: -42 = -42'],
  ['double', '1.0E10', 'A{}: 1.0E10 = 10000000000'],
  ['double', 'NaN', 'A{}: NaN = NaN'],
  ['java.lang.Double', '-Infinity', 'A{}: -Infinity = -Infinity'],
  ['float', '0.1', 'A{}: 0.1 = 0.10000000149011612'],
  ['boolean', 'true', 'A{}: true = 1'],
  ['boolean', 'yes', undefined],
  ['char', '7', 'A{}: 7'],
  ['java.lang.String', '5', 'A{}: 5'],
  ['java.lang.Object', '5', 'A{}: 5 = 5'],
  ['java.lang.Number', '5.5', 'A{}: 5.5 = 5.5'],
  ['java.lang.Object', 'up', 'A{}: up'],
  ['java.lang.Object', '[a, b]', undefined],
  ['java.lang.Object', 'java.lang.Object@1f2e3d', undefined],
  ['java.util.Map', '{k=1}', undefined],
  ['java.util.UUID', '00000000-0000-0001-0000-000000000002', undefined],
  ['java.util.concurrent.TimeUnit', 'SECONDS', 'A{}: SECONDS'],
  ['com.example.State', 'RUNNING', 'A{}: RUNNING'],
  ['com.example.State', 'com.example.State@ff', undefined],
  [
    'java.math.BigInteger',
    '-123456789012345678901234567890',
    'A{}: -123456789012345678901234567890 = -1.2345678901234568e+29',
  ],
  ['java.math.BigDecimal', '1.5E+3', 'A{}: 1500 = 1500'],
  ['java.math.BigDecimal', '0.125', 'A{}: 0.125 = 0.125'],
  ['java.time.Duration', 'PT-1.5S', 'A{}: -1.5'],
  ['java.time.Duration', 'PT49H2M0.25S', 'A{}: 176520.25'],
  ['java.time.Instant', '2020-09-13T12:26:40.000000005Z', 'A{}: 1600000000'],
  ['java.time.LocalDate', '2024-02-29', undefined],
  ['java.lang.String', null, undefined],
];

test.each(flat)('%s printed as %s', (type, printed, leaf) => {
  expect(leaves(flatValue(type, json(printed), new SlotClaims()))).toEqual(leaf === undefined ? [] : [leaf]);
});

test('Java has a duration in whole seconds and nanoseconds from 0', () => {
  const value = flatValue('java.time.Duration', json('PT-0.5S'), new SlotClaims());
  expect(value instanceof JavaTime && value.parts).toEqual({ seconds: -1n, nanos: 500_000_000 });
});

test('a date is its milliseconds, with a slot', () => {
  const claims = new SlotClaims();
  expect(leaves(dateValue(json(1_600_000_000_123), claims))).toEqual([
    'A{}: 1.600000000123E9 = 1600000000.123',
  ]);
  expect(claims.slots).toEqual([{ at: 0, end: 13, kind: 'integer' }]);
  expect(dateValue(json('2020-09-13'), claims)).toBeUndefined();
});

test.each([
  ['ERROR: null (class javax.management.MBeanException)', true],
  [{ '.error': true, type: 'x' }, true],
  ['ERROR: disk', false],
  [{ error: true }, false],
])('a getter that failed: %j', (said, failed) => {
  expect(isFailure(json(said))).toBe(failed);
});

const OPEN = 'javax.management.openmbean.';
const simple = (name: string): string => `${OPEN}SimpleType(name=java.lang.${name})`;
const record = (items: Record<string, string>): string =>
  `${OPEN}CompositeType(name=a.b.C<x, y>,items=(${Object.entries(items)
    .map(([name, type]) => `(itemName=${name},itemType=${type})`)
    .join(',')}))`;
const rows = (index: string, row: string): string =>
  `${OPEN}TabularType(name=T,rowType=${row},indexNames=(${index}))`;
const printed = (type: string): string =>
  `${OPEN}${type.startsWith(`${OPEN}Comp`) ? 'CompositeDataSupport(compositeType' : 'TabularDataSupport(tabularType'}=${type},contents={})`;

const usage = record({ max: simple('Long'), used: simple('Double') });

describe('open data', () => {
  test.each<[name: string, type: string | undefined, value: unknown, leaves: string[]]>([
    ['a record', usage, { used: null, max: 5 }, ['A.max{}: 5 = 5', 'A.used{}: NaN = NaN']],
    [
      'a record of no known type',
      undefined,
      { max: 5, used: 1.5 },
      ['A.max{}: 5 = 5', 'A.used{}: 1.5 = 1.5'],
    ],
    [
      'arrays',
      record({
        list: `${OPEN}ArrayType(name=[J,dimension=1,elementType=${simple('Long')},primitiveArray=true)`,
      }),
      { list: [1, 2] },
      [],
    ],
    [
      'a map',
      rows('key', record({ key: simple('String'), value: simple('Long') })),
      { one: 1, two: 2 },
      ['A{key=one}: 1 = 1', 'A{key=two}: 2 = 2'],
    ],
    [
      'a map of records',
      rows('key', record({ key: simple('String'), value: usage })),
      { eden: { max: 5, used: 1.5 } },
      ['A.max{key=eden}: 5 = 5', 'A.used{key=eden}: 1.5 = 1.5'],
    ],
    [
      'two index columns',
      rows('a,b', record({ a: simple('String'), b: simple('Integer'), count: simple('Long') })),
      { x: { 1: { a: 'x', b: 1, count: 5 } } },
      ['A.count{a=x,b=1}: 5 = 5'],
    ],
    [
      'rows listed, because an index is a record',
      rows('id', record({ id: usage, count: simple('Long') })),
      { indexNames: ['id'], values: [{ id: { max: 1, used: 2 }, count: 7 }] },
      ['A.count{id_max=1,id_used=2.0}: 7 = 7'],
    ],
    [
      'records alike under names that no getter has',
      undefined,
      { 'Eden Space': { used: 1 }, Metaspace: { used: 2 } },
      ['A.used{key=Eden Space}: 1 = 1', 'A.used{key=Metaspace}: 2 = 2'],
    ],
    [
      'records alike under names of getters',
      undefined,
      { before: { used: 1 }, after: { used: 2 } },
      ['A.after.used{}: 2 = 2', 'A.before.used{}: 1 = 1'],
    ],
  ])('%s', (_name, type, value, expected) => {
    const open = type === undefined ? undefined : openTypeOf(printed(type));
    expect(open === undefined).toBe(type === undefined);
    expect(leaves(deepValue(open, json(value), new SlotClaims()))).toEqual(expected);
  });

  test('views of the library see what they see of a stream', () => {
    const type = openTypeOf(printed(rows('key', record({ key: simple('String'), value: simple('Long') }))));
    const table = tabularData(deepValue(type, json({ one: 1 }), new SlotClaims()));
    expect([table?.indexNames, table?.columns, table?.rows.length]).toEqual([['key'], ['key', 'value'], 1]);
    const composite = compositeData(
      deepValue(openTypeOf(printed(usage)), json({ max: 5 }), new SlotClaims()),
    );
    const max = composite?.get('max');
    expect(max instanceof JavaObject && [max.desc.name, max.slot]).toEqual(['java.lang.Long', 0]);
  });

  test.each([
    '',
    'words',
    `${OPEN}CompositeDataSupport(compositeType=`,
    printed(usage).slice(0, 150),
    printed(rows('key', simple('Long'))),
  ])('no type (%#)', (text) => {
    expect(openTypeOf(text)).toBeUndefined();
  });
});
