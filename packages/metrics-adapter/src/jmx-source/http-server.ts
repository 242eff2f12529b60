// What a jmx_exporter file says about serving (`httpServer`): basic authentication, TLS, the path. It becomes the web
// configuration that --web.config.file would give; which of both holds is for settings.ts to say.
import { readFileSync } from 'node:fs';
import { SettingErrors } from '@podmate/base/errors';
import { resolve } from '../jmx/rules/config.ts';
import { ConfigReader, JmxConfigError, type Mapping } from '../jmx/rules/config-reader.ts';
import { type StoreFile, readStore } from '../jmx/rules/ssl-config.ts';
import { type YamlTree, yamlTree } from '../jmx/rules/yaml-tree.ts';
import { identity, pemIdentity, trustedCertificates } from '../tls/java-key-store.ts';
import { DIGEST_ITERATIONS, type PasswordHash } from '../web/password-hash.ts';
import { type TlsConfig, type WebConfig, plainWeb } from '../web/web-config.ts';
import { type Variable, faultsAt } from './rule-file.ts';
import { read } from './target-tls.ts';

/** Some 10 s of one processor; more would be a way to stop us. */
const MAX_ITERATIONS = 20_000_000;

export type HttpServer = {
  readonly web: WebConfig;
  /** Where the metrics are; undefined: it does not say. */
  readonly path: string | undefined;
};

/** @throws SettingErrors with every fault and its line; what reading the file throws */
export function readHttpServer(path: string, variable: Variable): HttpServer | undefined {
  const reader = new ConfigReader();
  const file = reader.mapping(yamlTree(readFileSync(path, 'utf8')), 'the file');
  const tree = file.get('httpServer');
  if (tree === undefined) return undefined;
  const reading = new HttpServerReading(reader, variable);
  try {
    return reading.read(tree, path);
  } catch (error) {
    if (error instanceof JmxConfigError) throw new SettingErrors(faultsAt(path, error));
    throw error;
  }
}

class HttpServerReading {
  readonly #reader: ConfigReader;
  readonly #variable: Variable;
  readonly #files: string[] = [];

  constructor(reader: ConfigReader, variable: Variable) {
    this.#reader = reader;
    this.#variable = variable;
  }

  /** @throws JmxConfigError */
  read(tree: YamlTree, path: string): HttpServer {
    const keys = ['authentication', 'ssl', 'metrics', 'threads', 'maximumRequestSeconds'];
    const from = this.#mapping(tree, 'httpServer', keys);
    const metrics = this.#mapping(from.get('metrics'), 'metrics', ['path']);
    const users = this.#users(from.get('authentication'));
    const tls = this.#tls(from.get('ssl'));
    const at = this.#reader.text(metrics.get('path'), 'path');
    if (this.#reader.faults.length > 0) throw new JmxConfigError(this.#reader.faults);
    return { web: { ...plainWeb, users, tls, files: [path, ...this.#files] }, path: at };
  }

  #mapping(tree: YamlTree | undefined, what: string, keys: readonly string[]): Mapping {
    const from = tree === undefined ? new Map<string, YamlTree>() : this.#reader.mapping(tree, what);
    this.#reader.only(from, new Set(keys));
    return from;
  }

  #text(tree: YamlTree | undefined, key: string): string | undefined {
    return resolve(this.#reader, tree, key, this.#variable);
  }

  #users(tree: YamlTree | undefined): ReadonlyMap<string, PasswordHash> {
    const from = this.#mapping(tree, 'authentication', ['basic', 'plugin']);
    const plugin = from.get('plugin');
    if (plugin !== undefined)
      this.#reader.fault(plugin, 'plugin is a class of Java, and there is no Java here');
    const basicTree = from.get('basic');
    if (basicTree === undefined) return new Map();
    const keys = ['username', 'password', 'algorithm', 'passwordHash', 'salt', 'iterations', 'keyLength'];
    const basic = this.#mapping(basicTree, 'basic', keys);
    const user = this.#text(basic.get('username'), 'username');
    const hash = this.#hash(basicTree, basic);
    if (user === undefined) this.#reader.fault(basicTree, 'basic needs a username');
    return new Map(user === undefined || hash === undefined ? [] : [[user, hash]]);
  }

  #hash(at: YamlTree, basic: Mapping): PasswordHash | undefined {
    const algorithm = this.#reader.text(basic.get('algorithm'), 'algorithm') ?? 'plaintext';
    const password = this.#text(basic.get('password'), 'password');
    if (algorithm.toLowerCase() === 'plaintext')
      return password === undefined
        ? this.#reader.fault(at, 'basic needs a password')
        : { kind: 'plaintext', password };
    const [, pbkdf2, name = ''] = /^(PBKDF2WithHmac)?(SHA-?(?:1|256|512))$/.exec(algorithm) ?? [];
    const digest = name.replace('-', '').toLowerCase();
    const isKnown = DIGEST_ITERATIONS.has(digest) && name.includes('-') === (pbkdf2 === undefined);
    if (!isKnown) {
      const known =
        'plaintext, SHA-1, SHA-256, SHA-512, PBKDF2WithHmacSHA1, PBKDF2WithHmacSHA256, PBKDF2WithHmacSHA512';
      return this.#reader.fault(basic.get('algorithm') ?? at, `algorithm ${algorithm}: there are ${known}`);
    }
    const salt = this.#text(basic.get('salt'), 'salt');
    const hex = this.#text(basic.get('passwordHash'), 'passwordHash')?.replaceAll(':', '') ?? '';
    if (salt === undefined || !/^(?:[0-9a-fA-F]{2})+$/.test(hex))
      return this.#reader.fault(at, `${algorithm} needs a salt and a passwordHash in hexadecimal`);
    const hash = Buffer.from(hex, 'hex');
    if (pbkdf2 === undefined) return { kind: 'digest', digest, salt, hash };
    const iterations =
      this.#reader.number(basic.get('iterations'), 'iterations') ?? DIGEST_ITERATIONS.get(digest) ?? 0;
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > MAX_ITERATIONS)
      return this.#reader.fault(at, `iterations: 1 to ${MAX_ITERATIONS}`);
    return { kind: 'pbkdf2', digest, salt, hash, iterations };
  }

