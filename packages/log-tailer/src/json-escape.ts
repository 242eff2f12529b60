// Escapes UTF-8 bytes for a JSON string. Hot, pure.

/** The longest escape, `\u001f`, is six bytes for one. */
export const MAX_ESCAPED_BYTES = 6;

const BACKSLASH = 0x5c;
/** Per byte: 0 passes, 1 becomes \u00xx, else the letter behind the backslash. */
export const ESCAPES = new Uint8Array(256);
ESCAPES.fill(1, 0, 0x20);
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) {
  ESCAPES[character!.charCodeAt(0)] = letter!.charCodeAt(0);
}
const HEX = Buffer.from('0123456789abcdef');

/** Writes bytes[from, to) escaped into target at `at`; returns where it ended. The caller has made room. */
export function escapeInto(target: Buffer, at: number, bytes: Buffer, from: number, to: number): number {
  let out = at;
  for (let index = from; index < to; index++) {
    const byte = bytes[index]!;
    const escape = ESCAPES[byte]!;
    if (escape === 0) target[out++] = byte;
    else if (escape === 1) {
      target[out++] = BACKSLASH;
      target[out++] = 0x75; // u
      target[out++] = 0x30;
      target[out++] = 0x30;
      target[out++] = HEX[byte >> 4]!;
      target[out++] = HEX[byte & 15]!;
    } else {
      target[out++] = BACKSLASH;
      target[out++] = escape;
    }
  }
  return out;
}
