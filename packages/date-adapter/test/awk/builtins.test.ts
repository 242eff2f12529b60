import { describe, expect, test } from 'vitest';
import { BUILTINS, argumentKind, findBuiltin } from '../../src/awk/builtins.ts';
import { SPECIALS, specialIndex } from '../../src/awk/specials.ts';

function kinds(name: string, count: number): string[] {
  const builtin = findBuiltin(name, false);
  if (builtin === undefined) throw new Error(name);
  return Array.from({ length: count }, (_, place) => argumentKind(builtin, place));
}

describe('builtins', () => {
  test('every name once, with as many arguments as it has kinds of them', () => {
    expect(new Set(BUILTINS.map(({ name }) => name)).size).toBe(BUILTINS.length);
    const wrong = BUILTINS.filter(
      ({ min, max, args }) => min > max || (args.length > 1 && args.length !== max),
    );
    expect(wrong).toEqual([]);
  });

  test('under posix there are only those of POSIX', () => {
    expect(findBuiltin('substr', true)?.name).toBe('substr');
    expect(findBuiltin('gensub', true)).toBeUndefined();
    expect(findBuiltin('json', true)).toBeUndefined();
    expect(findBuiltin('gensub', false)?.origin).toBe('gawk');
    expect(findBuiltin('nothing', false)).toBeUndefined();
  });

  test('kinds of arguments', () => {
    expect(kinds('split', 4)).toEqual(['value', 'array', 'regex', 'array']);
    expect(kinds('sprintf', 3)).toEqual(['value', 'value', 'value']);
    expect(kinds('gsub', 3)).toEqual(['regex', 'value', 'lvalue']);
  });
});

describe('special variables', () => {
  test('an index means the same in both modes', () => {
    for (const [index, { name, origin }] of SPECIALS.entries()) {
      expect(specialIndex(name, false)).toBe(index);
      expect(specialIndex(name, true)).toBe(origin === 'posix' ? index : undefined);
    }
    expect(specialIndex('x', false)).toBeUndefined();
  });
});
