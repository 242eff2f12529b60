// How UTF-8 sequences go on after their first byte (Unicode 15, table 3-7), as small numbers that fit into a thread
// of the automaton. A byte that is no part of a well-formed sequence is a character of its own, U+DC80 + (byte - 0x80),
// as in the text model of the interpreter. Hot where text is not ASCII; allocates nothing.

/** What a sequence still needs: 0 nothing; else the number of continuation bytes and the bounds of the next one. */
export const NOTHING = 0;
const ONE = 1;
const TWO = 2;
const TWO_AFTER_E0 = 3;
const TWO_AFTER_ED = 4;
const THREE = 5;
const THREE_AFTER_F0 = 6;
const THREE_AFTER_F4 = 7;

const LOWEST = Uint8Array.of(1, 0x80, 0x80, 0xa0, 0x80, 0x80, 0x90, 0x80);
const HIGHEST = Uint8Array.of(0, 0xbf, 0xbf, 0xbf, 0x9f, 0xbf, 0xbf, 0x8f);
const AFTER = Uint8Array.of(NOTHING, NOTHING, ONE, ONE, ONE, TWO, TWO, TWO);
const COUNT = Uint8Array.of(0, 1, 2, 2, 2, 3, 3, 3);

/** What a sequence that begins with this byte still needs; NOTHING for a byte that begins none. */
export function neededAfterLead(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return NOTHING;
  if (byte < 0xe0) return ONE;
  if (byte < 0xf0) return byte === 0xe0 ? TWO_AFTER_E0 : byte === 0xed ? TWO_AFTER_ED : TWO;
  return byte === 0xf0 ? THREE_AFTER_F0 : byte === 0xf4 ? THREE_AFTER_F4 : THREE;
}

/** The bits of a code point that its first byte holds. */
export function leadBits(byte: number): number {
  return byte < 0xe0 ? byte & 0x1f : byte < 0xf0 ? byte & 0x0f : byte & 0x07;
}

/** Whether this byte goes on with a sequence in need. */
export function continues(need: number, byte: number): boolean {
  return byte >= LOWEST[need]! && byte <= HIGHEST[need]!;
}

/** What is needed after one more continuation byte. */
export function neededAfter(need: number): number {
  return AFTER[need]!;
}

/** The lowest code point whose sequence begins with these bits and still has this need. */
export function lowestOf(bits: number, need: number): number {
  return (bits << (6 * COUNT[need]!)) | ((LOWEST[need]! & 0x3f) << (6 * (COUNT[need]! - 1)));
}

/** The highest code point whose sequence begins with these bits and still has this need. */
export function highestOf(bits: number, need: number): number {
  const rest = 6 * (COUNT[need]! - 1);
  return (bits << (6 * COUNT[need]!)) | ((HIGHEST[need]! & 0x3f) << rest) | ((1 << rest) - 1);
}

/** Whether bytes[at, end) supplies all that a sequence in need still wants. */
export function completes(need: number, bytes: Uint8Array, at: number, end: number): boolean {
  let wanted = need;
  for (let p = at; wanted !== NOTHING; p++) {
    if (p >= end || !continues(wanted, bytes[p]!)) return false;
    wanted = AFTER[wanted]!;
  }
  return true;
}

/** The code point at bytes[at], at < end; an ill-formed byte counts as U+DC00 + byte. */
export function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  const need = neededAfterLead(lead);
  if (need === NOTHING || !completes(need, bytes, at + 1, end)) return 0xdc00 + lead;
  let point = leadBits(lead);
  for (let p = at + 1; p <= at + COUNT[need]!; p++) point = (point << 6) | (bytes[p]! & 0x3f);
  return point;
}

/** How many bytes the character at bytes[at] takes, 1 to 4. */
export function lengthAt(bytes: Uint8Array, at: number, end: number): number {
  const need = neededAfterLead(bytes[at]!);
  return need !== NOTHING && completes(need, bytes, at + 1, end) ? 1 + COUNT[need]! : 1;
}

/** Where the character that ends before `at` begins; `at` > start and lies between two characters. */
export function startOfPrevious(bytes: Uint8Array, start: number, at: number): number {
  for (let p = at - 1; p >= start && p >= at - 4; p--) {
    if (bytes[p]! >= 0x80 && bytes[p]! < 0xc0) continue;
    return p + lengthAt(bytes, p, at) === at ? p : at - 1;
  }
  return at - 1;
}
