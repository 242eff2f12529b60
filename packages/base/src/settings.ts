// One declared table per image gives its flags, environment variables and YAML file. Flag beats environment beats
// file beats default, and each value knows its origin. Whatever is unknown or wrong, wherever it was written, is
// collected and thrown together, so that an operator mends a manifest once.
import { readFileSync } from 'node:fs';
import { SettingError, SettingErrors, type SettingFault } from './errors.ts';
import {
  Found,
  type Given,
  type Origin,
  type Setting,
  type Table,
  type Values,
  flagName,
  readCommandLine,
  readValue,
} from './settings-grammar.ts';
import { type ReadFile, readEnvironment, readSecretFiles, readSettingsFile } from './settings-sources.ts';

export type { Setting, Table, Values } from './settings-grammar.ts';

const command = { kind: 'boolean', group: 'Settings', notIn: ['environment', 'file'] } as const;
const dayMs = 86_400_000;

/** What every image can be told besides its job. */
const baseRows = {
  config: {
    kind: 'path',
    group: 'Settings',
    metavar: 'FILE',
    notIn: ['file'],
    help: 'Settings file (YAML); without this setting, /etc/<image>/config.yaml where it exists.',
  },
  check: { ...command, help: 'Check the settings and exit.' },
  help: { ...command, help: 'Print this help and exit.' },
  version: { ...command, help: 'Print the version and exit.' },
  logLevel: {
    kind: 'choice',
    group: 'Operation',
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    help: 'How much we say of ourselves, on stderr.',
  },
  logFormat: {
    kind: 'choice',
    group: 'Operation',
    choices: ['logfmt', 'json'],
    default: 'logfmt',
    help: 'In which form we say it.',
  },
  adminListen: {
    kind: 'address',
    group: 'Operation',
    default: 'off',
    help: 'Serve /livez, /readyz, /startupz and /metrics at this address.',
  },
  drainTimeout: {
    kind: 'duration',
    group: 'Lifecycle',
    default: '25s',
    max: dayMs,
    help: 'After SIGTERM, finish what is under way, for at most this long; keep it below the grace period of the pod.',
  },
  minSigtermDelay: {
    kind: 'duration',
    group: 'Lifecycle',
    default: '0s',
    max: dayMs,
    help: 'After SIGTERM, go on serving for this long before the drain; for classic sidecars, which get it with the app.',
  },
  quitListen: {
    kind: 'address',
    group: 'Lifecycle',
    default: 'off',
    help: 'Serve POST /quitquitquit at this address, which ends us as SIGTERM does; for Jobs.',
  },
  exitFile: {
    kind: 'path',
    group: 'Lifecycle',
    metavar: 'FILE',
    help: 'End as after SIGTERM when this file appears; for Jobs.',
  },
} as const satisfies Table;
export type BaseValues = Values<typeof baseRows>;

export type Image<T extends Table> = {
  /** `log-tailer`: also the prefix of its environment and the folder of its default settings file. */
  name: string;
  summary: string;
  /** What follows the name on the usage line, `[flags] PATH|GLOB...`. */
  usage: string;
  /** Rules between settings; each fault is reported together with all the others. `env`: that of the process. */
  check?(values: Values<T> & BaseValues, env: Sources['env']): Iterable<SettingFault>;
};
export type SettingsTable<T extends Table> = Image<T> & { readonly rows: Table };

/** Declares an image's settings; those of every image, and a `<key>File` beside each secret, are added. */
export function defineSettings<const T extends Table>(image: Image<NoInfer<T>>, table: T): SettingsTable<T> {
  return { ...image, rows: withSecretFiles({ ...table, ...baseRows }) };
}

function withSecretFiles(table: Table): Table {
  const rows = Object.entries(table).flatMap(([key, row]): [string, Setting][] => {
    if (row.sections) return [[key, { ...row, sections: withSecretFiles(row.sections) }]];
    const help = `File with the value of ${flagName(key)}.`;
    const file: Setting = { kind: 'path', group: row.group, metavar: 'FILE', help };
    return [[key, row], ...(row.file ? [[`${key}File`, file] as [string, Setting]] : [])];
  });
  return Object.fromEntries(rows);
}

export type Sources = {
  /** Without the interpreter and the script. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  readFile?: ReadFile;
  /** Instead of the table's defaults, for an image that goes by two names. */
  defaults?: Readonly<Record<string, string>>;
};

