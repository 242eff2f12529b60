import { describe, expect, test } from 'vitest';
import { parseBeanName, safeName, snakeCase } from '../../../src/jmx/rules/bean-name.ts';
import { javaDouble, javaFloat, javaText } from '../../../src/jmx/rules/java-text.ts';
import { Rule, RuleList, type RuleText } from '../../../src/jmx/rules/rule.ts';

const PLAIN = {
  lowercaseOutputName: false,
  lowercaseOutputLabelNames: false,
  inferCounterTypeFromName: false,
};

function apply(
  rules: readonly RuleText[],
  attribute: string,
  text: string,
  style = PLAIN,
  path: readonly string[] = [],
): unknown {
  const bean = 'org.App:type=Pool,name="a,b",Zone=eu';
  const name = parseBeanName(bean);
  const list = new RuleList(
    rules.map((one) => new Rule(one)),
    style,
  );
  const outcome = list.apply({ bean, name, properties: name.properties, path, attribute }, text);
  if (outcome === undefined) return undefined;
  const { name: metric, labels, type, help } = outcome.series;
  return {
    metric,
    labels,
    type,
    ...(help && { help }),
    ...(outcome.value !== undefined && { value: outcome.value }),
  };
}

const DEFAULT = { metric: 'org_App_Pool_Size', labels: { name: '"a,b"', Zone: 'eu' }, type: 'unknown' };

const ROWS: {
  name: string;
  rules: RuleText[];
  attribute?: string;
  text?: string;
  path?: string[];
  style?: Partial<typeof PLAIN>;
  out: unknown;
}[] = [
  { name: 'no pattern is the default', rules: [{}], out: DEFAULT },
  { name: 'no rule fits', rules: [{ pattern: 'nothing' }], out: undefined },
  {
    name: 'the first that fits',
    rules: [{ pattern: 'x' }, { pattern: 'Pool', name: 'first' }, { pattern: '.*', name: 'second' }],
    out: { metric: 'first', labels: {}, type: 'unknown' },
  },
  {
    name: 'the text',
    rules: [{ pattern: '^org.App<type=Pool, name="a,b", Zone=eu><>Size: 5$', name: 'm' }],
    out: { metric: 'm', labels: {}, type: 'unknown' },
  },
  {
    name: 'path',
    rules: [{ pattern: '<Heap, Old>(\\w+): ', name: 'heap_$1' }],
    attribute: 'used',
    path: ['Heap', 'Old'],
    out: { metric: 'heap_used', labels: {}, type: 'unknown' },
  },
  {
    name: 'groups in all texts',
    rules: [
      {
        pattern: 'type=(\\w+), name="(.),(.)".*Zone=(?<zone>\\w+)><>Size: (.+)',
        name: 'm_$1',
        labels: new Map([
          ['l$2', '$3'],
          ['zone', '${zone}'],
        ]),
        help: 'of $1',
        value: '$5',
      },
    ],
    out: { metric: 'm_Pool', labels: { la: 'b', zone: 'eu' }, type: 'unknown', help: 'of Pool', value: 5 },
  },
  {
    name: 'empty labels go',
    rules: [
      {
        pattern: 'Pool(x)?',
        name: 'm',
        labels: new Map([
          ['a', '$1'],
          ['$1', 'b'],
          ['c', 'd'],
        ]),
      },
    ],
    out: { metric: 'm', labels: { c: 'd' }, type: 'unknown' },
  },
  { name: 'an empty name is no series', rules: [{ pattern: 'Pool(x)?', name: '$1' }], out: undefined },
  {
    name: 'a value that is no number is no series',
    rules: [{ pattern: 'Pool', value: 'x' }],
    out: undefined,
  },
  {
    name: 'value for a text',
    rules: [{ pattern: 'Size: (UP|DOWN)', name: 'up', labels: new Map([['state', '$1']]), value: '1' }],
    text: 'UP',
    out: { metric: 'up', labels: { state: 'UP' }, type: 'unknown', value: 1 },
  },
  {
    name: 'snake case',
    rules: [{ pattern: 'max_pool_size', name: 'x', attrNameSnakeCase: true }],
    attribute: 'MaxPoolSize',
    out: { metric: 'x', labels: {}, type: 'unknown' },
  },
  {
    name: 'snake case by default name',
    rules: [{ attrNameSnakeCase: true }],
    attribute: 'MaxSize',
    out: { ...DEFAULT, metric: 'org_App_Pool_max_size' },
  },
  {
    name: 'lower case',
    rules: [{}],
    style: { lowercaseOutputName: true, lowercaseOutputLabelNames: true },
    out: { metric: 'org_app_pool_size', labels: { name: '"a,b"', zone: 'eu' }, type: 'unknown' },
  },
  {
    name: 'inferred counter',
    rules: [{ pattern: '.*', name: 'a_total' }],
    style: { inferCounterTypeFromName: true },
    out: { metric: 'a_total', labels: {}, type: 'counter' },
  },
  {
    name: 'type',
    rules: [{ pattern: '.*', name: 'a', type: 'gauge' }],
    out: { metric: 'a', labels: {}, type: 'gauge' },
  },
  {
    name: 'unsafe names',
    rules: [{ pattern: '.*', name: '1a--b c' }],
    out: { metric: '_1a_b_c', labels: {}, type: 'unknown' },
  },
  {
    name: 'the last place that fits',
    rules: [{ pattern: '(\\w+)=', name: 'm_$1' }],
    out: { metric: 'm_e', labels: {}, type: 'unknown' },
  },
];

