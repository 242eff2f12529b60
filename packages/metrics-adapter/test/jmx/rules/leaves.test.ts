import { expect, test } from 'vitest';
import { type Leaf, leavesOf } from '../../../src/jmx/rules/leaves.ts';
import { ClassDesc, JavaArray, JavaObject, type JavaValue } from '../../../src/jser/java-value.ts';

const SERIALIZABLE = 2;

/** A class with these fields, all of them references. */
function classOf(name: string, ...fields: string[]): ClassDesc {
  const desc = new ClassDesc(name, 1n, SERIALIZABLE);
  for (const field of fields) desc.fields.push({ code: 'L', name: field, type: 'Ljava/lang/Object;' });
  desc.finish(null);
  return desc;
}

/** A map as it is serialized: keys and values in turn. */
function map(entries: readonly (readonly [JavaValue, JavaValue])[]): JavaObject {
  const object = new JavaObject(classOf('java.util.TreeMap'));
  object.annotations = [{ desc: object.desc, contents: entries.flat() }];
  return object;
}

function composite(members: (self: JavaObject) => readonly (readonly [string, JavaValue])[]): JavaObject {
  const self = new JavaObject(classOf('javax.management.openmbean.CompositeDataSupport', 'contents'));
  self.fields.push(map(members(self)));
  return self;
}

/** A table with one row, whose only column is called value and holds the table. */
function tableOfItself(): JavaObject {
  const rowType = new JavaObject(classOf('javax.management.openmbean.CompositeType', 'nameToType'));
  rowType.fields.push(map([['value', null]]));
  const type = new JavaObject(classOf('javax.management.openmbean.TabularType', 'rowType', 'indexNames'));
  type.fields.push(rowType, null);
  const table = new JavaObject(
    classOf('javax.management.openmbean.TabularDataSupport', 'tabularType', 'dataMap'),
  );
  const row = composite(() => [['value', table]]);
  table.fields.push(type, map([['key', row]]));
  return table;
}

function optionalOfItself(): JavaObject {
  const optional = new JavaObject(classOf('java.util.Optional', 'value'));
  optional.fields.push(optional);
  return optional;
}

function walk(value: JavaValue): { leaves: number; whole: boolean } {
  let leaves = 0;
  const take = (_leaf: Leaf): void => void leaves++;
  const whole = leavesOf({ properties: new Map(), path: [], name: 'A' }, value, take);
  return { leaves, whole };
}

const ROWS = [
  { name: 'an optional of itself', in: optionalOfItself(), out: { leaves: 0, whole: true } },
  { name: 'a table of itself', in: tableOfItself(), out: { leaves: 0, whole: true } },
  {
    name: 'a composite of itself',
    in: composite((self) => [
      ['a', 'text'],
      ['b', self],
    ]),
    out: { leaves: 16, whole: true },
  },
];

test.each(ROWS)('$name ends', ({ in: value, out }) => expect(walk(value)).toEqual(out));

test('a composite that holds itself ten times is left off, not walked for ever', () => {
  const bomb = composite((self) => Array.from({ length: 10 }, (_, i) => [`m${i}`, i === 0 ? 'text' : self]));
  const { leaves, whole } = walk(bomb);
  expect(whole).toBe(false);
  expect(leaves).toBeLessThan(100_000);
});

test('an integer of a million bytes is no sample', () => {
  const integer = new JavaObject(classOf('java.math.BigInteger', 'signum', 'magnitude'));
  const magnitude = new JavaArray(classOf('[B'));
  magnitude.values.push(...Array.from({ length: 5000 }, () => 127));
  integer.fields.push(1, magnitude);
  expect(walk(integer)).toEqual({ leaves: 0, whole: true });
});
