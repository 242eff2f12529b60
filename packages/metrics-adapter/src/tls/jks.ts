// Java's own key store format (JKS: sun/security/provider/JavaKeyStore.java), which jmx_exporter's users have. The file is
// protected by a digest with the password, each key by a stream of SHA-1 digests (KeyProtector.java); weak, but theirs.
// For java-key-store.ts. Pure.
import { createHash, timingSafeEqual } from 'node:crypto';
import { OCTETS, bodyAt, derValues, inside } from './der.ts';

export type JksEntry = {
  readonly alias: string;
  /** DER: the certificate that is trusted, or those of the key, its own first. */
  readonly certificates: readonly Buffer[];
  /** PKCS #8, DER. */
  readonly key: Buffer | undefined;
};

const MAGIC = 0xfe_ed_fe_ed;
const DIGEST_BYTES = 20;
const TRUSTED = 2;
const KEY = 1;

export const isJks = (bytes: Buffer): boolean => bytes.length > 4 && bytes.readUInt32BE(0) === MAGIC;

/** @throws Error when the password is wrong or the file is damaged; RangeError when it ends too early */
export function readJks(bytes: Buffer, password: string): JksEntry[] {
  const secret = Buffer.from(password, 'utf16le').swap16();
  const body = bytes.subarray(0, -DIGEST_BYTES);
  const digest = createHash('sha1').update(secret).update('Mighty Aphrodite').update(body).digest();
  if (bytes.length < 32 || !timingSafeEqual(digest, bytes.subarray(-DIGEST_BYTES)))
    throw new Error('the password is wrong, or the file is damaged');
  const cursor = new Cursor(body);
  cursor.skip(4);
  const version = cursor.int();
  const count = cursor.int();
  return Array.from({ length: Math.min(count, body.length) }, () => entry(cursor, version, secret));
}

function entry(cursor: Cursor, version: number, secret: Buffer): JksEntry {
  const tag = cursor.int();
  const alias = cursor.utf();
  cursor.skip(8); // when it was made
  const certificate = (): Buffer => {
    if (version === 2) cursor.utf(); // X.509
    return cursor.bytes(cursor.int());
  };
  if (tag === TRUSTED) return { alias, certificates: [certificate()], key: undefined };
  if (tag !== KEY) throw new Error(`an entry of kind ${tag}`);
  const key = plainKey(cursor.bytes(cursor.int()), secret);
  return { alias, key, certificates: Array.from({ length: Math.min(cursor.int(), 100) }, certificate) };
}

/** Salt, key XOR a stream of digests, digest. The DER around it is an EncryptedPrivateKeyInfo (PKCS #8). */
function plainKey(info: Buffer, secret: Buffer): Buffer {
  const sealed = bodyAt(inside(derValues(info), 0), 1, OCTETS);
  const key = Buffer.from(sealed.subarray(DIGEST_BYTES, -DIGEST_BYTES));
  let digest = sealed.subarray(0, DIGEST_BYTES);
  for (let at = 0; at < key.length; at += DIGEST_BYTES) {
    digest = createHash('sha1').update(secret).update(digest).digest();
    for (let i = at; i < Math.min(at + DIGEST_BYTES, key.length); i++) key[i] = key[i]! ^ digest[i - at]!;
  }
  const check = createHash('sha1').update(secret).update(key).digest();
  if (!check.equals(sealed.subarray(-DIGEST_BYTES)))
    throw new Error('a key has another password than the store');
  return key;
}

/** Reads big-endian values one after the other. @throws RangeError at the end */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#at += count;
  }

  int(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  bytes(count: number): Buffer {
    if (count < 0 || this.#at + count > this.#bytes.length) throw new RangeError('the file ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  utf(): string {
    this.#at += 2;
    return this.bytes(this.#bytes.readUInt16BE(this.#at - 2)).toString('utf8');
  }
}
