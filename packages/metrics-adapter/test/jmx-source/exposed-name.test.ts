import { describe, expect, test } from 'vitest';
import { baseName, exposedName, helpOf, objectNameLabel } from '../../src/jmx-source/exposed-name.ts';

describe('suffixes', () => {
  test.each([
    { in: 'jobs', out: 'jobs' },
    { in: 'jobs_total', out: 'jobs' },
    { in: 'jobs_total_total', out: 'jobs' },
    { in: 'jobs_bucket_created', out: 'jobs' },
    { in: 'jvm_info', out: 'jvm' },
    { in: 'jobs_totals', out: 'jobs_totals' },
    { in: 'total', out: 'total' },
    { in: '_total', out: 'total' },
  ])('$in', ({ in: name, out }) => expect(baseName(name)).toBe(out));

  test('counters have one', () =>
    expect([exposedName('a', 'counter'), exposedName('a', 'gauge')]).toEqual(['a_total', 'a']));
});

const SERIES = {
  name: 'm',
  labels: {},
  type: 'gauge',
  help: undefined,
  bean: 'java.lang:name=G1 Old Gen,type=MemoryPool',
  attribute: '><Usage>used',
  description: '',
} as const;

describe('help', () => {
  test.each([
    { name: 'of the rule', in: { help: 'mine' }, out: 'mine' },
    { name: 'an empty one, too', in: { help: '' }, out: '' },
    { name: 'of the bean', in: {}, out: 'java.lang:name=G1 Old Gen,type=MemoryPool,attribute=used' },
    {
      name: 'with what the bean says',
      in: { description: 'said', bean: 'a.b:type=T' },
      out: 'said a.b:name=null,type=T,attribute=used',
    },
    {
      name: 'but not the name again',
      in: { description: 'used', bean: 'a:x=1' },
      out: 'a:name=null,type=null,attribute=used',
    },
  ])('$name', ({ in: over, out }) => expect(helpOf({ ...SERIES, ...over })).toBe(out));
});

test('_objectname is what rules see', () => {
  expect(objectNameLabel(SERIES)).toBe('java.lang<name=G1 Old Gen, type=MemoryPool><Usage>used');
  expect(objectNameLabel({ ...SERIES, attribute: ', key=Eden><LastGcInfo>used' })).toBe(
    'java.lang<name=G1 Old Gen, type=MemoryPool, key=Eden><LastGcInfo>used',
  );
});
