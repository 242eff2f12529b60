// Path patterns: `*` and `?` within a name, `[...]` classes, `{a,b}` alternatives, `**` for any depth of
// directories. Pure. As in a shell, a leading dot is matched only by a dot. For discovery, which walks directories
// segment by segment and so never looks where no match can be.

/** A name to be matched: a literal, any depth of directories, or a pattern. */
export type Segment =
  | { readonly literal: string }
  | { readonly anyDepth: true }
  | { readonly pattern: RegExp };

const MAGIC = /[*?[{]/;

export function isGlob(pattern: string): boolean {
  return MAGIC.test(pattern);
}

/**
 * The segments of a pattern, one list for each alternative of its braces. @param resolve makes one of them absolute
 * @throws Error for an unclosed bracket
 */
export function compileGlob(pattern: string, resolve: (relative: string) => string): Segment[][] {
  return expandBraces(pattern).map((alternative) =>
    resolve(alternative)
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .map(compileSegment),
  );
}

/** A test for exclusion: a pattern with a slash is matched against whole paths, one without against names. */
export function compileExclusion(
  pattern: string,
  resolve: (relative: string) => string,
): (path: string) => boolean {
  if (!pattern.includes('/')) {
    const names = expandBraces(pattern).map((alternative) => namePattern(alternative, true));
    return (path) => names.some((name) => name.test(path.slice(path.lastIndexOf('/') + 1)));
  }
  const whole = compileGlob(pattern, resolve).map(
    (segments) => new RegExp(`^${segments.map(source).join('')}$`, 'u'),
  );
  return (path) => whole.some((expression) => expression.test(path));
}

function compileSegment(name: string): Segment {
  if (name === '**') return { anyDepth: true };
  return isGlob(name) ? { pattern: namePattern(name, false) } : { literal: name };
}

function source(segment: Segment): string {
  if ('anyDepth' in segment) return '(?:/[^/]+)*';
  if ('literal' in segment) return `/${escapeRegExp(segment.literal)}`;
  return `/${segment.pattern.source.slice(1, -1)}`;
}

/** @throws Error for an unclosed bracket; the message says where */
function namePattern(name: string, matchHidden: boolean): RegExp {
  let expression = matchHidden || name.startsWith('.') ? '' : '(?!\\.)';
  for (let at = 0; at < name.length; at++) {
    const character = name[at]!;
    if (character === '*') expression += '[^/]*';
    else if (character === '?') expression += '[^/]';
    else if (character === '[') {
      const [whole, sign, members] = BRACKETS.exec(name.slice(at)) ?? [];
      if (whole === undefined) throw new Error(`no ']' for the '[' at character ${at + 1} of ${name}`);
      expression += `[${sign === undefined ? '' : '^/'}${memberSource(members!)}]`;
      at += whole.length - 1;
    } else expression += escapeRegExp(character);
  }
  return new RegExp(`^${expression}$`, 'u');
}

/** A bracket expression: perhaps negated; a `]` that comes first is a member, so are classes as `[:digit:]`. */
const BRACKETS = /^\[(?:([!^])|(?![!^]))((?:\]|\[:\w+:\]|[^\]])(?:\[:\w+:\]|[^\]])*)\]/;

/** The classes of POSIX that make sense in names of files, as regular expressions say them. */
const CLASSES = new Map([
  ['digit', String.raw`\d`],
  ['xdigit', '0-9A-Fa-f'],
  ['alpha', String.raw`\p{L}`],
  ['alnum', String.raw`\p{L}\d`],
  ['lower', String.raw`\p{Ll}`],
  ['upper', String.raw`\p{Lu}`],
  ['space', String.raw`\s`],
  ['punct', String.raw`\p{P}\p{S}`],
]);

/** @throws Error for a class that is not known */
function memberSource(members: string): string {
  return members.replace(/\[:(\w+):\]|[\\[\]^]/g, (text, name?: string) => {
    if (name === undefined) return `\\${text}`;
    const known = CLASSES.get(name);
    if (known === undefined) throw new Error(`no such class: [:${name}:]`);
    return known;
  });
}

/** `a{b,c{d,e}}` -> ab, acd, ace. A brace without a comma or a partner stands for itself. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open === -1) return [pattern];
  const cuts: number[] = [open];
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    else if (pattern[at] === ',' && depth === 1) cuts.push(at);
    else if (pattern[at] === '}' && --depth === 0) {
      cuts.push(at);
      break;
    }
  }
  const tailStart = cuts.at(-1)! + 1;
  if (depth !== 0 || cuts.length < 3) {
    return expandBraces(pattern.slice(open + 1)).map((rest) => pattern.slice(0, open + 1) + rest);
  }
  const tails = expandBraces(pattern.slice(tailStart));
  return cuts
    .slice(0, -1)
    .flatMap((cut, index) =>
      expandBraces(pattern.slice(cut + 1, cuts[index + 1])).flatMap((middle) =>
        tails.map((tail) => pattern.slice(0, open) + middle + tail),
      ),
    );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
