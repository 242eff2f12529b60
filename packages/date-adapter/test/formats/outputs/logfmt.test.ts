import { expect, it } from 'vitest';
import { JsonOutput } from '../../../src/formats/outputs/json.ts';
import { LogfmtOutput } from '../../../src/formats/outputs/logfmt.ts';
import { stampFor, written, writtenJson } from '../written-record.ts';

it.each([
  { in: '{"a":"x","b":1.50,"c":true,"d":null}', out: 'a=x b=1.50 c=true d=null' },
  { in: '{"a":"two words","b":"","c":"k=v"}', out: 'a="two words" b="" c="k=v"' },
  { in: '{"a":"q\\"q","b":"line\\nend","c":"back\\\\slash"}', out: 'a="q\\"q" b="line\\nend" c=back\\slash' },
  { in: '{"a":{"x":[1]},"b":[]}', out: 'a="{\\"x\\":[1]}" b=[]' },
  { in: '{"a b":1,"":2,"c=\\"d":3,"é":"ü"}', out: 'a_b=1 _=2 c__d=3 é=ü' },
  { in: '{"a":"\\u0001\\u007f"}', out: 'a="\\u0001\u007f"' },
  { in: '{}', out: '' },
])('$in becomes $out', ({ in: line, out }) => {
  expect(written('json', line, new LogfmtOutput())).toBe(out);
});

it('is read back by our own parser', () => {
  const line = '{"a":"x y","b":1.5,"c":"q\\"\\\\ é","d":"line\\nend","e":""}';
  const logfmt = written('json', line, new LogfmtOutput());
  expect(writtenJson('logfmt', logfmt, new JsonOutput())).toEqual(JSON.parse(line));
});

it('renames, drops, adds, keeps the line, converts the stamp', () => {
  const output = new LogfmtOutput({
    rename: { time: 'ts' },
    drop: ['b'],
    add: { env: 'pro d', n: 1 },
    keepRaw: 'raw',
    stamp: stampFor('T1', 'T two'),
  });
  expect(written('logfmt', 'time=T1 b=2 c=3', output)).toBe(
    'ts="T two" c=3 raw="time=T1 b=2 c=3" env="pro d" n=1',
  );
});
