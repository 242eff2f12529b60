// Certificates and passwords for tests, as a pod gets them: files that are links through `..data`, which swaps to a new
// folder when the Secret changes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from './files.ts';

export class SecretVolume implements AsyncDisposable {
  readonly #directory: TemporaryDirectory;
  #generation = 0;

  private constructor(directory: TemporaryDirectory) {
    this.#directory = directory;
  }

  static async mount(files: Readonly<Record<string, string>>): Promise<SecretVolume> {
    const volume = new SecretVolume(await temporaryDirectory('secret'));
    volume.swap(files);
    for (const name of Object.keys(files)) symlinkSync(join('..data', name), volume.file(name));
    return volume;
  }

  file(name: string): string {
    return this.#directory.file(name);
  }

  /** All files become these at once. */
  swap(files: Readonly<Record<string, string>>): void {
    const folder = `..generation_${++this.#generation}`;
    mkdirSync(this.file(folder));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.file(folder), name), text);
    symlinkSync(folder, this.file('..data_tmp'));
    renameSync(this.file('..data_tmp'), this.file('..data'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#directory.remove();
  }
}

export type Certificates = {
  readonly 'ca.crt': string;
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
};

/** An authority of that name, and a certificate for 127.0.0.1 and a DNS name that it signed, both good for two days. */
export async function makeCertificates(name: string, dnsName: string): Promise<Certificates> {
  await using directory = await temporaryDirectory('certificates');
  const run = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: directory.path, stdio: 'ignore' });
  };
  const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  run('req', '-x509', ...elliptic, '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.crt');
  const names = ['-addext', `subjectAltName=IP:127.0.0.1,DNS:${dnsName}`];
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key'];
  const certificate = ['-subj', `/CN=${name}-leaf`, ...names, ...authority];
  run('req', '-x509', ...elliptic, ...certificate, '-keyout', 'tls.key', '-out', 'tls.crt');
  const read = (file: string): string => readFileSync(directory.file(file), 'utf8');
  return { 'ca.crt': read('ca.crt'), 'tls.crt': read('tls.crt'), 'tls.key': read('tls.key') };
}
