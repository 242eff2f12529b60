// gawk's directives, carried out on texts in memory.
import { describe, expect, test } from 'vitest';
import { ProgramPieces } from '../../src/awk/program-pieces.ts';
import { parseProgram } from '../../src/awk/parser.ts';
import { SourceError, SourceText } from '../../src/awk/source-error.ts';

const FILES: Readonly<Record<string, string>> = {
  main: '@include "lib"\nBEGIN { f() }\n@include "lib"\nEND { x }\n',
  lib: 'function f() { }\n',
  nested: '  @include "lib"; # why\nBEGIN { y }\n',
  spaced: 'BEGIN { a }\n@namespace "n"\nBEGIN { a }\n@include "lib"\nBEGIN { a }\n',
  circle: '@include "circle"\n',
  bad: '\n@namespace "for"\n',
  half: 'BEGIN { a\n',
  rest: '}\n',
};

type Build = (program: ProgramPieces) => void;

function pieces(build: Build, hasDirectives = true): ProgramPieces['pieces'] {
  const program = new ProgramPieces((name) => ({ name, text: FILES[name] ?? '' }), hasDirectives);
  build(program);
  return program.pieces;
}

const shown = (build: Build): string[] =>
  pieces(build)
    .filter(({ text }) => text.trim() !== '')
    .map(({ name, namespace = '', firstLine, text }) => `${name}:${firstLine} ${namespace}${text}`);

test.each<{ name: string; in: Build; out: string[] }>([
  {
    name: 'a file is included once',
    in: (program) => program.file('main'),
    out: ['lib:1 function f() { }\n', 'main:1 \nBEGIN { f() }\n', 'main:3 \nEND { x }\n'],
  },
  {
    name: '-i, and a file that includes the same one',
    in: (program) => {
      program.includeFile('lib');
      program.includeFile('nested');
    },
    out: ['lib:1 function f() { }\n', 'nested:1 \nBEGIN { y }\n'],
  },
  {
    name: 'a namespace ends at a file that is included, and goes on behind it',
    in: (program) => program.file('spaced'),
    out: [
      'spaced:1 BEGIN { a }\n',
      'spaced:2 n\nBEGIN { a }\n',
      'lib:1 function f() { }\n',
      'spaced:4 n\nBEGIN { a }\n',
    ],
  },
])('$name', ({ in: build, out }) => expect(shown(build)).toEqual(out));

test('the lines of messages are those of the file', () => {
  const text = new SourceText(pieces((program) => program.file('main')));
  expect(text.locate(text.text.indexOf('END'))).toMatchObject({ name: 'main', line: 4, column: 1 });
});

test('without directives the text stays as it is', () => {
  expect(pieces((program) => program.file('main'), false)).toEqual([{ name: 'main', text: FILES['main'] }]);
});

describe('refused', () => {
  test.each<{ name: string; in: Build; out: string }>([
    {
      name: 'a program file that includes itself',
      in: (program) => program.file('circle'),
      out: 'circle:1:1: circle cannot be included and be a program file',
    },
    {
      name: 'a file for -i and then for -f',
      in: (program) => {
        program.includeFile('lib');
        program.file('lib');
      },
      out: 'lib:1:1: lib cannot be included and be a program file',
    },
    {
      name: 'a word as namespace',
      in: (program) => program.file('bad'),
      out: 'bad:2:1: "for" cannot be a namespace',
    },
    {
      name: 'a text of the command line that ends in a rule',
      in: (program) => {
        program.text({ name: 'command line 1', text: FILES['half'] ?? '' });
        program.text({ name: 'command line 2', text: FILES['rest'] ?? '' });
      },
      out: 'command line 1:1:1: this does not end in the text that it begins in',
    },
  ])('$name', ({ in: build, out }) => {
    const parse = (): unknown => parseProgram(pieces(build), { posix: false });
    expect(parse).toThrow(SourceError);
    expect(parse).toThrow(out);
  });

  test('but a rule may go on in the next -f file (POSIX)', () => {
    const both = pieces((program) => {
      program.file('half');
      program.file('rest');
    });
    expect(parseProgram(both, { posix: false }).rules).toHaveLength(1);
  });
});
