// Certificates to trust, and a key with its certificate, from the kinds of file that Java's users have: JKS, PKCS #12, and PEM.
// The kind is seen from the bytes, whatever `type` says. For the TLS of JMX targets and of jmx_exporter's httpServer.
import { isJks, readJks } from './jks.ts';
import { pkcs12Certificates } from './pkcs12.ts';

/** Options of tls.createSecureContext: PEM, or a file that it reads itself. */
export type Identity = { key?: string; cert?: string; pfx?: Buffer; passphrase?: string };

/** PEM, for `ca`. @throws Error that says what is wrong with the file */
export function trustedCertificates(bytes: Buffer, password = ''): string[] {
  if (isPem(bytes)) return pems(bytes.toString(), 'CERTIFICATE');
  const found = isJks(bytes)
    ? readJks(bytes, password).flatMap(({ certificates }) => certificates.slice(0, 1))
    : pkcs12Certificates(bytes, password);
  if (found.length === 0) throw new Error('there is no certificate in it');
  return found.map((one) => pem(one, 'CERTIFICATE'));
}

/** The key and its certificates. `alias`: of a JKS with several. @throws Error that says what is wrong with the file */
export function identity(bytes: Buffer, password = '', alias?: string): Identity {
  if (isPem(bytes)) return pemIdentity(bytes.toString(), password);
  if (!isJks(bytes)) return { pfx: bytes, passphrase: password };
  const found = readJks(bytes, password).find(
    (one) => one.key !== undefined && (alias ?? one.alias) === one.alias,
  );
  if (found?.key === undefined)
    throw new Error(alias === undefined ? 'there is no key in it' : `there is no key ${alias} in it`);
  return {
    key: pem(found.key, 'PRIVATE KEY'),
    cert: found.certificates.map((one) => pem(one, 'CERTIFICATE')).join(''),
  };
}

/** `text`: a key and its certificates, in any order. @throws Error when one is not there */
export function pemIdentity(text: string, password: string): Identity {
  const [key] = pems(text, '(?:[A-Z]+ )*PRIVATE KEY');
  if (key === undefined) throw new Error('there is no private key in it');
  return { key, cert: pems(text, 'CERTIFICATE').join('\n'), passphrase: password };
}

const isPem = (bytes: Buffer): boolean => bytes.includes('-----BEGIN ');

function pems(text: string, label: string): string[] {
  const found = text.match(new RegExp(`-----BEGIN (${label})-----[^-]*-----END \\1-----`, 'g')) ?? [];
  if (found.length === 0 && label === 'CERTIFICATE') throw new Error('there is no certificate in it');
  return found;
}

function pem(der: Buffer, label: string): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
