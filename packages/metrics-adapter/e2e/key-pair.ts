// Keys and certificates for tests with TLS, made by openssl: a JVM of keytool for each step would cost a second.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type KeyPair = {
  /** PKCS#12, password changeit. A JVM that has it as its trust store trusts its certificate. */
  readonly store: string;
  readonly pfx: Buffer;
  /** PEM. */
  readonly certificate: string;
};

/** A key for localhost and its certificate, as files in this folder. */
export function keyPair(folder: { file(name: string): string }, name: string): KeyPair {
  const [key, certificate, store] = ['key', 'pem', 'p12'].map((kind) => folder.file(`${name}.${kind}`));
  if (key === undefined || certificate === undefined || store === undefined) throw new Error('no files');
  const names = '-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1';
  const curve = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1';
  openssl(`req -x509 ${curve} -nodes -days 2 ${names}`, '-keyout', key, '-out', certificate);
  openssl('pkcs12 -export -passout pass:changeit', '-in', certificate, '-inkey', key, '-out', store);
  return { store, pfx: readFileSync(store), certificate: readFileSync(certificate, 'utf8') };
}

function openssl(options: string, ...paths: string[]): void {
  execFileSync('openssl', [...options.split(' '), ...paths], { stdio: 'pipe' });
}
