import { expect, it } from 'vitest';
import { ByteOutput, Constant } from '../src/byte-output.ts';

it('grows, and keeps what it has', () => {
  const out = new ByteOutput(1);
  let expected = '';
  for (let length = 0; length < 700; length++) {
    const text = String.fromCharCode(0x61 + (length % 26)).repeat(length);
    if (length % 2 === 0) out.constant(new Constant(text));
    else out.range(Buffer.from(`<${text}>`), 1, length + 1);
    expected += text;
  }
  expect(out.toString()).toBe(expected);
});

it('overwrites nothing but what is behind its end', () => {
  const out = new ByteOutput(64);
  for (let length = 0; length < 9; length++) {
    out.clear();
    out.constant(new Constant('-----------------'));
    out.length = 4;
    out.constant(new Constant('x'.repeat(length)));
    expect(out.length).toBe(4 + length);
    expect(out.toString()).toBe(`----${'x'.repeat(length)}`);
  }
});
