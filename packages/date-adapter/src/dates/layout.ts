// From the text of a layout to elements: finds out which language it is written in and has it read. Pure.
// For rules, for awk's strptime and strftime, and for `explain`. What decides is what the languages cannot share:
// a percent sign is strptime's, the numbers of Go's reference time are Go's, a known word is a name; the rest is Java's.

import type { Element } from './element.ts';
import { readGo } from './go-layout.ts';
import { readJava } from './java-layout.ts';
import { LayoutError } from './layout-error.ts';
import { some } from './make-element.ts';
import { LAYOUT_NAMES, namedLayout, type UsualPlace } from './named-layouts.ts';
import { readStrptime } from './strptime-layout.ts';

export type LayoutLanguage = 'strptime' | 'java' | 'go' | 'named';

export const LAYOUT_LANGUAGES: readonly LayoutLanguage[] = ['strptime', 'java', 'go', 'named'];

export interface Layout {
  readonly text: string;
  readonly language: LayoutLanguage;
  /** What it reads, in the order in which it is tried; one but for some names. */
  readonly readings: readonly (readonly Element[])[];
  /** What it writes; absent for names that can only be read. */
  readonly writing?: readonly Element[];
  /** Where in a line its stamps usually are. */
  readonly place: UsualPlace;
}

/** Go's year, hour and minute; dates alone show themselves by the month's name beside a day. */
const GO_REFERENCE = /2006|15[:.]?04|(?<!\d)0?3:04|\bJan\b.*0?_?2|0?_?2.*\bJan\b/;

export function layoutLanguage(text: string): LayoutLanguage {
  if (namedLayout(text) !== undefined) return 'named';
  if (text.includes('%')) return 'strptime';
  return GO_REFERENCE.test(text) ? 'go' : 'java';
}

/**
 * @param language overrides what the text shows
 * @throws LayoutError with the place in the text
 */
export function readLayout(text: string, language: LayoutLanguage = layoutLanguage(text)): Layout {
  if (language === 'named') return readNamed(text);
  const elements = readIn(language, text);
  if (some(elements, (element) => element.kind !== 'literal' && element.kind !== 'space')) {
    return { text, language, readings: [elements], writing: elements, place: 'start' };
  }
  throw new LayoutError(text, 0, `there is nothing of a date in this ${language} layout`);
}

function readNamed(text: string): Layout {
  const named = namedLayout(text);
  if (named === undefined) throw new LayoutError(text, 0, noSuchName());
  const { readings, writing, place } = named;
  return { text, language: 'named', readings, place, ...(writing === undefined ? {} : { writing }) };
}

function readIn(language: 'strptime' | 'java' | 'go', text: string): Element[] {
  if (language === 'strptime') return readStrptime(text);
  if (language === 'go') return readGo(text);
  if (/^[a-z]\w{4,}$/i.test(text) && !/^[yMdDHhmsSEaXxZzT]+$/.test(text)) {
    throw new LayoutError(text, 0, noSuchName());
  }
  return readJava(text);
}

function noSuchName(): string {
  return `no layout has this name; there are ${LAYOUT_NAMES.join(', ')}`;
}
