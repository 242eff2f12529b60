import { describe, expect, test } from 'vitest';
import { SourceError, SourceText } from '../../src/awk/source-error.ts';

const source = new SourceText([
  { name: 'a.awk', text: '{ x }\n\t{ é😀 y }' },
  { name: 'empty.awk', text: '' },
  { name: 'b.awk', text: 'BEGIN\r\n' },
]);

describe('locate', () => {
  const rows = [
    { name: 'the first character', mark: '{ x', line: 1, column: 1, file: 'a.awk' },
    { name: 'a newline belongs to its line', mark: '\n\t', line: 1, column: 6, file: 'a.awk' },
    { name: 'a tab is one column', mark: '{ é', line: 2, column: 2, file: 'a.awk' },
    { name: 'characters are counted, not bytes or units', mark: 'y }', line: 2, column: 7, file: 'a.awk' },
    { name: 'a file begins at line 1', mark: 'BEGIN', line: 1, column: 1, file: 'b.awk' },
    { name: 'a carriage return is no character of the line', mark: 'GIN', line: 1, column: 3, file: 'b.awk' },
  ];
  test.each(rows)('$name', ({ mark, line, column, file }) => {
    expect(source.locate(source.text.indexOf(mark))).toMatchObject({ name: file, line, column });
  });

  test('the line is whole and without its end', () => {
    expect(source.locate(source.text.indexOf('y')).lineText).toBe('\t{ é😀 y }');
    expect(source.locate(source.text.indexOf('GIN')).lineText).toBe('BEGIN');
  });

  test('a place behind the end is the end', () => {
    expect(source.locate(source.text.length)).toMatchObject({ name: 'b.awk', lineText: '' });
  });
});

describe('message', () => {
  test('the caret is under the place, a tab under a tab', () => {
    const error = new SourceError(source, source.text.indexOf('y'), 'no y here');
    expect(error.message).toBe('a.awk:2:7: no y here\n\t{ é😀 y }\n\t     ^');
    expect(error.what).toBe('no y here');
  });

  test('a long line is cut around the place', () => {
    const long = new SourceText([{ name: 'command line', text: `${'a'.repeat(5000)}!${'b'.repeat(5000)}` }]);
    const [head, line = '', caret = ''] = new SourceError(long, 5000, 'why').message.split('\n');
    expect(head).toBe('command line:1:5001: why');
    expect(line).toHaveLength(100);
    expect(line.charAt(caret.indexOf('^'))).toBe('!');
  });
});
