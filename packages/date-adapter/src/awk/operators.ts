// The operators of expressions: how tightly each binds. For the parser of expressions.
// POSIX awk, "Expressions in Decreasing Precedence", and, where its grammar leaves it open, what gawk and
// original-awk agree on.
import type { ArithmeticOperator, ComparisonOperator } from './ast.ts';
import type { TokenKind } from './tokens.ts';

/** An operand is read with the least power that still belongs to it. */
export const POWER = {
  assignment: 1,
  conditional: 2,
  or: 3,
  and: 4,
  membership: 5,
  match: 6,
  comparison: 7,
  pipe: 8, // `cmd | getline`: looser than concatenation, tighter than comparison, in all awks but mawk
  concatenation: 9,
  additive: 10,
  multiplicative: 11,
  unary: 12,
  exponent: 13,
} as const;

export const COMPARISONS: ReadonlyMap<TokenKind, ComparisonOperator> = new Map([
  ['<', '<'],
  ['<=', '<='],
  ['==', '=='],
  ['!=', '!='],
  ['>', '>'],
  ['>=', '>='],
]);

/** Those that group from the left. */
export const ARITHMETIC: ReadonlyMap<
  TokenKind,
  { readonly operator: ArithmeticOperator; readonly power: number }
> = new Map([
  ['+', { operator: '+', power: POWER.additive }],
  ['-', { operator: '-', power: POWER.additive }],
  ['*', { operator: '*', power: POWER.multiplicative }],
  ['/', { operator: '/', power: POWER.multiplicative }],
  ['%', { operator: '%', power: POWER.multiplicative }],
]);

/** With the operator that comes before the assignment, if one does. */
export const ASSIGNMENTS: ReadonlyMap<TokenKind, ArithmeticOperator | ''> = new Map<
  TokenKind,
  ArithmeticOperator | ''
>([
  ['=', ''],
  ['+=', '+'],
  ['-=', '-'],
  ['*=', '*'],
  ['/=', '/'],
  ['%=', '%'],
  ['^=', '^'],
]);

/** What a second operand begins with where no operator stands: not a sign, which is then binary, nor a slash. */
export const CONCATENATED: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'number',
  'string',
  'name',
  'functionName',
  'builtin',
  'getline',
  '$',
  '!',
  '(',
  '++',
  '--',
  '@',
]);

/** What ends the list that print prints. */
export const PRINT_ENDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'newline',
  'eof',
  ';',
  '}',
  '>',
  '>>',
  '|',
  '|&',
]);
