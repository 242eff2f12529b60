import { createHash, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { type PasswordHash, passwordFits } from '../../src/web/password-hash.ts';

const digestOf = (digest: string): PasswordHash => ({
  kind: 'digest',
  digest,
  salt: 'sa:lt',
  hash: createHash(digest).update('sa:lt:secret').digest(),
});
const derived = (digest: string, bytes: number): PasswordHash => ({
  kind: 'pbkdf2',
  digest,
  salt: 'salt',
  iterations: 10,
  hash: pbkdf2Sync('secret', 'salt', 10, bytes, digest),
});

const pause = async (): Promise<void> => undefined;

test.each<{ name: string; in: PasswordHash }>([
  { name: 'plaintext', in: { kind: 'plaintext', password: 'secret' } },
  // The example of jmx_exporter's documentation.
  {
    name: 'SHA-256',
    in: {
      kind: 'digest',
      digest: 'sha256',
      salt: 'U9i%=N+m]#i9yvUV:bA/3n4X9JdPXf=n',
      hash: Buffer.from('2bf7ed4906ac065bde39f7508d6102a6cdd7153a929ea883ff6cd04442772c99', 'hex'),
    },
  },
  { name: 'SHA-1', in: digestOf('sha1') },
  { name: 'SHA-512', in: digestOf('sha512') },
  { name: 'PBKDF2, 16 bytes', in: derived('sha1', 16) },
  { name: 'PBKDF2, 128 bytes', in: derived('sha512', 128) },
])('$name', async ({ in: hash }) => {
  const fits = await Promise.all(['secret', 'Secret', ''].map((one) => passwordFits(one, hash, pause)));
  expect(fits).toEqual([true, false, false]);
});
