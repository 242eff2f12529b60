import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { SeededRandom, freshSeed } from '@podmate/testkit/seeded-random';
import { describe, expect, test } from 'vitest';
import { identity, pemIdentity, trustedCertificates } from '../../src/tls/java-key-store.ts';
import { KEY_JKS, OLD_PKCS12, TRUST_JKS, TRUST_PKCS12 } from './stores.ts';

describe('certificates to trust', () => {
  test.each([
    { name: 'JKS', in: TRUST_JKS },
    { name: 'JKS with a key', in: KEY_JKS },
    { name: 'PKCS #12 without a key', in: TRUST_PKCS12 },
  ])('$name', ({ in: bytes }) => {
    const pems = trustedCertificates(bytes, 'changeit');
    expect(pems.map((pem) => new X509Certificate(pem).subject)).toEqual(['CN=jvm']);
    expect(trustedCertificates(Buffer.from(pems.join('')))).toEqual(pems.map((pem) => pem.trim()));
  });

  test.each([
    {
      name: 'JKS, another password',
      in: TRUST_JKS,
      password: 'guess',
      out: /password is wrong, or the file is damaged/,
    },
    { name: 'PKCS #12, another password', in: TRUST_PKCS12, password: 'guess', out: /the password is wrong/ },
    { name: 'PKCS #12 of old JDKs', in: OLD_PKCS12, password: 'changeit', out: /keytool -importkeystore/ },
    { name: 'nonsense', in: Buffer.from('nonsense'), password: '', out: /DER/ },
    { name: 'nothing', in: Buffer.alloc(0), password: '', out: /DER/ },
    {
      name: 'a key in PEM',
      in: Buffer.from('-----BEGIN X-----\n-----END X-----'),
      password: '',
      out: /no certificate/,
    },
  ])('$name is refused', ({ in: bytes, password, out }) =>
    expect(() => trustedCertificates(bytes, password)).toThrow(out),
  );
});

describe('a key and its certificate', () => {
  test('of a JKS, as PEM', () => {
    const { key, cert } = identity(KEY_JKS, 'changeit', 'srv');
    expect(createSecureContext({ key, cert })).toBeDefined();
    expect(pemIdentity(`${cert ?? ''}${key ?? ''}`, '')).toMatchObject({
      key: key?.trim(),
      cert: cert?.trim(),
    });
  });

  test.each([
    { name: 'an alias that is not there', in: () => identity(KEY_JKS, 'changeit', 'x'), out: /no key x/ },
    { name: 'a store without keys', in: () => identity(TRUST_JKS, 'changeit'), out: /no key in it/ },
    { name: 'a certificate alone', in: () => pemIdentity('', ''), out: /no private key/ },
  ])('$name is refused', ({ in: read, out }) => expect(read).toThrow(out));
});

/** How many certificates there are in it. */
const outcome = (bytes: Buffer): string => {
  try {
    return `${trustedCertificates(bytes, 'changeit').length}`;
  } catch (error) {
    return error instanceof TypeError ? String(error.stack) : 'refused';
  }
};

test('of damaged files nothing comes but an error', () => {
  const random = new SeededRandom(freshSeed());
  for (let times = 0; times < 500; times++) {
    const bytes = Buffer.from(times % 2 === 0 ? TRUST_PKCS12 : KEY_JKS);
    const at = random.integer(0, bytes.length - 1);
    bytes.writeUInt8(bytes.readUInt8(at) ^ random.integer(1, 255), at);
    const cut = bytes.subarray(0, random.integer(0, bytes.length - 1));
    // The digest of PKCS #12 is not checked: what was changed may be where nobody looks.
    expect([random.seed, outcome(bytes)]).toEqual([random.seed, expect.stringMatching(/^(refused|1)$/)]);
    expect([random.seed, outcome(cut)]).toEqual([random.seed, 'refused']);
  }
});