  #tls(tree: YamlTree | undefined): TlsConfig | undefined {
    if (tree === undefined) return undefined;
    const keys = ['keyStore', 'certificate', 'trustStore', 'mutualTLS', 'pem', 'protocols', 'ciphers'];
    const from = this.#mapping(tree, 'ssl', keys);
    const alias = this.#reader.text(
      this.#mapping(from.get('certificate'), 'certificate', ['alias']).get('alias'),
      'alias',
    );
    const mutual = this.#reader.flag(from.get('mutualTLS'), 'mutualTLS');
    const [keyStore, trustStore] = [this.#store(from, 'keyStore'), this.#store(from, 'trustStore')];
    const pem = from.get('pem');
    const own =
      pem === undefined
        ? keyStore && this.#use(tree, keyStore, (bytes, password) => identity(bytes, password, alias))
        : this.#pem(pem);
    const ca = trustStore && this.#use(tree, trustStore, trustedCertificates);
    if (own === undefined)
      return this.#reader.fault(
        tree,
        'ssl needs a keyStore with a filename (no system properties are read), or pem',
      );
    if (mutual && trustStore === undefined) this.#reader.fault(tree, 'mutualTLS needs a trustStore');
    return {
      clients: mutual ? 'RequireAndVerifyClientCert' : 'NoClientCert',
      allowedNames: [],
      options: {
        ...own,
        ...(ca && { ca }),
        minVersion: 'TLSv1.2',
        requestCert: mutual,
        rejectUnauthorized: mutual,
      },
    };
  }

  #store(from: Mapping, key: string): StoreFile | undefined {
    return readStore(this.#reader, from.get(key), key, (at, name) => this.#text(at, name));
  }

  #use<T>(at: YamlTree, store: StoreFile, reader: (bytes: Buffer, password: string) => T): T | undefined {
    this.#files.push(store.filename);
    try {
      return read(store, reader);
    } catch (error) {
      const { cause } = error instanceof Error ? error : { cause: error };
      return this.#reader.fault(
        at,
        `${store.filename}: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }

  /** A certificate and its key in files of their own. */
  #pem(tree: YamlTree): ReturnType<typeof pemIdentity> | undefined {
    const from = this.#mapping(tree, 'pem', ['certificate', 'privateKey']);
    const [certificate, privateKey] = [this.#store(from, 'certificate'), this.#store(from, 'privateKey')];
    if (certificate === undefined || privateKey === undefined)
      return this.#reader.fault(tree, 'pem needs certificate and privateKey, each with a filename');
    const cert = this.#use(tree, certificate, (bytes) => bytes.toString());
    const key = this.#use(tree, privateKey, (bytes) => bytes.toString());
    return cert === undefined || key === undefined
      ? undefined
      : pemIdentity(`${cert}\n${key}`, privateKey.password);
  }
}
