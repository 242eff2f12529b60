// Does a reply prove that the keys it is about were there? A replica of Redis 7 does not know that its primary is giving a
// slot away: a key that has left is simply missing there, and no look beforehand can rule that out. What it does find it
// has, as keys leave by being deleted. So a replica's word counts when it found something; else the primary is asked, which
// knows where the key went. Pure. Invariant: no reply that Redis gives for a missing key counts as proof; the other error
// costs a needless second question only.
import { arrayElements } from './split.ts';

/** So many bytes at the beginning of a reply are enough to tell. */
export const EVIDENCE_BYTES = 64;

const [PLUS, COLON, BULK, VERBATIM, DOUBLE, BIG] = [43, 58, 36, 61, 44, 40];
const [ARRAY, SET, MAP] = [42, 126, 37];
const [ONE, NINE, LF] = [49, 57, 10];

/** Of a reading command with one key: something other than null, nothing, zero, less, and lists beginning with those. */
export function provesKey(data: Buffer, from: number, to: number): boolean {
  const next = data[from + 1] ?? 0;
  const positive = next >= ONE && next <= NINE;
  switch (data[from]) {
    case BULK:
    case VERBATIM:
    case COLON:
      return positive;
    case DOUBLE:
    case BIG:
      return true;
    case PLUS:
      return !data.subarray(from, Math.min(to, from + 5)).equals(NONE); // TYPE
    case ARRAY:
    case SET:
    case MAP: {
      const first = data.indexOf(LF, from) + 1;
      return positive && first > from && first < to && provesKey(data, first, to);
    }
    default:
      return false;
  }
}

const NONE = Buffer.from('+none');

/** Of MGET or EXISTS: every one of so many keys was there. */
export function provesKeys(reply: Buffer, keys: number): boolean {
  if (reply[0] === COLON) return Number(reply.toString('latin1', 1, reply.length - 2)) === keys;
  return reply[0] === ARRAY && arrayElements(reply).every((value) => value[0] === BULK && value[1] !== 45);
}
