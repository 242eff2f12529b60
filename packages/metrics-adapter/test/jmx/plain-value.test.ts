import { expect, test } from 'vitest';
import { plainValue, type PlainValue } from '../../src/jmx/plain-value.ts';
import { JavaTime } from '../../src/jser/java-time.ts';
import { ClassDesc, JavaArray, JavaEnum, JavaObject, type JavaValue } from '../../src/jser/java-value.ts';

const SERIALIZABLE = 2;

function object(name: string, fields: Readonly<Record<string, JavaValue>>): JavaObject {
  const desc = new ClassDesc(name, 1n, SERIALIZABLE);
  for (const field of Object.keys(fields))
    desc.fields.push({ code: 'L', name: field, type: 'Ljava/lang/Object;' });
  desc.finish(null);
  const made = new JavaObject(desc);
  made.fields.push(...Object.values(fields));
  return made;
}

function array(...values: JavaValue[]): JavaArray {
  const made = new JavaArray(object('[J', {}).desc);
  made.values.push(...values);
  return made;
}

function annotated(name: string, ...contents: JavaValue[]): JavaObject {
  const made = object(name, {});
  made.annotations = [{ desc: made.desc, contents }];
  return made;
}

const enumeration = new JavaEnum(object('Color', {}).desc);
enumeration.constant = 'RED';
const loop = object('Loop', { self: null });
loop.fields[0] = loop;
const when = Buffer.alloc(8);
when.writeBigInt64BE(1_600_000_000_123n);

const ROWS: { name: string; in: JavaValue; out: PlainValue }[] = [
  { name: 'null', in: null, out: null },
  { name: 'a text', in: 'plain', out: 'plain' },
  {
    name: 'what JSON has no number for',
    in: array(Number.NaN, 2n ** 62n, 1.5),
    out: ['NaN', '4611686018427387904', 1.5],
  },
  { name: 'a constant', in: enumeration, out: 'RED' },
  { name: 'bytes', in: Buffer.from([1, 255]), out: [1, 255] },
  { name: 'a duration', in: new JavaTime('Duration', { seconds: 1, nanos: 500_000_000 }), out: 1.5 },
  { name: 'another time', in: new JavaTime('Year', { year: 2024 }), out: { year: 2024 } },
  { name: 'a date', in: annotated('java.util.Date', when), out: '2020-09-13T12:26:40.123Z' },
  { name: 'a list', in: annotated('java.util.ArrayList', 'a', array()), out: ['a', []] },
  { name: 'a map', in: annotated('java.util.HashMap', 'k', 'v', null, 'w'), out: { k: 'v', null: 'w' } },
  { name: 'any object', in: object('Pojo', { number: 7 }), out: { class: 'Pojo', fields: { number: 7 } } },
  { name: 'an object without fields', in: object('Empty', {}), out: 'Empty' },
];

test.each(ROWS)('$name', ({ in: value, out }) => {
  expect(plainValue(value)).toEqual(out);
});

test('what refers to itself ends, what is long is cut', () => {
  expect(JSON.stringify(plainValue(loop))).toContain('"..."');
  expect(plainValue(array(...Array.from({ length: 5000 }, () => 1)))).toHaveLength(1000);
});
