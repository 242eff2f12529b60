import { describe, expect, it } from 'vitest';
import { ByteOutput } from '../../src/byte-output.ts';
import { FieldNames } from '../../src/formats/field-names.ts';
import { inputFormat } from '../../src/formats/input-formats.ts';
import { LineConverter } from '../../src/formats/line-converter.ts';
import { outputFormat } from '../../src/formats/outputs/output-formats.ts';

function converter(input: string, output: string): LineConverter {
  const names = new FieldNames();
  const { parser } = inputFormat(input, names);
  return new LineConverter(parser, outputFormat(output, { host: 'h' }), names);
}

function converted(by: LineConverter, text: string): string {
  const bytes = Buffer.from(text);
  const firstEnd = text.includes('\n') ? bytes.indexOf(0x0a) : bytes.length;
  const out = new ByteOutput(16);
  out.byte(0x3e);
  by.convertLines(bytes, 0, firstEnd, bytes.length, out);
  return out.toString().slice(1);
}

describe('a line', () => {
  it('is converted and ended', () => {
    expect(converted(converter('logfmt', 'json'), 'a=1 b="x y"')).toBe('{"a":1,"b":"x y"}\n');
  });

  it('loses the CR of Windows', () => {
    expect(converted(converter('json', 'logfmt'), '{"a":1}\r')).toBe('a=1\n');
  });

  it('adds nothing when it cannot be, and says why', () => {
    const unparsable = converter('json', 'json');
    expect(converted(unparsable, '{"a":}')).toBe('');
    expect(unparsable.reason()).toBe('column 6: expected a JSON value');
    const unwritable = converter('json', 'cri');
    expect(converted(unwritable, '{"a":1}')).toBe('');
    expect(unwritable.reason()).toBe('column 1: expected a time stamp, which a CRI line begins with');
  });
});

describe('a record of several lines', () => {
  const first = '2023-01-01 00:00:00,001 [main] ERROR a.B - failed';
  const trace = 'x.Y: z\n\tat a.B.c(B.java:1)';

  it('has the rest in its message', () => {
    expect(JSON.parse(converted(converter('log4j', 'json'), `${first}\n${trace}`))).toMatchObject({
      logger: 'a.B',
      message: `failed\n${trace}`,
    });
  });

  it('has the rest as a field where the message is not at the end of the line', () => {
    expect(JSON.parse(converted(converter('json', 'json'), `{"msg":"a","n":1}\n${trace}`))).toEqual({
      msg: 'a',
      n: 1,
      stack_trace: trace,
    });
  });

  it('has the rest in its message with CR LF, too', () => {
    expect(JSON.parse(converted(converter('log4j', 'json'), `${first}\r\nx`))).toMatchObject({
      message: 'failed\r\nx',
    });
  });
});
