// Ways to cut one input into chunks, for parsers and framers: a stream arrives in whatever pieces the kernel
// likes, and the result must not depend on them. Run each row of a parser's table through all of these.
// Invariant: the chunks of a split, put together, are the input; no chunk is empty (but of an empty input).

import type { SeededRandom } from './seeded-random.ts';

export type Split = { readonly name: string; readonly chunks: readonly Buffer[] };

/** Inputs longer than this are cut in two at random places only, not at every one. */
const EVERY_CUT_UP_TO_BYTES = 512;

/** The input whole, byte by byte, in two at every (or many a) place, and in random pieces. */
export function* splits(input: string | Uint8Array, random: SeededRandom): Generator<Split> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(input);
  yield { name: 'whole', chunks: [bytes] };
  if (bytes.length < 2) return;
  yield cut(bytes, 'byte by byte', everyPlace(bytes.length));
  for (const place of singleCuts(bytes.length, random)) yield cut(bytes, `in two at ${place}`, [place]);
  for (let round = 1; round <= 20; round++) {
    yield cut(bytes, `random ${round} of seed ${random.seed}`, randomPlaces(bytes.length, random));
  }
}

function cut(bytes: Buffer, name: string, places: Iterable<number>): Split {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const place of places) {
    chunks.push(bytes.subarray(from, place));
    from = place;
  }
  chunks.push(bytes.subarray(from));
  return { name, chunks };
}

function everyPlace(length: number): number[] {
  return Array.from({ length: length - 1 }, (_, index) => index + 1);
}

function singleCuts(length: number, random: SeededRandom): number[] {
  if (length <= EVERY_CUT_UP_TO_BYTES) return everyPlace(length);
  return Array.from({ length: EVERY_CUT_UP_TO_BYTES }, () => random.integer(1, length - 1));
}

/** Increasing places; the mean piece is between 1 byte and the whole input, each scale as likely. */
function randomPlaces(length: number, random: SeededRandom): number[] {
  const meanPiece = 2 ** (random.fraction() * Math.log2(length));
  const places: number[] = [];
  for (let place = 0; ;) {
    place += random.integer(1, Math.ceil(2 * meanPiece));
    if (place >= length) return places;
    places.push(place);
  }
}
