// What people read about settings and metrics, made from the declarations and never by hand: --help, the tables of
// a README and the example settings file. Text only; replaceBetween() is how the Markdown stays fresh.
import type { Catalogue } from './metrics.ts';
import { type Kind, type Setting, type Table, flagName, writable } from './settings-grammar.ts';
import { envName } from './settings-sources.ts';
import type { SettingsTable } from './settings.ts';

const width = 96;
const helpColumn = 30;

type Named = [key: string, row: Setting];

const placeholders: Record<Kind, string> = {
  string: 'TEXT',
  integer: 'N',
  number: 'N',
  boolean: '',
  duration: 'DURATION',
  bytes: 'SIZE',
  choice: '',
  list: 'ITEM',
  regex: 'REGEX',
  address: 'ADDRESS',
  path: 'PATH',
  secret: 'SECRET',
  sections: '',
};

/** `-n, --lines N`, `--no-strip-cr`, `--follow[=name|descriptor]`; what has no flag is the key of a file. */
function spelling([key, row]: Named): string {
  if (!writable(row, 'flag') || key.includes('[]')) return `${key}:`;
  const names = [flagName(key), ...(row.flags ?? []).map((flag) => `--${flag}`)];
  const given = row.default === true ? names.map((name) => name.replace('--', '--no-')) : names;
  const value = row.metavar ?? row.choices?.join('|') ?? placeholders[row.kind];
  const apart = row.optionalValue === undefined ? ` ${value}` : `[=${value}]`;
  return `${row.short ? `${row.short}, ` : ''}${given.join(', ')}${value && apart}`;
}

/** As it would be typed; in quotes where a blank would otherwise be lost to the eye. */
const defaultOf = (row: Setting): string =>
  row.kind === 'boolean'
    ? ''
    : [row.default ?? []]
        .flat()
        .map((one) => (/\s$|^$/.test(String(one)) ? JSON.stringify(one) : one))
        .join(' ');
const meaning = (row: Setting): string => (row.env ? `${row.help} Also $${row.env.join(', $')}.` : row.help);
const byGroup = (rows: Table): Map<string, Named[]> =>
  Map.groupBy(Object.entries(rows), ([, row]) => row.group);

/** The whole of --help, at most 96 columns wide. */
export function helpText<T extends Table>({ name, summary, usage, rows }: SettingsTable<T>): string {
  const groups = [...byGroup(rows)].map(([group, settings]) =>
    [`${group}:`, ...settings.map(helpLines)].join('\n'),
  );
  const rule =
    `Each flag is also an environment variable (${envName(name, 'drainTimeout')}) and a key of the settings file ` +
    '(drainTimeout:). A flag beats the environment, which beats the file. Durations are like 250ms, 30s or 1h30m, ' +
    'sizes like 64KiB.';
  const paragraphs = [
    `Usage: ${name} ${usage}`,
    ...[summary, rule].map((text) => wrap(text, width).join('\n')),
  ];
  return `${paragraphs.toSpliced(2, 0, ...groups).join('\n\n')}\n`;
}

function helpLines([key, row]: Named): string {
  const standard = defaultOf(row) && ` Default: ${defaultOf(row)}.`;
  const left = `${row.short ? '  ' : '      '}${spelling([key, row])}`;
  const lines = wrap(meaning(row) + standard, width - helpColumn).map(
    (line) => ' '.repeat(helpColumn) + line,
  );
  return left.length > helpColumn - 2
    ? [left, ...lines].join('\n')
    : left.padEnd(helpColumn) + lines.join('\n').trimStart();
}

/** Lines of at most so many columns; a longer word has a line of its own. */
const wrap = (text: string, columns: number): string[] =>
  text.match(new RegExp(`\\S.{0,${columns - 1}}(?=\\s|$)|\\S+`, 'g')) ?? [];

/** The settings as a Markdown table for a README; those of sections stand under theirs, as `inputs[].format:`. */
export function readmeTable<T extends Table>({ rows }: SettingsTable<T>): string {
  const lines = ([key, row]: Named): string[][] => {
    const inner = Object.entries(row.sections ?? {}).map(([name, each]): Named => [`${key}[].${name}`, each]);
    return [[code(spelling([key, row])), code(defaultOf(row)), meaning(row)], ...inner.flatMap(lines)];
  };
  const groups = [...byGroup(rows)].flatMap(([group, settings]) => [
    [`**${group}**`, '', ''],
    ...settings.flatMap(lines),
  ]);
  return markdownTable(['setting', 'default', 'meaning'], groups);
}

/** The metrics as a Markdown table for a README. */
export function metricsTable<Source>(catalogue: Catalogue<Source>): string {
  const lines = catalogue.map(({ name, type, labels = [], help }) => [
    code(name),
    type,
    labels.map(code).join(' '),
    help,
  ]);
  return markdownTable(['metric', 'type', 'labels', 'meaning'], lines);
}

const code = (text: string): string => text && `\`${text}\``;
const tableLine = (cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const markdownTable = (head: string[], lines: string[][]): string =>
  [head, head.map(() => '---'), ...lines].map(tableLine).join('\n');

/** A settings file with every key commented out at its default; with the first `#` of each line gone it is valid. */
export function exampleYaml<T extends Table>({ name, rows }: SettingsTable<T>): string {
  const keys = Object.entries(rows).filter(([, row]) => writable(row, 'file'));
  const groups = [...Map.groupBy(keys, ([, row]) => row.group)].map(([group, settings]) =>
    [`## ${group}`, ...settings.flatMap((setting) => yamlLines(setting))].join('\n'),
  );
  return `${[`## Settings of ${name}: each key with its default.`, ...groups].join('\n\n')}\n`;
}

function yamlLines([key, row]: Named, indent = '#'): string[] {
  const comment = wrap(row.help, width - indent.length - 2).map((line) => `${indent}# ${line}`);
  const inner = Object.entries(row.sections ?? {}).flatMap((setting) => yamlLines(setting, `${indent}    `));
  return [
    ...comment,
    `${indent}${key}:${yamlDefault(row)}`,
    ...(inner.length > 0 ? [`${indent}  -`, ...inner] : []),
  ];
}

/** JSON is YAML, and quotes what YAML would read otherwise. */
function yamlDefault({ default: value, kind }: Setting): string {
  if (value === undefined) return kind === 'boolean' ? ' false' : '';
  const bare = typeof value === 'string' && /^[a-z\d][\w./-]*$/i.test(value) && value !== 'off';
  return ` ${bare ? value : JSON.stringify(value)}`;
}

/** Replaces what stands between `<!-- begin:NAME -->` and `<!-- end:NAME -->`. @throws Error without these markers. */
export function replaceBetween(markdown: string, name: string, text: string): string {
  const [begin, end] = [`<!-- begin:${name} -->`, `<!-- end:${name} -->`];
  const from = markdown.indexOf(begin);
  const to = markdown.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the markers ${begin} and ${end} are missing`);
  return `${markdown.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${markdown.slice(to)}`;
}
