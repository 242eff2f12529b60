// What the kernel is told of a regex: a shape that says too much would lose matches, one that says too little time.
import { expect, test } from 'vitest';
import { byteSet } from '../../../src/awk/runtime/byte-set.ts';
import { patternShape } from '../../../src/awk/runtime/pattern-shape.ts';

function shape(source: string, options: { utf8?: boolean; ignoreCase?: boolean } = {}): string {
  const of = { posix: false, utf8: true, ignoreCase: false, ...options };
  const made = patternShape(Buffer.from(source), of);
  switch (made.kind) {
    case 'literal':
      return `literal ${Buffer.from(made.bytes).toString()}`;
    case 'set':
    case 'run':
      return `${made.kind} ${members(made.set)}`;
    case 'headed':
      return `${Buffer.from(made.head).toString()} and ${members(made.set)} from ${made.least}`;
    case 'literals':
      return `one of ${made.list.map((bytes) => Buffer.from(bytes).toString()).join(' ')}`;
    default: {
      const begin =
        made.begin === undefined ? 'anywhere' : `${members(made.begin.first)} ${members(made.begin.second)}`;
      return made.prefix === undefined ? begin : `prefix ${Buffer.from(made.prefix).toString()}`;
    }
  }
}

/** Up to six of them, or how many. */
function members(set: Uint8Array): string {
  const codes = [...set.keys()].filter((code) => set[code] === 1);
  return codes.length > 6 ? String(codes.length) : String.fromCharCode(...codes);
}

test.each([
  { in: 'abc', out: 'literal abc' },
  { in: '(a)(b)', out: 'literal ab' },
  { in: 'é', out: 'literal é' },
  { in: '\\.', out: 'literal .' },
  { in: '[ab]', out: 'set ab' },
  { in: '[0-9]+', out: 'run 10' },
  { in: '[^a]', out: 'anywhere' },
  { in: 'a+b', out: 'a ab' },
  { in: '[^a]+', out: 'run 255' },
  { in: 'ab|cd', out: 'one of ab cd' },
  { in: '(ab|(xyz)|éé)', out: 'one of éé xyz ab' },
  { in: 'ab|c', out: 'ac 256' },
  { in: 'ab|cd*', out: 'ac 256' },
  { in: '^ab|cd', out: 'ac bd' },
  { in: 'ab||cd', out: 'anywhere' },
  { in: 'HTTP/[0-9.]+', out: 'HTTP/ and 11 from 1' },
  { in: 'é[^ ]*', out: 'é and 255 from 0' },
  { in: 'a[[:alpha:]]+', out: 'a 180' },
  { in: 'HTTP/[0-9.]+x', out: 'prefix HTTP/' },
  { in: 'HTTP/[0-9]{1,3}', out: 'prefix HTTP/' },
  { in: 'ab(c|d)', out: 'prefix ab' },
  { in: 'a[0-9]', out: 'a 10' },
  { in: 'éa*', out: 'é and a from 0' },
  { in: '^ab', out: 'a b' },
  { in: 'x*', out: 'anywhere' },
  { in: '(ab)?', out: 'anywhere' },
])('$in', ({ in: source, out }) => expect(shape(source)).toBe(out));

test('without regard to case no character is alone', () => {
  expect(shape('ab', { ignoreCase: true })).toBe('Aa Bb');
  expect(shape('1a', { ignoreCase: true })).toBe('1 Aa');
});

test('bytes', () => {
  const made = patternShape(Uint8Array.of(0xe9), { posix: false, utf8: false, ignoreCase: false });
  expect(made).toEqual({ kind: 'literal', bytes: Uint8Array.of(0xe9) });
  expect(patternShape(Buffer.from('[^a]'), { posix: false, utf8: false, ignoreCase: false })).toEqual({
    kind: 'set',
    set: byteSet(Array.from({ length: 256 }, (_, code) => code).filter((code) => code !== 97)),
  });
});
