// The text of a series, `name{a="x",b="y"}`, is its identity in the store and, but for the value, its line in the text
// format. Labels are sorted by name, so that the order of tags does not matter. Pure.

/** Name and value of each label. */
export type Labels = ReadonlyMap<string, string>;

const SPECIAL = /[\\"\n]/;

/** Escaped as in text format 0.0.4: backslash, quote and newline. */
export function escapeLabelValue(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** `name{a="x"}`, or the name alone where there are no labels. */
export function seriesText(name: string, labels: Labels): string {
  if (labels.size === 0) return name;
  const names = [...labels.keys()].toSorted();
  let text = name;
  let before = '{';
  for (const label of names) {
    text += `${before}${label}="${escapeLabelValue(labels.get(label) ?? '')}"`;
    before = ',';
  }
  return `${text}}`;
}

/** What is between the braces of a series text; '' where there are none. */
export function labelBody(text: string): string {
  const open = text.indexOf('{');
  return open < 0 ? '' : text.slice(open + 1, -1);
}

const PAIR = /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/gs;

/** The inverse of seriesText: label names and values, unescaped. */
export function* labelPairs(text: string): Generator<[name: string, value: string]> {
  for (const [, name = '', value = ''] of labelBody(text).matchAll(PAIR)) {
    yield [name, value.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))];
  }
}