describe('rules', () => {
  test.each(ROWS)('$name', ({ rules, attribute = 'Size', text = '5', path, style, out }) => {
    expect(apply(rules, attribute, text, { ...PLAIN, ...style }, path)).toEqual(out);
  });

  test('a group that is not there is found when the rule is read', () => {
    expect(() => new Rule({ pattern: 'a(b)', name: 'x_$2' })).toThrow('the pattern has 1 groups');
    expect(() => new Rule({ pattern: 'a(b)', name: '${x}' })).toThrow('no group called x');
    expect(() => new Rule({ pattern: 'a', name: 'x$' })).toThrow('write \\$');
  });

  test('more digits than groups', () => {
    expect(apply([{ pattern: 'Poo(l)', name: 'x_$12' }], 'Size', '5')).toMatchObject({ metric: 'x_l2' });
  });
});

test.each([
  { in: 'a:k=v', out: [['k', 'v']] },
  {
    in: 'a:b=1,a=2',
    out: [
      ['b', '1'],
      ['a', '2'],
    ],
  },
  {
    in: 'a:k="x,y=\\"z\\"",l=2',
    out: [
      ['k', '"x,y=\\"z\\""'],
      ['l', '2'],
    ],
  },
  { in: 'a:k=', out: [['k', '']] },
])('key properties of $in', ({ in: name, out }) => {
  expect([...parseBeanName(name).properties]).toEqual(out);
});

test.each([
  { in: 'MemoryUsed', out: 'memory_used' },
  { in: 'HTTPServer', out: 'httpserver' },
  { in: 'already_snake', out: 'already_snake' },
  { in: '_X', out: '_x' },
  { in: '', out: '' },
])('snake case of $in', ({ in: name, out }) => expect(snakeCase(name)).toBe(out));

test('names', () =>
  expect([safeName('a.b-c'), safeName('a__b'), safeName('9'), safeName('a:b')]).toEqual([
    'a_b_c',
    'a_b',
    '_9',
    'a:b',
  ]));

test.each([
  [1, '1.0'],
  [0, '0.0'],
  [-0, '-0.0'],
  [1e7, '1.0E7'],
  [9_999_999, '9999999.0'],
  [1.5e-4, '1.5E-4'],
  [0.001, '0.001'],
  [1e10, '1.0E10'],
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('Double.toString(%d)', (value, text) => expect(javaDouble(value)).toBe(text));

test('other types as Java prints them', () => {
  expect([
    javaFloat(Math.fround(0.1)),
    javaFloat(Math.fround(1e10)),
    javaText('Z', 1),
    javaText('J', 2 ** 40),
    javaText('I', -1),
  ]).toEqual(['0.1', '1.0E10', 'true', '1099511627776', '-1']);
});
