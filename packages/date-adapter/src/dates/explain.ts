// A layout in words: in which language it was read, what it looks like, what each piece of it means, and what people
// may not expect of it. For the command `explain`. Pure.

import type { Element } from './element.ts';
import { wordsOf } from './element-words.ts';
import { type Layout, type LayoutLanguage, readLayout } from './layout.ts';
import { StampWriter } from './stamp-writer.ts';
import { INTL_ZONES } from './zone-data.ts';
import { Zone } from './zone.ts';

export interface Explanation {
  readonly language: LayoutLanguage;
  /** One for each form that is read. */
  readonly examples: readonly string[];
  /** Of the first form. */
  readonly pieces: readonly { readonly source: string; readonly words: string }[];
  readonly notes: readonly string[];
}

/** A leap day in the afternoon with nine digits of a fraction, one hour east: no two parts of it are alike. */
const EXAMPLE_SECONDS = Date.UTC(2024, 1, 29, 15, 4, 5) / 1000;
const EXAMPLE_ZONE = new Zone('UTC+1', 3600);
const EXAMPLE_FRACTION = {
  digits: new TextEncoder().encode('678912345'),
  fractionStart: 0,
  fractionEnd: 9,
  fractionZeros: 0,
};

/** @throws LayoutError as readLayout */
export function explainLayout(text: string, language?: LayoutLanguage, locale = 'en-US'): Explanation {
  const layout = readLayout(text, language);
  const first = layout.readings[0] ?? [];
  return {
    language: layout.language,
    examples: layout.readings.map((elements) => exampleOf(elements, locale)),
    pieces: first.map((element) => ({ source: element.source, words: wordsOf(element) })),
    notes: notesOn(layout, first),
  };
}

/** As lines for a terminal. */
export function explanationText({ language, examples, pieces, notes }: Explanation): string {
  const width = Math.max(...pieces.map(({ source }) => source.length));
  return [
    `language: ${language}`,
    ...examples.map((example) => `example:  ${example}`),
    ...pieces.map(({ source, words }) => `  ${source.padEnd(width)}  ${words}`),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

/** The example's instant as this layout writes it. */
function exampleOf(elements: readonly Element[], locale: string): string {
  const writer = new StampWriter(elements, { zone: EXAMPLE_ZONE, locale, data: INTL_ZONES });
  const out = new Uint8Array(writer.maxBytes + 9);
  return new TextDecoder().decode(out.subarray(0, writer.write(EXAMPLE_SECONDS, EXAMPLE_FRACTION, out, 0)));
}

function notesOn(layout: Layout, elements: readonly Element[]): string[] {
  const has = fieldsOf(elements);
  const notes: string[] = [];
  const note = (when: boolean, text: string): void => void (when && notes.push(text));
  const whole = has.has('epoch') || has.has('tai64n');
  const year = ['year', 'shortYear', 'century', 'isoYear', 'isoShortYear'].some((field) => has.has(field));
  const day = ['day', 'dayOfYear', 'isoWeek', 'month'].some((field) => has.has(field));
  note(layout.readings.length > 1, 'the forms are tried in this order');
  note(
    !whole && !year && day,
    'no year: the one that brings the date nearest to the clock, at most a month ahead of it',
  );
  note(
    !whole && !year && !day,
    'no date: the day that brings the time nearest to the clock, at most an hour ahead of it',
  );
  note(!whole && !has.has('zone'), 'no zone: the stamp is in --from-zone');
  note(has.has('hour12') && !has.has('dayPeriod'), 'hours to 12 without AM or PM: 13 and more are not read');
  note(
    has.has('minute') && has.has('day') && !has.has('month'),
    'minutes but no month: months are MM in Java layouts',
  );
  note(has.has('second') && !has.has('fraction'), 'a fraction behind the second is read too, of any length');
  return notes;
}

/** The kinds of what a layout has, of numbers and names their fields. */
export function fieldsOf(elements: readonly Element[]): Set<string> {
  return new Set(
    elements.flatMap((element) => {
      if (element.kind === 'optional') return [...fieldsOf(element.elements)];
      return element.kind === 'number' || element.kind === 'name' ? [element.field] : [element.kind];
    }),
  );
}
