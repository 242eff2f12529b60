// bcrypt (Provos and Mazieres 1999), only to check a password against a hash as `htpasswd -B` makes them: what exporters'
// web configuration files have, and Node has not. Blowfish's tables are the digits of pi, and are computed rather than
// written down. A check takes 2^cost rounds (cost 10: some 100 ms), in slices, so that the event loop goes on. Pure.
import { timingSafeEqual } from 'node:crypto';

const PI_WORDS = 18 + 4 * 256;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HASH = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const MAX_PASSWORD_BYTES = 72;
/** Rounds of a slice: about a millisecond. */
const SLICE_ROUNDS = 8;
const ENCRYPTIONS = 64;
const PLAINTEXT = Buffer.from('OrpheanBeholderScryDoubt');
const DIGEST_BYTES = 23;

/** Whether a text is a hash that passwordFits() can check. */
export const isBcrypt = (hash: string): boolean => HASH.test(hash);

/** @param pause lets the event loop go on. @returns false for a hash that is none */
export async function passwordFits(
  password: string,
  hash: string,
  pause: () => Promise<void>,
): Promise<boolean> {
  const [, cost = '', salt = '', digest = ''] = HASH.exec(hash) ?? [];
  if (digest === '') return false;
  const computed = await bcrypt(password, Number(cost), decode(salt, 16), pause);
  return timingSafeEqual(computed, decode(digest, DIGEST_BYTES));
}

async function bcrypt(
  password: string,
  cost: number,
  salt: Buffer,
  pause: () => Promise<void>,
): Promise<Buffer> {
  const key = words(Buffer.from(`${password}\0`).subarray(0, MAX_PASSWORD_BYTES));
  const salted = words(salt);
  const blowfish = new Blowfish();
  blowfish.expand(key, salted);
  for (let round = 0; round < 2 ** cost; round++) {
    blowfish.expand(key, NO_SALT);
    blowfish.expand(salted, NO_SALT);
    if (round % SLICE_ROUNDS === SLICE_ROUNDS - 1) await pause();
  }
  const out = Buffer.alloc(PLAINTEXT.length);
  for (let at = 0; at < out.length; at += 8) {
    blowfish.left = PLAINTEXT.readInt32BE(at);
    blowfish.right = PLAINTEXT.readInt32BE(at + 4);
    for (let i = 0; i < ENCRYPTIONS; i++) blowfish.encrypt();
    out.writeInt32BE(blowfish.left, at);
    out.writeInt32BE(blowfish.right, at + 4);
  }
  return out.subarray(0, DIGEST_BYTES);
}

const NO_SALT = new Int32Array(4);

/** 18 words of the bytes, which repeat as often as it takes; of 16 bytes the first four are the block for expand(). */
function words(bytes: Uint8Array): Int32Array {
  const out = new Int32Array(18);
  let at = 0;
  for (let i = 0; i < out.length; i++)
    for (let byte = 0; byte < 4; byte++) out[i] = (out[i]! << 8) | bytes[at++ % bytes.length]!;
  return out;
}

class Blowfish {
  /** 18 subkeys, then four S-boxes of 256. */
  readonly #table = Int32Array.from(piWords());
  left = 0;
  right = 0;

  /** Mixes a key into the subkeys, then replaces the table by a chain of encryptions salted with four words. */
  expand(key: Int32Array, salt: Int32Array): void {
    const table = this.#table;
    for (let i = 0; i < 18; i++) table[i]! ^= key[i]!;
    this.left = 0;
    this.right = 0;
    for (let i = 0; i < table.length; i += 2) {
      this.left ^= salt[i & 3]!;
      this.right ^= salt[(i & 3) + 1]!;
      this.encrypt();
      table[i] = this.left;
      table[i + 1] = this.right;
    }
  }

  encrypt(): void {
    const table = this.#table;
    let { left, right } = this;
    for (let i = 0; i < 16; i += 2) {
      left ^= table[i]!;
      right ^=
        (((table[18 + (left >>> 24)]! + table[274 + ((left >>> 16) & 255)]!) ^
          table[530 + ((left >>> 8) & 255)]!) +
          table[786 + (left & 255)]!) |
        0;
      right ^= table[i + 1]!;
      left ^=
        (((table[18 + (right >>> 24)]! + table[274 + ((right >>> 16) & 255)]!) ^
          table[530 + ((right >>> 8) & 255)]!) +
          table[786 + (right & 255)]!) |
        0;
    }
    this.left = right ^ table[17]!;
    this.right = left ^ table[16]!;
  }
}

let pi: readonly number[] | undefined;

/** The first 33 344 bits of pi behind the point, by Machin's formula: some 20 ms, once. */
function piWords(): readonly number[] {
  if (pi !== undefined) return pi;
  const guard = 64n;
  const bits = BigInt(PI_WORDS * 32) + guard;
  const arctan = (inverse: bigint): bigint => {
    let term = (1n << bits) / inverse;
    let sum = term;
    for (let n = 3n, sign = -1n; term !== 0n; n += 2n, sign = -sign) {
      term /= inverse * inverse;
      sum += (sign * term) / n;
    }
    return sum;
  };
  const fraction = (16n * arctan(5n) - 4n * arctan(239n) - (3n << bits)) >> guard;
  const digits = fraction.toString(16).padStart(PI_WORDS * 8, '0');
  pi = Array.from({ length: PI_WORDS }, (_, i) => Number.parseInt(digits.slice(i * 8, i * 8 + 8), 16) | 0);
  return pi;
}

/** bcrypt's base64, which has an alphabet of its own. */
function decode(text: string, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0xffff;
    held += 6;
    if (held < 8 || at === bytes) continue;
    held -= 8;
    out[at++] = bits >> held;
  }
  return out;
}
