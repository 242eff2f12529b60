// Passwords as configuration files have them: bcrypt hashes (Prometheus' exporters), and what jmx_exporter has besides: a
// salted digest, PBKDF2 (RFC 8018), the password itself. For basic-auth.ts.
import { createHash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { passwordFits as bcryptFits } from './bcrypt.ts';

export type PasswordHash =
  | { readonly kind: 'bcrypt'; readonly hash: string }
  | { readonly kind: 'plaintext'; readonly password: string }
  /** Of `salt:password`. */
  | { readonly kind: 'digest'; readonly digest: string; readonly salt: string; readonly hash: Buffer }
  | {
      readonly kind: 'pbkdf2';
      readonly digest: string;
      readonly salt: string;
      readonly hash: Buffer;
      readonly iterations: number;
    };

/** Digests that there are, with jmx_exporter's iterations of PBKDF2 where a file names none. */
export const DIGEST_ITERATIONS: ReadonlyMap<string, number> = new Map([
  ['sha1', 1_300_000],
  ['sha256', 600_000],
  ['sha512', 210_000],
]);

const derive = promisify(pbkdf2);

/** @param pause lets the event loop go on */
export async function passwordFits(
  password: string,
  against: PasswordHash,
  pause: () => Promise<void>,
): Promise<boolean> {
  if (against.kind === 'bcrypt') return bcryptFits(password, against.hash, pause);
  if (against.kind === 'plaintext') return isSame(sha256(password), sha256(against.password));
  const { digest, salt, hash } = against;
  if (against.kind === 'digest')
    return isSame(createHash(digest).update(`${salt}:${password}`).digest(), hash);
  // As many bytes as the hash has: a longer key begins with the shorter one.
  return isSame(await derive(password, salt, against.iterations, hash.length, digest), hash);
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