export type Loaded<T extends Table> = {
  readonly table: SettingsTable<T>;
  /** Frozen; what nobody wrote has its default. */
  readonly values: Values<T> & BaseValues;
  origin(key: string): Origin;
  /** Whether somebody wrote it: its origin is not the default. */
  set(key: string): boolean;
  /** Every value as text, secrets redacted; for the log at start. */
  readonly shown: Readonly<Record<string, string>>;
  /** The secrets themselves, for the log to redact. */
  readonly secrets: readonly string[];
  /** The settings file and the files of secrets, to be watched. */
  readonly files: readonly string[];
  /** Reads everything again. @throws SettingErrors */
  reload(): Promise<Loaded<T>>;
};

/** @throws SettingErrors with everything that is wrong. With --help or --version nothing else matters. */
export async function loadSettings<T extends Table>(
  table: SettingsTable<T>,
  sources: Sources,
): Promise<Loaded<T>> {
  const { rows, name } = table;
  const { argv, env, defaults = {}, readFile = (path: string) => readFileSync(path, 'utf8') } = sources;
  const found = new Found();
  for (const [key, text] of Object.entries(defaults))
    found.give(key, byDefault({ default: text }, flagName(key)));
  readCommandLine(rows, argv, found);
  readEnvironment(rows, name, env, found);
  const config = found.given.get('config')?.texts.at(-1);
  const path = config ?? `/etc/${name}/config.yaml`;
  await readSettingsFile(rows, path, config !== undefined, readFile, found);
  const files = [path, ...readSecretFiles(rows, readFile, found)];
  const { values: untyped, shown, secrets } = resolve(rows, found);
  // What the types promise of the table and what resolve() built row by row meet here, and nowhere else.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const values = Object.freeze(untyped) as Values<T> & BaseValues;
  if (found.faults.length === 0) for (const fault of table.check?.(values, env) ?? []) found.fail(fault);
  if (found.faults.length > 0 && !values.help && !values.version) throw new SettingErrors(found.faults);
  const origin = (key: string): Origin => found.given.get(key)?.origin ?? 'default';
  const set = (key: string): boolean => origin(key) !== 'default';
  return { table, values, origin, set, shown, secrets, files, reload: () => loadSettings(table, sources) };
}

/** What differs from the defaults, with its origin, for the log at start: `drainTimeout: '5s (flag)'`. */
export function changed<T extends Table>(loaded: Loaded<T>): Record<string, string> {
  const written = Object.entries(loaded.shown).filter(([key]) => loaded.set(key));
  return Object.fromEntries(written.map(([key, text]) => [key, `${text} (${loaded.origin(key)})`]));
}

/** One table's worth of settings, read. */
class Resolved {
  readonly values: Record<string, unknown> = {};
  readonly shown: Record<string, string> = {};
  readonly secrets: string[] = [];
}

/** What was written becomes values, what was not gets its default; faults join those found before. */
function resolve(rows: Table, found: Found): Resolved {
  const resolved = new Resolved();
  for (const [key, row] of Object.entries(rows)) {
    const given = found.given.get(key) ?? byDefault(row, found.nameOf(key));
    const { setting } = given;
    if (row.required && given.origin === 'default') found.fail({ setting, what: 'not set' });
    if (row.kind === 'sections') resolveSections(resolved, key, row, given);
    else {
      const shown = row.kind === 'secret' ? given.texts.map(() => '[redacted]') : given.texts;
      resolved.shown[key] = shown.join(' ');
      if (row.kind === 'secret') resolved.secrets.push(...given.texts);
      try {
        resolved.values[key] = valueOf(row, given);
      } catch (error) {
        if (!(error instanceof SettingError)) throw error;
        found.fail({ setting, value: shown.at(-1) || "''", ...error.fault });
      }
    }
  }
  return resolved;
}

function resolveSections(resolved: Resolved, key: string, row: Setting, { sections = [] }: Given): void {
  const all = sections.map((section) => resolve(row.sections ?? {}, section));
  resolved.values[key] = Object.freeze(all.map(({ values }) => Object.freeze(values)));
  resolved.shown[key] = all.length > 0 ? JSON.stringify(all.map(({ shown }) => shown)) : '';
  resolved.secrets.push(...all.flatMap(({ secrets }) => secrets));
}

function valueOf(row: Setting, { texts }: Given): unknown {
  if (row.kind === 'list') return Object.freeze([...texts]);
  const text = texts.at(-1);
  if (text !== undefined) return readValue(row, text);
  return row.kind === 'boolean' ? false : undefined;
}

function byDefault(row: Pick<Setting, 'default'>, setting: string): Given {
  return { origin: 'default', setting, texts: [row.default ?? []].flat().map(String) };
}
