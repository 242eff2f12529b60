import { expect, test } from 'vitest';
import { readTarget, targetName } from '../../src/jmx-source/target-spec.ts';

const ROWS: { name: string; in: string; out: unknown }[] = [
  { name: 'the only JVM', in: 'auto', out: { kind: 'seen', which: undefined, countersOnly: false } },
  {
    name: 'by name',
    in: 'auto:kafka.Kafka',
    out: { kind: 'seen', which: 'kafka.Kafka', countersOnly: false },
  },
  { name: 'by number', in: 'pid:17', out: { kind: 'seen', which: 17, countersOnly: false } },
  { name: 'by its counters', in: 'hsperfdata', out: { kind: 'seen', which: undefined, countersOnly: true } },
  {
    name: 'by the counters of one',
    in: 'hsperfdata:17',
    out: { kind: 'seen', which: 17, countersOnly: true },
  },
  { name: 'a port', in: 'shop:9999', out: { kind: 'rmi', host: 'shop', port: 9999, bindingName: 'jmxrmi' } },
];

test.each(ROWS)('$name', ({ in: text, out }) => {
  const spec = readTarget(text);
  expect(spec).toEqual(out);
  expect(targetName(spec)).toBe(text);
});

test.each(['pid:x', 'pid', 'auto:', 'shop', 'shop:99999'])('%s is none', (text) => {
  expect(() => readTarget(text)).toThrow('not host:port');
});
