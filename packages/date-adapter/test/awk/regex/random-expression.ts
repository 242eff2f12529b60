// Random expressions and texts over a small alphabet, where accidents are frequent. Characters are strings; a lone
// surrogate U+DC80..U+DCFF stands for a byte that is no character.
import type { SeededRandom } from '@podmate/testkit/seeded-random';
import type { Reference } from './reference-matcher.ts';

export type Alphabet = { readonly characters: readonly string[]; readonly sets: readonly Reference[] };

function one(source: string, accepts: (character: string) => boolean): Reference {
  return { is: 'one', source, accepts };
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /^[\p{Alphabetic}\p{Nd}_]$/u.test(character);

const PLACES: readonly Reference[] = [
  { is: 'place', source: '^', holds: (_, at) => at === 0 },
  { is: 'place', source: '$', holds: (text, at) => at === text.length },
  { is: 'place', source: String.raw`\y`, holds: (text, at) => isWord(text[at - 1]) !== isWord(text[at]) },
  { is: 'place', source: String.raw`\B`, holds: (text, at) => isWord(text[at - 1]) === isWord(text[at]) },
  { is: 'place', source: String.raw`\<`, holds: (text, at) => !isWord(text[at - 1]) && isWord(text[at]) },
  { is: 'place', source: String.raw`\>`, holds: (text, at) => isWord(text[at - 1]) && !isWord(text[at]) },
];

export const ASCII: Alphabet = {
  characters: ['a', 'b', 'c', ' '],
  sets: [
    one('.', () => true),
    one('[ab]', (character) => 'ab'.includes(character)),
    one('[^a]', (character) => character !== 'a'),
    one('[[:alpha:]]', (character) => character !== ' '),
    one(String.raw`\W`, (character) => character === ' '),
  ],
};

export const UNICODE: Alphabet = {
  characters: ['a', 'é', '€', '😀', ' '],
  sets: [
    one('.', () => true),
    one('[é€]', (character) => 'é€'.includes(character)),
    one('[^é]', (character) => character !== 'é'),
    one('[à-ÿ😀]', (character) => character === '😀' || /^[à-ÿ]$/.test(character)),
    one('[[:alpha:]]', (character) => isWord(character)),
    one(String.raw`\w`, isWord),
  ],
};

/** With the first bytes of é, € and 😀, a stray continuation byte, and a byte that is never part of UTF-8. */
export const ILL_FORMED: Alphabet = {
  characters: [...UNICODE.characters, '\udcc3', '\udce2', '\udcf0', '\udc82', '\udcff'],
  sets: [...UNICODE.sets, one(String.raw`\303`, (character) => character === '\udcc3')],
};

/** @param depth of nesting at most */
export function randomExpression(random: SeededRandom, alphabet: Alphabet, depth: number): Reference {
  const of = (): Reference => randomExpression(random, alphabet, depth - 1);
  const kind = random.weighted<string>([
    ['one', depth === 0 ? 12 : 4],
    ['set', 3],
    ['place', 1],
    ['row', depth === 0 ? 0 : 7],
    ['choice', depth === 0 ? 0 : 4],
    ['times', depth === 0 ? 0 : 4],
  ]);
  if (kind === 'row' || kind === 'choice')
    return { is: kind, of: Array.from({ length: random.integer(2, 3) }, of) };
  if (kind === 'times') {
    const min = random.integer(0, 2);
    return { is: 'times', of: of(), min, max: random.chance(0.5) ? Infinity : min + random.integer(1, 2) };
  }
  if (kind === 'place') return random.pick(PLACES);
  if (kind === 'set') return random.pick(alphabet.sets);
  const character = random.pick(
    alphabet.characters.filter((candidate) => !/[\udc80-\udcff]/.test(candidate)),
  );
  return one(character, (candidate) => candidate === character);
}

/** Characters such that their bytes decode to just these: no two of them make a third. */
export function randomText(random: SeededRandom, alphabet: Alphabet, length: number): string[] {
  const text = Array.from({ length }, () => random.pick(alphabet.characters));
  return decode(encode(text));
}

/** The bytes of characters, where a lone surrogate is a byte. */
export function encode(text: readonly string[]): Uint8Array {
  const bytes = text.map((character) => {
    const point = character.codePointAt(0)!;
    return point >= 0xdc80 && point <= 0xdcff ? Buffer.from([point - 0xdc00]) : Buffer.from(character);
  });
  return new Uint8Array(Buffer.concat(bytes));
}

/** By another way than the automaton's: the decoder of the platform, one candidate at a time. */
export function decode(bytes: Uint8Array): string[] {
  const text: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const character = [1, 2, 3, 4].map((size) => wellFormed(bytes.subarray(at, at + size))).find(Boolean);
    text.push(character ?? String.fromCharCode(0xdc00 + bytes[at]!));
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return text;
}

function wellFormed(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return Array.from(text).length === 1 ? text : undefined;
  } catch {
    return undefined;
  }
}
