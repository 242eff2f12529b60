// The outputs that are lines of text: CRI, templates.
import { describe, expect, it } from 'vitest';
import { CriOutput } from '../../../src/formats/outputs/cri.ts';
import { JsonOutput } from '../../../src/formats/outputs/json.ts';
import { TemplateOutput } from '../../../src/formats/outputs/template.ts';
import { stampFor, written } from '../written-record.ts';

const time = '2023-01-01T00:00:16.123Z';

describe('CRI', () => {
  const cri = new CriOutput({ stamp: stampFor('T', time) });

  it.each([
    { name: 'the message', in: '{"time":"T","msg":"a \\"b\\""}', out: `${time} stdout F a "b"` },
    { name: 'the line without one', in: '{"time":"T"}', out: `${time} stdout F {"time":"T"}` },
    { name: "the record's stream", in: '{"time":"T","stream":"stderr","msg":""}', out: `${time} stderr F ` },
    {
      name: 'several lines',
      in: '{"time":"T","msg":"a\\nb\\n"}',
      out: `${time} stdout F a\n${time} stdout F b\n${time} stdout F `,
    },
  ])('$name', ({ in: line, out }) => {
    expect(written('json', line, cri)).toBe(out);
  });

  it('cuts what is longer than the buffer of the runtimes', () => {
    const part = 'x'.repeat(16_384);
    expect(written('json', `{"time":"T","msg":"${part}${part}y"}`, cri)).toBe(
      `${time} stdout P ${part}\n${time} stdout P ${part}\n${time} stdout F y`,
    );
    expect(written('json', `{"time":"T","msg":"${part}"}`, cri)).toBe(`${time} stdout F ${part}`);
  });

  it('has another output inside', () => {
    const output = new CriOutput({ stamp: stampFor('T', time), stream: 'stderr', content: new JsonOutput() });
    expect(written('json', '{"time":"T"}', output)).toBe(`${time} stderr F {"time":"T"}`);
  });

  it('cannot do without a time', () => {
    expect(() => written('json', '{"msg":"a"}', cri)).toThrow('a time stamp, which a CRI line begins with');
    expect(() => written('json', '{"time":"U"}', cri)).toThrow('a time stamp of the given format');
  });
});

describe('a template', () => {
  it.each([
    { template: '{time} {level}: {msg}', out: 'NEW info: a b' },
    { template: '{nobody} {nobody|none} {nobody|}!', out: '- none !' },
    { template: '{{{level}}}', out: '{info}' },
    { template: 'plain', out: 'plain' },
  ])('$template', ({ template, out }) => {
    const output = new TemplateOutput({ template, stamp: stampFor('T', 'NEW') });
    expect(written('json', '{"time":"T","level":"info","msg":"a\\nb"}', output)).toBe(out);
  });

  it.each([
    { template: '{a', says: 'character 1: { without }' },
    { template: 'a}', says: 'character 2: } without {' },
    { template: '{}', says: 'without the name' },
  ])('refuses $template', ({ template, says }) => {
    expect(() => new TemplateOutput({ template })).toThrow(says);
  });
});
