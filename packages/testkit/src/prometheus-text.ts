// The Prometheus text format, read for tests: families with type and help, samples with their labels. Strict where a test
// should notice: a line that is neither sample nor comment throws.

export type ScrapedSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};
export type ScrapedPage = {
  readonly samples: readonly ScrapedSample[];
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** The value of the one sample with this name and exactly these labels; undefined where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
};

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

/** @throws Error naming the line that is not understood, or the type that is given twice. */
export function parsePrometheusText(text: string): ScrapedPage {
  const samples: ScrapedSample[] = [];
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (keyword === 'TYPE' && types.has(name)) throw new Error(`# TYPE ${name} twice`);
    if (keyword === 'TYPE') types.set(name, rest);
    else if (keyword === 'HELP') help.set(name, rest);
    else if (line !== '' && !line.startsWith('#')) samples.push(readSample(line));
  }
  const value: ScrapedPage['value'] = (name, labels = {}) =>
    samples.find((sample) => sample.name === name && isSame(sample.labels, labels))?.value;
  return { samples, types, help, value };
}

function readSample(line: string): ScrapedSample {
  const [, name, labels = '', number = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const pairs = Array.from(labels.matchAll(LABEL), ([, label = '', value = '']) => [label, unescape(value)]);
  const value = { '+Inf': Infinity, '-Inf': -Infinity }[number] ?? Number(number);
  return { name, labels: Object.fromEntries(pairs), value };
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

/** An absent label equals an empty one. */
function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return [...Object.keys(a), ...Object.keys(b)].every((label) => (a[label] ?? '') === (b[label] ?? ''));
}
