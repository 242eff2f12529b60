// The text of a series, `name{a="x",b="y"}`, is its identity in the store and, but for the value, its line in the text
// format. Labels are sorted by name, so that the order of tags does not matter. UTF-8 names are in quotes, as in text format
// 1.0.0. Pure.

/** Name and value of each label. */
export type Labels = ReadonlyMap<string, string>;

const SPECIAL = /[\\"\n]/;

/** Escaped as in text format 0.0.4: backslash, quote and newline. */
export function escapeLabelValue(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const PLAIN = /^[A-Za-z_:][A-Za-z0-9_:]*$/;

const quoted = (name: string): string => `"${escapeLabelValue(name)}"`;

/** A name as it stands in a list of labels: in quotes where it is more than letters, digits and _. */
const labelName = (name: string): string => (PLAIN.test(name) ? name : quoted(name));

/** `name{a="x"}`, or the name alone where there are no labels; `{"na.me","l.a"="x"}` where a name is UTF-8. */
export function seriesText(name: string, labels: Labels): string {
  if (labels.size === 0) return sampleText(name, '', '');
  const names = [...labels.keys()].toSorted();
  let body = '';
  for (const label of names) {
    if (body !== '') body += ',';
    body += `${labelName(label)}="${escapeLabelValue(labels.get(label) ?? '')}"`;
  }
  return sampleText(name, '', body);
}

/** One sample's name and labels; `body` is what labelBody() gives. */
export function sampleText(name: string, suffix: string, body: string): string {
  if (!PLAIN.test(name)) return `{${quoted(name + suffix)}${body === '' ? '' : `,${body}`}}`;
  return body === '' ? name + suffix : `${name}${suffix}{${body}}`;
}

/** The same up to where one more label is written. */
export function openSampleText(name: string, suffix: string, body: string): string {
  const head = PLAIN.test(name) ? `${name}${suffix}{` : `{${quoted(name + suffix)},`;
  return body === '' ? head : `${head}${body},`;
}

/** A family's name as its comments show it. */
export const shownName = labelName;

/** Whether there are quoted names in a series text: a quote within a value has a backslash before it. */
export const hasQuotedNames = (text: string): boolean => /[{,]"/.test(text);

const QUOTED_NAME = /^\{"(?:[^"\\]|\\.)*",?/s;

/** The labels of a series text; '' where there are none. */
export function labelBody(text: string): string {
  if (text.startsWith('{')) return text.slice(QUOTED_NAME.exec(text)?.[0].length ?? 1, -1);
  const open = text.indexOf('{');
  return open < 0 ? '' : text.slice(open + 1, -1);
}

const PAIR = /([A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*")="((?:[^"\\]|\\.)*)"/gs;

/** The inverse of seriesText: label names and values, unescaped. */
export function* labelPairs(text: string): Generator<[name: string, value: string]> {
  for (const [, name = '', value = ''] of labelBody(text).matchAll(PAIR))
    yield [name.startsWith('"') ? unescape(name.slice(1, -1)) : name, unescape(value)];
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
