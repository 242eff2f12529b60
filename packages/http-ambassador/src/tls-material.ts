// The certificates and keys of one listener or upstream, read from files that change while we run: what is in use is
// exchanged as a whole and only for what can be used. For tls.ts and the metrics; node:tls comes in as a parameter.
// Invariant: a file that cannot be read or does not fit the others changes nothing and is said once.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { SettingError } from '@podmate/base/errors';

export type Tls = typeof import('node:tls');

/** What is loaded where TLS is used, and only there (5 MB RSS). */
export type TlsModules = {
  readonly tls: Tls;
  readonly X509Certificate: typeof import('node:crypto').X509Certificate;
};

export async function loadTls(): Promise<TlsModules> {
  const [tls, { X509Certificate }] = await Promise.all([import('node:tls'), import('node:crypto')]);
  return { tls, X509Certificate };
}

export type TlsFiles = {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

type Pem = { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
export type SecureContext = ReturnType<Tls['createSecureContext']>;

export class TlsMaterial {
  readonly files: TlsFiles;
  /** Why the files as they are now are not in use; undefined: they are. */
  fault: string | undefined;
  readonly #modules: TlsModules;
  readonly #listeners = new Set<(pem: Pem) => void>();
  #pem: Pem;
  #context: SecureContext;
  #expiries: [path: string, endsAtMs: number][] | undefined;

  /** @throws SettingError naming the file that cannot be read or used */
  constructor(modules: TlsModules, files: TlsFiles) {
    this.#modules = modules;
    this.files = files;
    this.#pem = readAll(files);
    this.#context = contextOf(modules.tls, files, this.#pem);
  }

  /** For connections to come. */
  get context(): SecureContext {
    return this.#context;
  }

  /** What the context was made of. */
  get pem(): Pem {
    return this.#pem;
  }

  get paths(): string[] {
    const { ca, certificate, key } = this.files;
    return [ca, certificate, key].filter((path) => path !== undefined);
  }

  /** Calls back with the new content whenever it is exchanged. @returns ends that */
  onRenewed(listener: (pem: Pem) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the files again. @returns whether they were exchanged @throws SettingError, and the former stay in use */
  renew(): boolean {
    try {
      const pem = readAll(this.files);
      this.fault = undefined;
      if (isDeepStrictEqual(pem, this.#pem)) return false;
      this.#context = contextOf(this.#modules.tls, this.files, pem);
      this.#pem = pem;
      this.#expiries = undefined;
    } catch (error) {
      this.fault = error instanceof Error ? error.message : String(error);
      throw error;
    }
    for (const listener of this.#listeners) listener(this.#pem);
    return true;
  }

  /** For each file with certificates in it: when the first of them ends (ms since the epoch). */
  get expiries(): readonly [path: string, endsAtMs: number][] {
    const { ca, certificate } = this.files;
    const files: [string | undefined, Buffer | undefined][] = [
      [certificate, this.#pem.cert],
      [ca, this.#pem.ca],
    ];
    this.#expiries ??= files.flatMap(([path, pem]): [string, number][] =>
      path === undefined || pem === undefined ? [] : [[path, this.#firstEnd(pem)]],
    );
    return this.#expiries;
  }

  #firstEnd(pem: Buffer): number {
    const { X509Certificate } = this.#modules;
    const ends = [...pem.toString('latin1').matchAll(CERTIFICATE)].map(([text]) =>
      new X509Certificate(text).validToDate.getTime(),
    );
    return Math.min(...ends);
  }
}

/** Material is the same where its files are. */
export const filesKey = ({ ca = '', certificate = '', key = '' }: TlsFiles): string =>
  JSON.stringify([ca, certificate, key]);

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function readAll({ ca, certificate, key }: TlsFiles): Pem {
  return {
    ...(ca !== undefined && { ca: read('tlsCa', ca) }),
    ...(certificate !== undefined && { cert: read('tlsCertificate', certificate) }),
    ...(key !== undefined && { key: read('tlsKey', key) }),
  };
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SettingError({ setting, value: path, what: 'cannot read', cause });
  }
}

function contextOf(tls: Tls, { ca, certificate, key }: TlsFiles, pem: Pem): SecureContext {
  // OpenSSL takes a file without any certificate for an authority nobody was signed by.
  if (pem.ca !== undefined && pem.ca.toString('latin1').search(CERTIFICATE) === -1)
    throw new SettingError({ setting: 'tlsCa', value: ca ?? '', what: 'no certificate (PEM) in it' });
  try {
    return tls.createSecureContext({ ...pem });
  } catch (cause) {
    const value = [certificate, key, ca].filter((path) => path !== undefined).join(' ');
    throw new SettingError({ setting: 'tlsCertificate', value, what: 'not usable together', cause });
  }
}
