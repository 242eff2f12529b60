import { describe, expect, test } from 'vitest';
import { readJmxConfig, wantedAttributes } from '../../../src/jmx/rules/config.ts';
import { yamlTree } from '../../../src/jmx/rules/yaml-tree.ts';

const read = (yaml: string) =>
  readJmxConfig(yamlTree(yaml), (name) => (name === 'PW' ? 'secret' : undefined));

test('everything of a file', () => {
  const config = read(`
startDelaySeconds: 5
hostPort: "[::1]:9999"
username: me
password: \${PW}
ssl: true
lowercaseOutputName: true
inferCounterTypeFromName: true
whitelistObjectNames: ["old:*"]
includeObjectNames: ["a:*", "b:type=*"]
blacklistObjectNames: ["a:x=y"]
excludeObjectNameAttributes:
  "java.lang:type=OperatingSystem": [ObjectName]
autoExcludeObjectNameAttributes: true
rules:
- pattern: 'a<(.+)>'
  name: x_$1
  type: COUNTER
  valueFactor: 0.001
  cache: true
  labels: {b: 1}
`);
  expect(config).toMatchObject({
    startDelaySeconds: 5,
    target: { host: '::1', port: 9999, bindingName: 'jmxrmi' },
    username: 'me',
    password: 'secret',
    ssl: { enabled: true, keyStore: undefined, trustStore: undefined, protocols: [], ciphers: [] },
    lowercaseOutputName: true,
    lowercaseOutputLabelNames: false,
    inferCounterTypeFromName: true,
    include: ['a:*', 'b:type=*'],
    exclude: ['a:x=y'],
  });
  expect(config.rules?.map((rule) => rule.text)).toMatchObject([
    { type: 'counter', valueFactor: 0.001, labels: new Map([['b', '1']]) },
  ]);
  expect(config.warnings).toEqual([
    expect.stringContaining('line 14: autoExcludeObjectNameAttributes has no effect'),
  ]);
  const wants = wantedAttributes(config);
  const asked = [
    wants('java.lang:type=OperatingSystem', { name: 'ObjectName', type: 'x' }),
    wants('a:b=c', { name: 'Ids', type: '[J' }),
    wants('java.lang:type=Runtime', { name: 'SystemProperties', type: 'x' }),
    wants('a:b=c', { name: 'Untyped', type: '' }),
  ];
  expect(asked).toEqual([false, false, false, true]);
});

test('an empty file is one rule that fits everything', () => {
  expect(read('')).toMatchObject({ rules: undefined, include: [], target: undefined });
});

test('a JMX URL', () => {
  expect(read('jmxUrl: service:jmx:rmi:///jndi/rmi://db:7199/jmxrmi').target).toEqual({
    host: 'db',
    port: 7199,
    bindingName: 'jmxrmi',
  });
});

const BAD = [
  {
    name: 'both addresses',
    in: 'hostPort: a:1\njmxUrl: b',
    out: ['line 2: hostPort and jmxUrl: write one of them'],
  },
  {
    name: 'times that cannot be',
    in: 'startDelaySeconds: -5\nscrapeTimeoutSeconds: 0',
    out: ['line 1: startDelaySeconds is less than 0', 'line 2: scrapeTimeoutSeconds is less than 1'],
  },
  {
    name: 'no JMX URL',
    in: 'jmxUrl: service:jmx:t3://a',
    out: ['line 1: service:jmx:t3://a is not a service:jmx:rmi URL'],
  },
  {
    name: 'name without pattern',
    in: 'rules:\n- name: x',
    out: ['line 2: a rule with a name or value needs a pattern'],
  },
  {
    name: 'labels without name',
    in: 'rules:\n- pattern: x\n  labels: {a: b}',
    out: ['line 2: a rule with help or labels needs a name'],
  },
  {
    name: 'pattern',
    in: 'rules:\n- name: x\n  pattern: "a++"',
    out: ['line 3: pattern: a possessive quantifier, which has no equal here at character 2'],
  },
  {
    name: 'type',
    in: 'rules:\n- pattern: x\n  type: SUM',
    out: ['line 3: type SUM: GAUGE, COUNTER, UNTYPED and UNKNOWN are there'],
  },
  {
    name: 'all at once',
    in: 'ssl: maybe\nstartDelaySeconds: x\nrules: 5\nincludeObjectNames: [nonsense]',
    out: [
      'line 2: startDelaySeconds is not a number',
      'line 1: ssl is neither true nor false',
      'line 4: nonsense is not an ObjectName: domain:key=value',
      'line 3: rules is not a list',
    ],
  },
  { name: 'variable', in: 'password: ${NO}', out: ['line 1: password: there is no environment variable NO'] },
];

describe('refuses', () => {
  test.each(BAD)('$name', ({ in: yaml, out }) => {
    expect(() => read(yaml)).toThrow(expect.objectContaining({ faults: out }));
  });

  test('what is no YAML', () => expect(() => read('a: [1')).toThrow(/line 1/));
  test('an anchor that is not there', () => expect(() => read('\nrules: *r')).toThrow(/line 2: .*\br\b/));
  test('an anchor within itself', () =>
    expect(() => read('a: &x\n- *x')).toThrow(/line 2: .* x stands for itself/));
});

/** What jmx_exporter passes over or takes, as files in use have it. */
const TAKEN = [
  {
    name: 'an unknown key',
    in: 'cacheOfRules: true',
    warns: ['line 1: unknown key cacheOfRules has no effect'],
  },
  {
    name: 'an unknown key of a rule',
    in: 'rules:\n- pattern: x\n  nam: y',
    warns: ['line 3: unknown key nam has no effect'],
    rules: [{ pattern: 'x' }],
  },
  {
    name: 'a key twice: the last one holds',
    in: 'rules:\n- pattern: x\n  type: GAUGE\n  type: COUNTER',
    warns: ['line 2: a rule has type more than once: the last one holds'],
    rules: [{ pattern: 'x', type: 'counter' }],
  },
  {
    name: 'anchors and merged mappings, of which a key of its own holds',
    in: 'rules:\n- &one {pattern: x, name: y, type: GAUGE}\n- <<: *one\n  name: z\n- *one',
    warns: [],
    rules: [
      { pattern: 'x', name: 'y', type: 'gauge' },
      { pattern: 'x', name: 'z', type: 'gauge' },
      { pattern: 'x', name: 'y' },
    ],
  },
];

describe('takes', () => {
  test.each(TAKEN)('$name', ({ in: yaml, warns, rules }) => {
    const config = read(yaml);
    expect(config.warnings).toEqual(warns);
    expect(config.rules?.map((rule) => rule.text)).toEqual(
      rules?.map((rule) => expect.objectContaining(rule)),
    );
  });

  test.each(['yes', 'On', 'True'])('%s for true', (word) =>
    expect(read(`lowercaseOutputName: ${word}`).lowercaseOutputName).toBe(true),
  );
  test.each(['no', 'OFF', 'False'])('%s for false', (word) =>
    expect(read(`lowercaseOutputName: ${word}`).lowercaseOutputName).toBe(false),
  );
});
