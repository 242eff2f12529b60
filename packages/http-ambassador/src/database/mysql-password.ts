// caching_sha2_password, the full way: a server that sees TLS wants the password as it is, a client that sees none asks
// for a public key to encrypt it with. As we are between the two, the key is ours, and what the client encrypted goes on
// as it is. Needed once for each user after each start of the server; the key is made then, and kept in memory only.
import type { KeyObject } from 'node:crypto';

/** Says the client: send me your public key. */
export const KEY_REQUEST = 0x02;
/** Says the server in an AuthMoreData: I do not remember you, prove it in full. */
export const FULL_AUTHENTICATION = 0x04;

export type PasswordKey = {
  /** PEM. */
  readonly publicKey: Buffer;
  /** @returns the password and the zero behind it. @throws when it was not encrypted with our key */
  decrypt(bytes: Buffer, nonce: Buffer): Buffer;
};

let made: Promise<PasswordKey> | undefined;

/** One key for the whole process. */
export function passwordKey(): Promise<PasswordKey> {
  return (made ??= makeKey());
}

async function makeKey(): Promise<PasswordKey> {
  const { constants, generateKeyPair, privateDecrypt } = await import('node:crypto');
  const { promise, resolve, reject } = Promise.withResolvers<[KeyObject, KeyObject]>();
  generateKeyPair('rsa', { modulusLength: 2048 }, (error, publicKey, privateKey) =>
    error ? reject(error) : resolve([publicKey, privateKey]),
  );
  const [publicKey, privateKey] = await promise;
  return {
    publicKey: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })),
    decrypt(bytes, nonce) {
      const mixed = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, bytes);
      return Buffer.from(mixed.map((byte, at) => byte ^ (nonce[at % nonce.length] ?? 0)));
    },
  };
}
