// Groups of a match, as gawk 5.2 reports them (match with a third argument).
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/awk/regex/regex.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `1-2` for each group from 1, `-` for one that took no part. */
function groupsOf(pattern: string, text: string): string {
  const regex = compileRegex(pattern);
  const bytes = encode(text);
  expect(regex.search(bytes, 0, bytes.length, 0)).toBe(true);
  const out = new Int32Array(2 * (regex.groups + 1));
  expect(regex.captures(bytes, 0, bytes.length, out)).toBe(true);
  expect([out[0], out[1]]).toEqual([regex.matchStart, regex.matchEnd]);
  return Array.from({ length: regex.groups }, (_, group) => {
    const begin = out[2 * group + 2]!;
    return begin === -1 ? '-' : `${begin}-${out[2 * group + 3]}`;
  }).join(' ');
}

describe('groups', () => {
  test.each([
    ['(a)(b)', 'xab', '1-2 2-3'],
    ['((a)(b))', 'ab', '0-2 0-1 1-2'],
    ['(a)|(b)', 'b', '- 0-1'],
    ['(a)?x', 'x', '-'],
    ['(a*)(a*)', 'aaa', '0-3 3-3'],
    ['(a|ab)(c|bcd)(d*)', 'abcd', '0-1 1-4 4-4'],
    ['(x|xy)(z|yz)', 'xyz', '0-1 1-3'],
    ['(a|aa)(ab|b)', 'aab', '0-1 1-3'],
    ['((a)|b)*', 'ab', '1-2 0-1'],
    ['((a)|(b))*', 'aba', '2-3 2-3 1-2'],
    ['(a(b)?c?)*', 'abcabc', '3-6 4-5'],
    ['(a*)*', 'aaa', '0-3'],
    ['(a*)*b', 'b', '0-0'],
    ['(a*)+b', 'b', '0-0'],
    ['(a|aa)*', 'aaaa', '3-4'],
    ['(a|aa|aaa){2}', 'aaaaa', '2-5'],
    ['(a{1,2}){2,3}', 'aaaaa', '4-5'],
    ['(foo|foob)(ar|bar)?', 'foobar', '0-3 3-6'],
    ['(ab|a)*(b)?', 'abab', '2-4 -'],
    ['(a+)(a*)b', 'aaab', '0-3 3-3'],
    ['(|a)+b', 'ab', '0-1'],
    ['x(a|(ab))(b)?', 'xab', '1-2 - 2-3'],
    ['([0-9]+)-([0-9]+)-([0-9]+)', 'on 2023-01-15', '3-7 8-10 11-13'],
    ['^(.*)=(.*)$', 'a=b=c', '0-3 4-5'],
    ['"([^"]*)" ([0-9]+)', '"GET /" 200 5', '1-6 8-11'],
    ['(é+)(a)', 'xééa', '1-5 5-6'],
    ['(\\<[a-z]+\\>) (\\w+)', 'ab cd', '0-2 3-5'],
    ['(^|,)([^,]*)', 'a,b', '0-0 0-1'],
    ['(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)', 'abcdefghij', '0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8 8-9 9-10'],
    ['(){3}(a)', 'a', '0-0 0-1'],
    ['(.)$', '\u{1F600}', '0-4'],
  ])('/%s/ in <%s>', (pattern, text, groups) => expect(groupsOf(pattern, text)).toBe(groups));

  test('a list that is too short takes what fits', () => {
    const regex = compileRegex('(a)(b)(c)');
    const bytes = encode('abc');
    regex.search(bytes, 0, 3, 0);
    const out = new Int32Array(4);
    expect(regex.captures(bytes, 0, 3, out)).toBe(true);
    expect([...out]).toEqual([0, 3, 0, 1]);
  });

  test('there are none before a search, or when the record has become another', () => {
    const regex = compileRegex('(a+)');
    const bytes = encode('aa');
    regex.search(bytes, 0, 2, 0);
    bytes.fill(0x62);
    expect(regex.captures(bytes, 0, 2, new Int32Array(4))).toBe(false);
  });
});
