// Certificates for tests, by openssl: one for `localhost` that is its own authority.
import { execFileSync } from 'node:child_process';
import type { TemporaryDirectory } from './files.ts';

/** Files in PEM. */
export type CertificateFiles = { readonly certificate: string; readonly key: string };

/** Writes cert.pem and key.pem into the folder. */
export function makeCertificate(folder: TemporaryDirectory, name = 'localhost'): CertificateFiles {
  const files = { certificate: folder.file('cert.pem'), key: folder.file('key.pem') };
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const out = ['-keyout', files.key, '-out', files.certificate];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...out], { stdio: 'ignore' });
  return files;
}
