// The certificates of a PKCS #12 file (RFC 7292), as keytool has written them since JDK 9, also where there is no key beside
// them: node:tls takes such files only with one. For java-key-store.ts. Certificates that are encrypted are read where it
// is done by PBES2 (RFC 8018); what older JDKs did (40-bit RC2) no OpenSSL offers any more. Pure.
import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { type Der, INTEGER, OCTETS, bodyAt, derValues, inside, oidAt } from './der.ts';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509 = '1.2.840.113549.1.9.22.1';
const PBES2 = '1.2.840.113549.1.5.13';
const DIGESTS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const CIPHERS: Readonly<Record<string, readonly [name: string, keyBytes: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32],
};
/** keytool's are 10 000; a file that asks for hours of work is refused. */
const MAX_ITERATIONS = 10_000_000;

/** All certificates in it, as DER. @throws Error when it is none, the password is wrong, or its encryption is too old */
export function pkcs12Certificates(bytes: Buffer, password: string): Buffer[] {
  const authSafe = inside(inside(derValues(bytes), 0), 1);
  if (oidAt(authSafe, 0) !== DATA) throw new Error('not a PKCS #12 file of the usual kind');
  const contents = inside(derValues(bodyAt(inside(authSafe, 1), 0, OCTETS)), 0);
  return contents.flatMap(({ body }) => certificates(safeContents(derValues(body), password)));
}

/** One ContentInfo: bags, in the clear or encrypted; none for what is neither. */
function safeContents(info: readonly Der[], password: string): Der[] {
  const kind = oidAt(info, 0);
  if (kind === DATA) return inside(derValues(bodyAt(inside(info, 1), 0, OCTETS)), 0);
  if (kind !== ENCRYPTED_DATA) return [];
  const encrypted = inside(inside(inside(info, 1), 0), 1);
  return inside(derValues(decrypted(inside(encrypted, 1), bodyAt(encrypted, 2), password)), 0);
}

function decrypted(algorithm: readonly Der[], bytes: Buffer, password: string): Buffer {
  if (oidAt(algorithm, 0) !== PBES2)
    throw new Error(
      'its certificates are encrypted as JDKs before 8u301 did it; write it anew: keytool -importkeystore -srckeystore OLD -destkeystore NEW',
    );
  const [derivation, scheme] = inside(algorithm, 1).map(({ body }) => derValues(body));
  if (derivation === undefined || scheme === undefined) throw new Error('not what was expected in DER');
  const [salt, iterations, ...optional] = inside(derivation, 1);
  const prf = optional.find(({ tag }) => tag !== INTEGER);
  const digest = prf === undefined ? 'sha1' : DIGESTS[oidAt(derValues(prf.body), 0)];
  const [cipher, keyBytes] = CIPHERS[oidAt(scheme, 0)] ?? [];
  const rounds = Number(`0x${iterations?.body.toString('hex') ?? ''}`);
  if (
    salt === undefined ||
    digest === undefined ||
    cipher === undefined ||
    keyBytes === undefined ||
    !(rounds <= MAX_ITERATIONS)
  )
    throw new Error('its certificates are encrypted in a way that is not known here');
  const key = pbkdf2Sync(password, salt.body, rounds, keyBytes, digest);
  try {
    const decipher = createDecipheriv(cipher, key, bodyAt(scheme, 1, OCTETS));
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch (cause) {
    throw new Error('cannot be decrypted: the password is wrong', { cause });
  }
}

function certificates(bags: readonly Der[]): Buffer[] {
  return bags.flatMap(({ body }) => {
    const bag = derValues(body);
    if (oidAt(bag, 0) !== CERTIFICATE_BAG) return [];
    const certificate = inside(inside(bag, 1), 0);
    return oidAt(certificate, 0) === X509 ? [bodyAt(inside(certificate, 1), 0, OCTETS)] : [];
  });
}
