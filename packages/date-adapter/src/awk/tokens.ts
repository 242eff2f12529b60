// The words of the language: what the lexer cuts the text into and the parser decides by. A token's kind is its
// text where the text is fixed, so that a grammar rule reads like the grammar; `**` is `^` from here on.

export const KEYWORDS = [
  'BEGIN',
  'END',
  'break',
  'continue',
  'delete',
  'do',
  'else',
  'exit',
  'for',
  'function',
  'getline',
  'if',
  'in',
  'next',
  'nextfile',
  'print',
  'printf',
  'return',
  'while',
] as const;

// oxfmt-ignore
const SIGNS = [
  '{', '}', '(', ')', '[', ']', ';', ',', '?', ':', '@', '$', '!', '~', '!~', '|', '|&', '&&', '||',
  '<', '<=', '==', '!=', '>', '>=', '>>', '+', '-', '*', '/', '%', '^', '++', '--',
  '=', '+=', '-=', '*=', '/=', '%=', '^=',
] as const;

export type Keyword = (typeof KEYWORDS)[number];
export type Sign = (typeof SIGNS)[number];

/**
 * `functionName` is a name with a parenthesis right behind it; `builtin` a name of builtins.ts where it means the
 * builtin; `name` any other. The slash of a regex is a `/` or `/=` until the parser, where it wants an operand,
 * has the lexer read on to its end.
 */
export type TokenKind =
  | 'eof'
  | 'newline'
  | 'number'
  | 'string'
  | 'regex'
  | 'name'
  | 'functionName'
  | 'builtin'
  | Keyword
  | Sign;

export const keywords: ReadonlyMap<string, Keyword> = new Map(KEYWORDS.map((word) => [word, word]));

/** By how they are written; the longest that fits is meant. */
export const signs: ReadonlyMap<string, Sign> = new Map<string, Sign>([
  ...SIGNS.map((sign): [string, Sign] => [sign, sign]),
  ['**', '^'],
  ['**=', '^='],
]);
