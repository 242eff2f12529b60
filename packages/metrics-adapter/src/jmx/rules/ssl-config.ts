// The TLS part of a jmx_exporter file: stores of keys and certificates by name, protocols, cipher suites. Read for targets
// (`ssl`) and by whoever serves (`httpServer.ssl`); what the files hold is for them to look at.

import type { ConfigReader, Mapping } from './config-reader.ts';
import type { YamlTree } from './yaml-tree.ts';

/** A key or trust store: Java's own kinds, or PEM. */
export type StoreFile = { readonly filename: string; readonly password: string };

export type SslConfig = {
  readonly enabled: boolean;
  readonly keyStore: StoreFile | undefined;
  readonly trustStore: StoreFile | undefined;
  /** `TLSv1.2`; none: what is usual. */
  readonly protocols: readonly string[];
  /** By Java's names. */
  readonly ciphers: readonly string[];
};

/** Resolves `${NAME}` in a text. */
export type TextOf = (tree: YamlTree | undefined, key: string) => string | undefined;

const KEYS = new Set(['enabled', 'keyStore', 'trustStore', 'protocols', 'ciphers']);

/** `true`, `false` or a mapping. */
export function readSsl(reader: ConfigReader, tree: YamlTree | undefined, textOf: TextOf): SslConfig {
  const from: Mapping = tree?.value instanceof Map ? tree.value : new Map<string, YamlTree>();
  const isSwitch = !(tree?.value instanceof Map);
  const enabled = isSwitch ? tree : from.get('enabled');
  reader.only(from, KEYS);
  return {
    enabled: enabled === undefined ? !isSwitch : reader.flag(enabled, 'ssl'),
    keyStore: readStore(reader, from.get('keyStore'), 'keyStore', textOf),
    trustStore: readStore(reader, from.get('trustStore'), 'trustStore', textOf),
    protocols: words(reader, from.get('protocols'), 'protocols'),
    ciphers: words(reader, from.get('ciphers'), 'ciphers'),
  };
}

/** `{ filename, type, password }`; the type is seen from the file. */
export function readStore(
  reader: ConfigReader,
  tree: YamlTree | undefined,
  key: string,
  textOf: TextOf,
): StoreFile | undefined {
  if (tree === undefined) return undefined;
  const from = reader.mapping(tree, key);
  reader.only(from, new Set(['filename', 'type', 'password']));
  const filename = reader.text(from.get('filename'), 'filename');
  if (filename === undefined) return reader.fault(tree, `${key} needs a filename`);
  return { filename, password: textOf(from.get('password'), 'password') ?? '' };
}

/** A list, or a text with commas. */
function words(reader: ConfigReader, tree: YamlTree | undefined, key: string): string[] {
  const all = Array.isArray(tree?.value) ? reader.texts(tree, key) : [reader.text(tree, key) ?? ''];
  return all.flatMap((one) => one.split(',')).flatMap((one) => one.trim() || []);
}
