// The number by which a call names a remote method: the first eight bytes, little-endian, of the SHA-1 over the
// method's name and descriptor as writeUTF writes them (java.rmi, sun/rmi/server/Util.computeMethodHash).

import { createHash } from 'node:crypto';

/** `signature` is name and JVM descriptor, `getMBeanCount(Ljavax/security/auth/Subject;)Ljava/lang/Integer;`. */
export function methodHash(signature: string): bigint {
  const text = Buffer.from(signature, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return createHash('sha1').update(length).update(text).digest().readBigInt64LE(0);
}
