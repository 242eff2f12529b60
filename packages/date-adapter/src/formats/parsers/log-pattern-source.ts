// The conversion patterns of log4j and logback (`%d{ISO8601} [%t] %-5level %logger{36} - %msg%n`), read into steps.
// Pure, cold. Groups and colours (`%clr(...)`, `%highlight{...}{...}`) are looked through; `${NAME:-default}` is its
// default where that has conversions, and else a word. What cannot be read back is refused with its place.

/** One piece of a line, in order. */
export type PatternStep =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'stamp' | 'level' | 'number' | 'text' | 'message';
      readonly field: string;
      /** Of a stamp: the date pattern. */
      readonly dates: string;
      /** Least width in the line: the rest is blanks, before the value or (left-justified) behind it. */
      readonly minWidth: number;
    };

type ConversionKind = Exclude<PatternStep['kind'], 'literal'>;

/** Conversion words -> what they are in the line, and the field they become. */
const CONVERSIONS: Readonly<Record<string, readonly [kind: ConversionKind, field: string]>> = {
  ...words('d date', 'stamp', 'timestamp'),
  ...words('p level le', 'level', 'level'),
  ...words('m msg message', 'message', 'message'),
  ...words('t thread threadName tn', 'text', 'thread'),
  ...words('T tid threadId', 'number', 'thread_id'),
  ...words('c logger lo', 'text', 'logger'),
  ...words('C class', 'text', 'class'),
  ...words('F file', 'text', 'file'),
  ...words('L line', 'number', 'line'),
  ...words('M method', 'text', 'method'),
  ...words('l location caller', 'text', 'location'),
  ...words('r relative', 'number', 'relative'),
  ...words('X mdc MDC K', 'text', 'mdc'),
  ...words('marker markerSimpleName', 'text', 'marker'),
  ...words('pid processId', 'number', 'pid'),
  ...words('sn sequenceNumber', 'number', 'sequence'),
  ...words('u uuid', 'text', 'uuid'),
  ...words('cn contextName', 'text', 'context'),
  ...words('property', 'text', 'property'),
  ...words('kvp', 'text', 'kvp'),
  ...words('N nano', 'number', 'nano'),
};

/** Words of log4j whose output does not show what went in; some begin as a word above does. */
const UNREADABLE = new Set(
  'replace notEmpty varsNotEmpty variablesNotEmpty equals equalsIgnoreCase encode enc maxLen maxLength repeat'.split(
    ' ',
  ),
);

/** What they print comes on lines of its own, which are joined to the record or not: nothing of this line. */
const OF_LATER_LINES = new Set(
  'n ex exception throwable xEx xException xThrowable wEx rEx rootException nopex nopexception'.split(' '),
);
/** Around a pattern in parentheses (logback) or braces (log4j). */
const WRAPPERS = new Set(
  'clr highlight style black red green yellow blue magenta cyan white gray boldRed boldGreen boldYellow boldBlue boldMagenta boldCyan boldWhite faint'.split(
    ' ',
  ),
);

function words(
  names: string,
  kind: ConversionKind,
  field: string,
): Record<string, readonly [ConversionKind, string]> {
  return Object.fromEntries(names.split(' ').map((name) => [name, [kind, field] as const]));
}

/** @throws Error naming the conversion that cannot be read back, or the two with nothing between them */
export function readLogPattern(pattern: string): PatternStep[] {
  const steps = merged(stepsOf(pattern));
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const isOpen = step.kind === 'text' || step.kind === 'message';
    if (isOpen && next !== undefined && next.kind !== 'literal') {
      throw new Error(
        `log pattern: nothing between ${step.field} and ${next.field}, so nobody can tell where one ends`,
      );
    }
  }
  if (!steps.some(({ kind }) => kind !== 'literal'))
    throw new Error('log pattern: no conversion (%...) in it');
  return steps;
}

const CONVERSION = /%(-?)(\d*)(?:\.-?\d+)?([a-zA-Z]*)/y;

