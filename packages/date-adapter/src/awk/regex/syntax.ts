// The parts of a regular expression, as its parser finds them and the automaton is made from them.

import type { CharacterSet } from './character-set.ts';

/** What holds between two characters, without taking one. */
export type Assertion = 'start' | 'end' | 'word-edge' | 'no-word-edge' | 'word-start' | 'word-end';

export type Expression =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'either'; readonly options: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly of: Expression; readonly min: number; readonly max: number }
  /** Numbered from 1 by the opening parenthesis. */
  | { readonly kind: 'group'; readonly number: number; readonly of: Expression }
  | { readonly kind: 'assertion'; readonly holds: Assertion };
