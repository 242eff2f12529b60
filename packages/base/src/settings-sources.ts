// Where settings are written besides the command line: environment, settings file, files of secrets. Each reader says
// what it found and everything that is wrong with it. yaml-document.ts, with the yaml package, is loaded only where there
// is a settings file (1.2 MB RSS in a bundle, 9 MB without).
import { Found, type Table, didYouMean, splitList, strength, wordsOf, writable } from './settings-grammar.ts';

export type ReadFile = (path: string) => string;

/** `log-tailer`, drainTimeout -> LOG_TAILER_DRAIN_TIMEOUT */
export const envName = (image: string, key: string): string =>
  [...image.split('-'), ...wordsOf(key)].join('_').toUpperCase();

/**
 * What Kubernetes injects for each Service of the namespace (`<SERVICE>_PORT=tcp://...`), which for a Service named
 * like the image looks like a setting of ours: kubernetes.io, "Accessing the Service", environment variables.
 */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z\d_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const isServiceLink = (name: string, value: string): boolean =>
  serviceLink.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));

/** An empty variable counts as not set: that is what a template leaves behind. */
export function readEnvironment(
  rows: Table,
  image: string,
  env: Readonly<NodeJS.ProcessEnv>,
  found: Found,
): void {
  const own = new Set<string>();
  for (const [key, row] of Object.entries(rows)) {
    if (!writable(row, 'environment')) continue;
    for (const setting of [...(row.env ?? []), envName(image, key)]) {
      own.add(setting);
      const text = env[setting];
      const texts = text && row.kind === 'list' ? splitList(text, row.byLine) : [text ?? ''];
      if (text) found.give(key, { origin: 'environment', setting, texts });
    }
  }
  const prefix = envName(image, '');
  const keys = [...own].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  for (const [setting, value = ''] of Object.entries(env)) {
    if (!setting.startsWith(prefix) || own.has(setting) || isServiceLink(setting, value)) continue;
    found.fail({
      setting,
      what: 'unknown variable',
      todo: didYouMean(setting.slice(prefix.length), keys, prefix),
    });
  }
}

/** @returns the files read. A secret and the file of it may not both be given at the same place. */
export function readSecretFiles(rows: Table, readFile: ReadFile, found: Found): string[] {
  const secrets = Object.keys(rows).filter((key) => rows[key]?.file);
  return secrets.flatMap((key) => {
    const [written, named] = [found.given.get(key), found.given.get(`${key}File`)];
    const value = named?.texts.at(-1);
    if (named === undefined || value === undefined || strength(written) > strength(named)) return [];
    const { origin, setting } = named;
    if (written?.origin === origin)
      found.fail({ setting, value, what: 'given twice', todo: `drop this or ${written.setting}` });
    try {
      found.give(key, { origin, setting, texts: [readFile(value).replace(/\r?\n$/, '')] });
    } catch (cause) {
      found.fail({ setting, value, what: 'cannot read', cause, todo: 'mount the secret there' });
    }
    return [value];
  });
}

type Keys = readonly (string | number)[];
type FileContext = {
  /** Names what stands at a path of the settings file: `config.yaml:3:5 inputs[1].format`. */
  locate(keys: Keys): string;
  readFile: ReadFile;
};

/** Reads the settings file; one that nobody asked for by name may be absent. */
export async function readSettingsFile(
  rows: Table,
  path: string,
  wanted: boolean,
  readFile: ReadFile,
  found: Found,
): Promise<void> {
  let text;
  try {
    text = readFile(path);
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (wanted || !absent) found.fail({ setting: '--config', value: path, what: 'cannot read', cause });
    return;
  }
  const { offsetAt, parseYaml } = await import('./yaml-document.ts');
  const { document, lines } = parseYaml(text);
  const place = (offset = 0): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const locate = (keys: Keys): string => {
    const name = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    return `${place(offsetAt(document, keys))} ${name.slice(1)}`.trim();
  };
  for (const { pos, message } of document.errors) found.fail({ setting: place(pos[0]), what: message });
  if (document.errors.length > 0) return;
  try {
    readMapping(rows, document.toJS() ?? {}, [], { locate, readFile }, found);
  } catch (cause) {
    found.fail({ setting: path, what: 'not readable as YAML', cause });
  }
}

function readMapping(rows: Table, mapping: unknown, above: Keys, context: FileContext, found: Found): void {
  if (!isMapping(mapping))
    return found.fail({
      setting: context.locate(above),
      what: 'not a mapping',
      todo: 'write `key: value` lines',
    });
  const known = Object.keys(rows).filter((key) => writable(rows[key], 'file'));
  for (const [key, value] of Object.entries(mapping)) {
    const at = [...above, key];
    const setting = context.locate(at);
    const row = known.includes(key) ? rows[key] : undefined;
    const texts = row?.kind === 'list' ? [value].flat() : [value];
    if (row === undefined) found.fail({ setting, what: 'unknown key', todo: didYouMean(key, known) });
    else if (value === null) continue;
    else if (row.kind === 'sections') {
      const sections = readSections(row.sections ?? {}, value, at, context, found);
      found.give(key, { origin: 'file', setting, texts: [], sections });
    } else if (texts.some((text) => typeof text === 'object'))
      found.fail({ setting, what: `not a ${row.kind}`, todo: 'write a plain value here' });
    else {
      const written = texts.map(String);
      found.give(key, {
        origin: 'file',
        setting,
        texts: row.byComma ? written.flatMap((text) => splitList(text)) : written,
      });
    }
  }
}

/** Each element of the list is read as if it were a settings file of its own. */
function readSections(rows: Table, list: unknown, at: Keys, context: FileContext, found: Found): Found[] {
  const elements: unknown[] = Array.isArray(list) ? list : [];
  if (!Array.isArray(list))
    found.fail({ setting: context.locate(at), what: 'not a list', todo: 'write each after a dash' });
  return elements.map((element, index) => {
    const here = [...at, index];
    const section = new Found(found.faults, (key) => context.locate([...here, key]));
    readMapping(rows, element, here, context, section);
    readSecretFiles(rows, context.readFile, section);
    return section;
  });
}

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
