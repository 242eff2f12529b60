// Random expressions against a matcher that shares nothing with ours, and in batches against gawk.
import { execFileSync } from 'node:child_process';
import { SeededRandom } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { compileRegex } from '../../../src/awk/regex/regex.ts';
import { peers, whyNot } from '../../conformance/peers.ts';
import {
  type Alphabet,
  ASCII,
  encode,
  ILL_FORMED,
  randomExpression,
  randomText,
  UNICODE,
} from './random-expression.ts';
import { type Reference, referenceSpan, sourceOf } from './reference-matcher.ts';

const SEED = 20_260_101;

type Case = { readonly reference: Reference; readonly source: string; readonly text: readonly string[] };

function* cases(seed: number, alphabet: Alphabet, expressions: number, texts: number): Generator<Case> {
  const random = new SeededRandom(seed);
  for (let count = 0; count < expressions; count++) {
    const reference = randomExpression(random, alphabet, 3);
    const source = sourceOf(reference);
    for (let t = 0; t < texts; t++)
      yield { reference, source, text: randomText(random, alphabet, random.integer(0, 9)) };
  }
}

function offsets(text: readonly string[]): number[] {
  return text.reduce((all, character) => [...all, all.at(-1)! + encode([character]).length], [0]);
}

describe.each([
  ['ASCII, UTF-8 mode', ASCII, { utf8: true }],
  ['ASCII, byte mode', ASCII, { utf8: false }],
  ['ASCII, two states at a time', ASCII, { utf8: true, tableSize: 1 }],
  ['Unicode', UNICODE, { utf8: true }],
  ['ill-formed UTF-8', ILL_FORMED, { utf8: true }],
  ['ill-formed UTF-8, two states at a time', ILL_FORMED, { utf8: true, tableSize: 1 }],
])('%s', (_, alphabet, options) => {
  test(`every match of 500 random expressions is the reference's (seed ${SEED})`, () => {
    let compiled = '';
    let regex = compileRegex(compiled, options);
    for (const { reference, source, text } of cases(SEED, alphabet, 500, 4)) {
      if (source !== compiled) regex = compileRegex(source, options);
      compiled = source;
      const bytes = encode(text);
      const places = offsets(text);
      const found: string[] = [];
      const expected: string[] = [];
      for (let from = 0; from <= text.length; from++) {
        const span = referenceSpan(reference, text, from);
        expected.push(span === undefined ? 'none' : `${places[span[0]]}-${places[span[1]]}`);
        const matches = regex.search(bytes, 0, bytes.length, places[from]!);
        found.push(matches ? `${regex.matchStart}-${regex.matchEnd}` : 'none');
      }
      expect({ source, text, found, matches: regex.test(bytes, 0, bytes.length) }).toEqual({
        source,
        text,
        found: expected,
        matches: expected[0] !== 'none',
      });
    }
  });
});

const gawk = peers.find((peer) => peer.name === 'gawk')!;

describe.skipIf(whyNot(gawk) !== undefined)('gawk says the same', () => {
  test.each([
    ['C', ASCII, false],
    ['C.UTF-8', UNICODE, true],
  ])(`of 1500 random expressions in locale %s (seed ${SEED})`, (locale, alphabet, utf8) => {
    const all = [...cases(SEED + 1, alphabet, 1500, 3)];
    const answers = askGawk(all, locale);
    const differing = all.filter(({ source, text }, index) => {
      const regex = compileRegex(source, { utf8 });
      const bytes = encode(text);
      if (!regex.search(bytes, 0, bytes.length, 0)) return answers[index] !== 'none';
      // gawk 5.2 counts bytes where an empty match is behind characters of several.
      const begin =
        regex.matchEnd > regex.matchStart ? charactersIn(bytes, regex.matchStart) : regex.matchStart;
      return (
        answers[index] !==
        `${begin} ${charactersIn(bytes, regex.matchEnd) - charactersIn(bytes, regex.matchStart)}`
      );
    });
    // gawk 5.2 goes astray over anchors and edges of words in loops: /(^a|b)+/ in abba. The reference does not.
    const unexplained = differing.filter(({ source }) => !/[\^$]|\\[yB<>]/.test(source));
    expect(unexplained.map(({ source, text }) => [source, text.join('')])).toEqual([]);
    expect(differing.length).toBeLessThan(all.length / 500);
  });
});

function charactersIn(bytes: Uint8Array, end: number): number {
  return Array.from(new TextDecoder().decode(bytes.subarray(0, end))).length;
}

const PROGRAM = '{ if (match($2, $1)) print RSTART - 1, RLENGTH; else print "none" }';

function askGawk(all: readonly Case[], locale: string): string[] {
  const input = all.map(({ source, text }) => `${source}\t${text.join('')}\n`).join('');
  const env = { LC_ALL: locale, PATH: process.env['PATH'] };
  const out = execFileSync('gawk', ['-F\t', PROGRAM], {
    input,
    env,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return out.trimEnd().split('\n');
}