function stepsOf(pattern: string): PatternStep[] {
  const steps: PatternStep[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at]!;
    if (character === '\\' && at + 1 < pattern.length) {
      steps.push({ kind: 'literal', text: pattern[at + 1]! });
      at += 2;
    } else if (pattern.startsWith('${', at)) at = substitution(pattern, at, steps);
    else if (pattern.startsWith('%%', at)) {
      steps.push({ kind: 'literal', text: '%' });
      at += 2;
    } else if (character === '%') at = conversion(pattern, at, steps);
    else {
      steps.push({ kind: 'literal', text: character });
      at++;
    }
  }
  return steps;
}

function conversion(pattern: string, start: number, steps: PatternStep[]): number {
  CONVERSION.lastIndex = start;
  const [all = '', , width = '', written = ''] = CONVERSION.exec(pattern) ?? [];
  let at = start + all.length;
  if (pattern[at] === '(' && (written === '' || WRAPPERS.has(written))) {
    const close = closing(pattern, at, '(', ')');
    steps.push(...stepsOf(pattern.slice(at + 1, close)));
    return behindOptions(pattern, close + 1);
  }
  const word = knownWord(written);
  if (word === undefined)
    throw new Error(`log pattern, character ${start + 1}: cannot read ${all} back from a line`);
  at -= written.length - word.length;
  const option = pattern[at] === '{' ? pattern.slice(at + 1, closing(pattern, at, '{', '}')) : '';
  if (WRAPPERS.has(word)) steps.push(...stepsOf(option));
  else if (!OF_LATER_LINES.has(word)) steps.push(conversionStep(word, option, Number(width)));
  return behindOptions(pattern, at);
}

/** The longest beginning of what was written that is a word: `%msgX` is `%msg` and an X, as in both libraries. */
function knownWord(written: string): string | undefined {
  if (UNREADABLE.has(written)) return undefined;
  for (let length = written.length; length > 0; length--) {
    const word = written.slice(0, length);
    if (Object.hasOwn(CONVERSIONS, word) || OF_LATER_LINES.has(word) || WRAPPERS.has(word)) return word;
  }
  return undefined;
}

function conversionStep(word: string, option: string, minWidth: number): PatternStep {
  const [kind, field] = CONVERSIONS[word]!;
  const key = option.replace(/:-.*$/s, '');
  const isKeyed = (field === 'mdc' || field === 'property') && /^[\w.-]+$/.test(key);
  return { kind, field: isKeyed ? key : field, dates: kind === 'stamp' ? datePattern(option) : '', minWidth };
}

/** Without the quotes and the zone that logback allows in the option. */
function datePattern(option: string): string {
  const zone = /,\s*(?:UTC|GMT[+\-\d:]*|[A-Z][a-z]+\/[A-Za-z_/]+)\s*(?:,.*)?$/;
  return option
    .replace(zone, '')
    .trim()
    .replace(/^"(.*)"$/s, '$1');
}

/** `${NAME:-default}` */
function substitution(pattern: string, start: number, steps: PatternStep[]): number {
  const close = closing(pattern, start + 1, '{', '}');
  const [name = '', fallback = ''] = pattern.slice(start + 2, close).split(/:-(.*)/s);
  if (fallback.includes('%')) steps.push(...stepsOf(fallback));
  else {
    const field = (name.split(':').at(-1) ?? name).toLowerCase();
    steps.push({ kind: 'text', field, dates: '', minWidth: 0 });
  }
  return close + 1;
}

function behindOptions(pattern: string, from: number): number {
  let at = from;
  while (pattern[at] === '{') at = closing(pattern, at, '{', '}') + 1;
  return at;
}

/** The index of the bracket that closes the one at `open`. */
function closing(pattern: string, open: number, opens: string, closes: string): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === opens) depth++;
    else if (pattern[at] === closes && --depth === 0) return at;
  }
  throw new Error(`log pattern, character ${open + 1}: ${opens} without ${closes}`);
}

/** Literals beside each other become one. */
function merged(steps: readonly PatternStep[]): PatternStep[] {
  const result: PatternStep[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    if (step.kind === 'literal' && last?.kind === 'literal') {
      result[result.length - 1] = { kind: 'literal', text: last.text + step.text };
    } else result.push(step);
  }
  return result;
}
