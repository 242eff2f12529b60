// Replacement texts of rules, as Matcher.replaceAll of java.util.regex reads them: $1, ${name}, and a backslash that
// takes the next character as it is. Parsed once, so that a wrong group is found when the rule is read.

export type Template = {
  readonly parts: readonly (string | { readonly group: number | string })[];
  /** Whether it refers to a group. */
  readonly refers: boolean;
};

/** @throws SyntaxError for a group that the pattern does not have, and a text that ends in $ or a backslash. */
export function parseTemplate(text: string, groups: number, names: ReadonlySet<string>): Template {
  const parts: (string | { group: number | string })[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      plain += text[++at] ?? failed('a backslash at the end');
    } else if (character === '$') {
      const { group, length } = reference(text.slice(at), groups, names);
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push({ group });
      at += length - 1;
    } else plain += character;
  }
  if (plain !== '') parts.push(plain);
  return { parts, refers: parts.some((part) => typeof part === 'object') };
}

/** Digits belong to the number as long as there is a group of that number. */
function reference(
  rest: string,
  groups: number,
  names: ReadonlySet<string>,
): { group: number | string; length: number } {
  const named = /^\$\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(rest);
  if (named?.[1] !== undefined) {
    if (!names.has(named[1])) failed(`the pattern has no group called ${named[1]}`);
    return { group: named[1], length: named[0].length };
  }
  const digits =
    /^\$(\d+)/.exec(rest)?.[1] ?? failed('a $ that is followed by no group: write \\$ for the sign');
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= groups) length++;
  const group = Number(digits.slice(0, length));
  if (group > groups) failed(`the pattern has ${groups} groups, and $${group} is none of them`);
  return { group, length: length + 1 };
}

function failed(what: string): never {
  throw new SyntaxError(what);
}

/** The text for a match; a group that took no part is empty. */
export function fill(template: Template, match: RegExpExecArray | null): string {
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') text += part;
    else text += (typeof part.group === 'number' ? match?.[part.group] : match?.groups?.[part.group]) ?? '';
  }
  return text;
}
