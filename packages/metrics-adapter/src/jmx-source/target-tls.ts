// The TLS of a target: whom to trust and who we are, from files that a setting or the rule file names. For targets.ts.
// Invariant: as with Java's RMI, whoever gives a trust store trusts what is in it whatever name the target's certificate
// has; without one it is the certificate authorities that Node has, and the name must fit.
import { readFileSync } from 'node:fs';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import type { SslConfig, StoreFile } from '../jmx/rules/ssl-config.ts';
import { openSslName } from '../tls/cipher-names.ts';
import { identity, trustedCertificates } from '../tls/java-key-store.ts';

/** What the files said, and which they were. @throws Error that names the file */
export function targetTls(ssl: SslConfig): ConnectionOptions | undefined {
  const { trustStore, keyStore, protocols, ciphers } = ssl;
  const ca = trustStore && read(trustStore, trustedCertificates);
  return {
    ...(ca && { ca, checkServerIdentity: () => undefined }),
    ...(keyStore && read(keyStore, identity)),
    ...versions(protocols),
    ...(ciphers.length > 0 && { ciphers: ciphers.map(openSslName).join(':') }),
  };
}

/** @throws Error that names the file */
export function read<T>(
  { filename, password }: StoreFile,
  reader: (bytes: Buffer, password: string) => T,
): T {
  try {
    return reader(readFileSync(filename), password);
  } catch (cause) {
    throw new Error(filename, { cause });
  }
}

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** Java names each version, OpenSSL the first and the last. */
export function versions(protocols: readonly string[]): {
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
} {
  const named = VERSIONS.filter((version) => protocols.includes(version));
  const [minVersion] = named;
  const maxVersion = named.at(-1);
  return { ...(minVersion && { minVersion }), ...(maxVersion && { maxVersion }) };
}
