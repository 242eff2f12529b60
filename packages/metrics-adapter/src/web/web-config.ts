// The web configuration file that Prometheus' exporters share (--web.config.file): TLS, client certificates, basic
// authentication, response headers. Strict as there; every fault with its line. Files are found from the folder of the
// configuration. What has no meaning here (http2, sessions) is accepted.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { YamlFile, type YamlValue } from '@podmate/base/yaml-document';
import { openSslName } from '../tls/cipher-names.ts';
import { isBcrypt } from './bcrypt.ts';
import type { PasswordHash } from './password-hash.ts';

export type WebConfig = {
  readonly tls: TlsConfig | undefined;
  /** Who may ask, by name; nobody: everybody. */
  readonly users: ReadonlyMap<string, PasswordHash>;
  readonly headers: ReadonlyMap<string, string>;
  /** Everything that was read, to be watched. */
  readonly files: readonly string[];
};

export type TlsConfig = {
  readonly options: TlsOptions;
  readonly clients: ClientAuth;
  /** Names of which a client's certificate must have one; none: any will do. */
  readonly allowedNames: readonly string[];
};

const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};
const CURVES: Readonly<Record<string, string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
  X25519MLKEM768: 'X25519MLKEM768',
};
const HEADERS = [
  'Content-Security-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-XSS-Protection',
];
const TLS_KEYS = [
  'cert_file',
  'key_file',
  'client_ca_file',
  'cert',
  'key',
  'client_ca',
  'client_auth_type',
  'client_allowed_sans',
  'min_version',
  'max_version',
  'cipher_suites',
  'prefer_server_cipher_suites',
  'curve_preferences',
];

type Entries = ReadonlyMap<string, YamlValue>;

export const plainWeb: WebConfig = { tls: undefined, users: new Map(), headers: new Map(), files: [] };

/** @throws SettingErrors with every fault, each with file, line and column; what reading the file itself throws */
export function readWebConfig(path: string): WebConfig {
  const file = new YamlFile(path, readFileSync(path, 'utf8'));
  const files = [path];
  const top = file.root.entries([
    'tls_server_config',
    'http_server_config',
    'basic_auth_users',
    'rate_limit',
  ]);
  const users = new Map<string, PasswordHash>();
  for (const [user, value] of top.get('basic_auth_users')?.entries() ?? []) {
    const hash = value.text();
    if (!isBcrypt(hash)) value.fail('not a bcrypt hash', 'make one with htpasswd -nBC 10 USER');
    users.set(user, { kind: 'bcrypt', hash });
  }
  const http = top.get('http_server_config')?.entries(['http2', 'headers']);
  http?.get('http2')?.boolean();
  const headers = new Map(
    Array.from(
      http?.get('headers')?.entries(HEADERS) ?? [],
      ([name, value]) => [name, value.text()] as const,
    ),
  );
  const at = top.get('tls_server_config');
  const entries = at?.entries(TLS_KEYS) ?? new Map<string, YamlValue>();
  const tls = entries.size > 0 && at ? readTls(at, entries, dirname(path), files) : undefined;
  file.finish();
  return { tls, users, headers, files };
}

function readTls(at: YamlValue, entries: Entries, folder: string, files: string[]): TlsConfig {
  const pem = (name: string): string | undefined => material(name, entries, folder, files);
  const [cert, key, ca] = [pem('cert'), pem('key'), pem('client_ca')];
  if (cert === undefined) at.fail('cert_file is missing', 'name the certificate');
  if (key === undefined) at.fail('key_file is missing', 'name the key of the certificate');
  const clients =
    entries.get('client_auth_type')?.choice(CLIENT_AUTH) ??
    (ca ? 'RequireAndVerifyClientCert' : 'NoClientCert');
  if (clients.includes('Verify') && ca === undefined)
    at.fail('client_ca_file is missing', `${clients} needs it`);
  const ciphers = entries.get('cipher_suites')?.texts().map(openSslName) ?? [];
  const curves =
    entries
      .get('curve_preferences')
      ?.texts()
      .map((curve) => CURVES[curve] ?? curve) ?? [];
  const maxVersion = version(entries.get('max_version'));
  return {
    clients,
    allowedNames: entries.get('client_allowed_sans')?.texts() ?? [],
    options: {
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(ca !== undefined && { ca }),
      minVersion: version(entries.get('min_version')) ?? 'TLSv1.2',
      ...(maxVersion && { maxVersion }),
      ...(ciphers.length > 0 && { ciphers: ciphers.join(':') }),
      ...(curves.length > 0 && { ecdhCurve: curves.join(':') }),
      honorCipherOrder: entries.get('prefer_server_cipher_suites')?.boolean() ?? true,
      requestCert: clients !== 'NoClientCert',
      rejectUnauthorized: clients === 'RequireAndVerifyClientCert',
    },
  };
}

/** A certificate or key: in the file itself, or in a file of its own. */
function material(name: string, entries: Entries, folder: string, files: string[]): string | undefined {
  const inline = entries.get(name)?.text();
  if (inline) return inline;
  const at = entries.get(`${name}_file`);
  const path = at?.text();
  if (!path) return undefined;
  const file = resolve(folder, path);
  try {
    const text = readFileSync(file, 'utf8');
    files.push(file);
    return text;
  } catch (error) {
    at?.fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function version(value: YamlValue | undefined): SecureVersion | undefined {
  return VERSIONS[value?.choice(['TLS10', 'TLS11', 'TLS12', 'TLS13']) ?? ''];
}
