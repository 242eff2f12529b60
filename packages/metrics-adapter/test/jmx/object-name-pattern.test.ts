import { expect, test } from 'vitest';
import { fitsPattern } from '../../src/jmx/object-name-pattern.ts';

const ROWS: { name: string; bean: string; fits: string[]; not: string[] }[] = [
  {
    name: 'properties in any order, values with wildcards',
    bean: 'java.lang:type=MemoryPool,name=Eden Space',
    fits: [
      'java.lang:name=Eden Space,type=MemoryPool',
      'java.lang:type=MemoryPool,name=*',
      'java.*:type=Memory????,name=E*n*e',
      '*:*',
      ':*',
      'java.lang:type=MemoryPool,*',
      'java.lang:*,type=MemoryPool',
    ],
    not: [
      'java.lang:type=MemoryPool',
      'java.lang:type=memorypool,*',
      'java:*',
      'java.lang',
      'java.lang:kind=x,*',
    ],
  },
  {
    name: 'quoted values, and characters that mean something to others',
    bean: 'a+b:type=T,name="x,y(1).z"',
    fits: ['a+b:type=T,name="x,y(1).z"', 'a+b:type=T,name="x,*"', '*:name=*,type=?'],
    not: ['aab:*', 'a+b:type=T,name="x,y(1)_z"'],
  },
];

test.each(ROWS)('$name', ({ bean, fits, not }) => {
  expect(fits.filter((pattern) => !fitsPattern(bean, pattern))).toEqual([]);
  expect(not.filter((pattern) => fitsPattern(bean, pattern))).toEqual([]);
});
