// Promise: --explain says of each value of a bean which rule fits and what series it makes, or why there is none, and
// --dump shows what a target has; both by the poll of a scrape, over RMI, with no flag in the JVM.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory, type TemporaryDirectory } from '@podmate/testkit/files';
import { type Jvm, missingJdk, startTarget } from './jvm.ts';
import { runAdapter } from './running.ts';

const RULES = `
excludeObjectNames: ["fixture:type=Text,*"]
excludeObjectNameAttributes: {"fixture:type=Counter,name=a": [Value]}
rules:
- pattern: 'fixture<type=Failing.*><>Good'
  name: good
  type: COUNTER
  labels: {kind: "x"}
- pattern: 'fixture<type=Text.*>'
  name: text
`;

describe.skipIf(missingJdk)('explain and dump', () => {
  let jvm: Jvm;
  let folder: TemporaryDirectory;
  let target: string;
  beforeAll(async () => {
    folder = await temporaryDirectory('jmx-explain');
    writeFileSync(folder.file('rules.yaml'), RULES);
    jvm = await startTarget(['values', 'counter a', 'failing f', 'unserializable u', 'text t some words']);
    target = `--jmx.target=pid:${jvm.pid}`;
  });
  afterAll(async () => {
    await jvm.stop();
    await folder.remove();
  });

  test('each value with its rule and its series, and what is left out with the reason', async () => {
    const config = [`--jmx.config=${folder.file('rules.yaml')}`, '--jmx.preset=jvm', '--labels=env=test'];
    const { code, stdout } = await runAdapter([target, ...config, '--explain=*:type=Fail*,*']);
    expect(code).toBe(0);
    expect(stdout).toBe(`bean     fixture:type=Failing,name=f
value    fixture<type=Failing, name=f><>Good: 1
rule     1 (line 5) fixture<type=Failing.*><>Good
series   good_total{env="test",kind="x"} 1
no value Bad (int): exception: its getter failed

`);
    const other = (await runAdapter([target, ...config, '--explain=fixture:*'])).stdout;
    expect(other).toContain('left out Value: excludeObjectNameAttributes has it\n');
    expect(other).toContain('value    fixture<type=Counter, name=a><>Fixed: 7\nrule     none\n');
    expect(other).toContain(
      'bean     fixture:type=Text,name=t\nnot read excludeObjectNames has fixture:type=Text,*\n',
    );
    expect(other).toContain('series   none: the value is no number, and the rule gives none\n');
    expect(other).toMatch(
      /no value Thread \(java\.lang\.Object\): unserializable: .*NotSerializableException/,
    );
    expect(other).toContain('left out Longs: a value of type [J is never a sample\n');
  });

  test('the rules of presets, and what they leave out', async () => {
    const { stdout } = await runAdapter([target, '--explain=java.lang:type=Memory']);
    expect(stdout).toContain('left out Verbose: no preset has a rule for it\n');
    expect(stdout).toMatch(
      /value {4}java.lang<type=Memory><HeapMemoryUsage>max: \d+\nrule {5}\d+ \(preset jvm\) .*\nseries {3}jvm_memory_max_bytes\{area="heap"\} \d+\n/,
    );
  });

  test('what there is, as text and as JSON', async () => {
    const text = await runAdapter([target, '--dump=fixture:*']);
    expect([text.code, text.stdout.match(/^\S+/gm)]).toEqual([
      0,
      ['Counter,name=a', 'Failing,name=f', 'Text,name=t', 'Unserializable,name=u', 'Values'].map(
        (name) => `fixture:type=${name}`,
      ),
    ]);
    expect(text.stdout).toContain('\n  Matrix  [[I  [[1,2],[3]]\n');
    expect(text.stdout).toContain('\n  Composite  CompositeData  {"a":"x","b":1,"count":5}\n');
    expect(text.stdout).toMatch(/\n {2}Thread {2}java\.lang\.Object {2}! unserializable: /);
    const json = await runAdapter([target, '--dump=fixture:type=Values', '--dump-format=json']);
    const dump: unknown = JSON.parse(json.stdout);
    expect(dump).toMatchObject({ bean: 'fixture:type=Values' });
    expect(dump).toHaveProperty(
      'attributes',
      expect.arrayContaining([
        { name: 'HugeLong', type: 'long', value: '9223372036854775807' },
        { name: 'Enum', type: 'Target$Color', value: 'GREEN' },
        {
          name: 'Table',
          type: 'javax.management.openmbean.TabularData',
          value: expect.arrayContaining([{ key: 'one', value: 1 }]),
        },
      ]),
    );
  });

  test('nothing that fits, nothing to ask and no name are told apart', async () => {
    const none = await runAdapter([target, '--dump=nobody:*']);
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('no such bean');
    const gone = await runAdapter(['--jmx.target=127.0.0.1:1', '--explain=java.lang:*']);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('target not read')]);
    const wrong = await runAdapter(['--dump=java.lang']);
    expect([wrong.code, wrong.stderr]).toEqual([
      64,
      expect.stringContaining('--dump java.lang: there is no --jmx.target'),
    ]);
    expect(wrong.stderr).toContain('--dump java.lang: not an ObjectName');
    const line = await runAdapter([target, '--explain=hits:1|c']);
    expect(line.stdout).toContain('series   hits 1');
  });
});
