import { SettingErrors } from '@podmate/base/errors';
import { expect, test } from 'vitest';
import { readMappingFile } from '../../src/statsd/mapping-file.ts';
import { Workbench } from './workbench.ts';

function faultsOf(yaml: string): string[] {
  try {
    readMappingFile('m.yml', yaml);
    return [];
  } catch (error) {
    if (!(error instanceof SettingErrors)) throw error;
    return error.errors.map(({ message }) => message);
  }
}

const wrong = [
  {
    name: 'unknown key',
    in: 'mappings:\n- match: a\n  nmae: b\n  name: c\n',
    out: 'm.yml:3:3 mappings[0].nmae: unknown key; did you mean name?',
  },
  {
    name: 'unknown top key',
    in: 'mapings: []\n',
    out: 'm.yml:1:1 mapings: unknown key; did you mean mappings?',
  },
  {
    name: 'no match',
    in: 'mappings:\n- name: b\n',
    out: 'm.yml:2:3 mappings[0]: match is missing; each mapping has a match',
  },
  {
    name: 'action',
    in: 'mappings:\n- {match: a, name: b, action: dorp}\n',
    out: 'm.yml:2:23 mappings[0].action: dorp: not one of map, drop; did you mean drop?',
  },
  {
    name: 'list for a text',
    in: 'mappings:\n- {match: [a], name: b}\n',
    out: 'm.yml:2:4 mappings[0].match: not a plain value; write a text or a number',
  },
  {
    name: 'buckets out of order',
    in: 'defaults: {histogram_options: {buckets: [2, 1]}}\n',
    out: 'm.yml:1:32 defaults.histogram_options.buckets: not in ascending order',
  },
  { name: 'not a mapping', in: '- a\n', out: 'm.yml:1:1: not a mapping; write `key: value` lines' },
];

test.each(wrong)('$name', ({ in: yaml, out }) => expect(faultsOf(yaml)[0]).toBe(out));

test('all faults at once', () => {
  expect(faultsOf('defaults: {ttl: 5}\nmappings:\n- {match: "a!", name: 0x}\n')).toHaveLength(3);
});

test('an empty file is no rules', () => expect(readMappingFile('m.yml', '').rules).toEqual([]));

test('globs before regexes, the first of the file, or the most specific', () => {
  const rules =
    '- {match: .*, match_type: regex, name: regex}\n- {match: "*.b", name: star}\n- {match: a.b, name: literal}\n';
  expect(new Workbench(undefined, `mappings:\n${rules}`).send('a.b:1|c\nx.b:1|c\nz:1|c').series()).toEqual([
    'regex 1',
    'star 2',
  ]);
  const specific = new Workbench(undefined, `defaults: {glob_disable_ordering: true}\nmappings:\n${rules}`);
  expect(specific.send('a.b:1|c\nx.b:1|c').series()).toEqual(['literal 1', 'star 1']);
});

test('honor_labels keeps the tag', () => {
  const yaml = 'mappings:\n- {match: a.*, name: a, honor_labels: true, labels: {code: $1, seg: $1}}\n';
  expect(new Workbench(undefined, yaml).send('a.x:1|c|#code:y').series()).toEqual(['a{code="y",seg="x"} 1']);
});
