// The names of months, weekdays and halves of the day in a locale, from Intl. For reading: every form that people and
// loggers write (long and short, inflected and not, with and without dots, Sept). For writing: one form each. Pure.

import type { NameElement } from './element.ts';

export interface SpelledName {
  readonly text: string;
  /** Month 1 to 12, weekday 1 Monday to 7 Sunday, 0 for AM and 1 for PM. */
  readonly value: number;
}

/** As in C's POSIX locale: AM and PM are read in every locale, and so are English months and days. */
const ENGLISH = 'en-US';

/** As Intl has them; asking it costs 5 MB of its tables and 10 ms at each start, and nearly every rule is English. */
const ENGLISH_NAMES = {
  month: 'January February March April May June July August September October November December'.split(' '),
  weekday: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
} as const;

/** @throws RangeError for a locale that is none */
export function namesToRead(field: NameElement['field'], locale: string): SpelledName[] {
  const all =
    locale === ENGLISH ? spelled(field, locale) : [...spelled(field, locale), ...spelled(field, ENGLISH)];
  if (locale === ENGLISH) return all.flatMap(asciiForms);
  return all.flatMap(({ text, value }) =>
    [text, withoutDots(text), `${withoutDots(text)}.`]
      .flatMap((form) => [
        form,
        form.toLocaleLowerCase(locale),
        form.toLocaleUpperCase(locale),
        capitalized(form, locale),
      ])
      .map((form) => ({ text: form.normalize('NFC'), value })),
  );
}

/** The forms of English names, without Intl. */
function asciiForms({ text, value }: SpelledName): SpelledName[] {
  return [text, withoutDots(text), `${withoutDots(text)}.`]
    .flatMap((form) => [form, form.toLowerCase(), form.toUpperCase(), form[0]!.toUpperCase() + form.slice(1)])
    .map((form) => ({ text: form, value }));
}

function capitalized(text: string, locale: string): string {
  const [first = ''] = Array.from(text);
  return first.toLocaleUpperCase(locale) + text.slice(first.length);
}

function withoutDots(text: string): string {
  return text.replaceAll('.', '');
}

function spelled(field: NameElement['field'], locale: string): SpelledName[] {
  if (field === 'dayPeriod') return dayPeriods(locale);
  const styles = ['short', 'long'] as const;
  const contexts = [{}, { day: 'numeric' }] as const;
  const names = styles.flatMap((style) =>
    contexts.flatMap((context) =>
      namesOf(field, locale, style, context).map((text, index) => ({ text, value: index + 1 })),
    ),
  );
  if (field === 'month' && locale === ENGLISH) names.push({ text: 'Sept', value: 9 });
  return locale === ENGLISH ? names : names.filter(({ text }) => /\p{L}/u.test(text));
}

/** Twelve months or seven days. 2024-01-01 was a Monday. */
function namesOf(
  field: 'month' | 'weekday',
  locale: string,
  style: 'short' | 'long',
  context: Intl.DateTimeFormatOptions,
): string[] {
  if (locale === ENGLISH)
    return ENGLISH_NAMES[field].map((name) => (style === 'short' ? name.slice(0, 3) : name));
  const format = new Intl.DateTimeFormat(locale, {
    ...context,
    [field]: style,
    timeZone: 'UTC',
    calendar: 'gregory',
  });
  const dates =
    field === 'month'
      ? Array.from({ length: 12 }, (_, month) => Date.UTC(2024, month, 15))
      : Array.from({ length: 7 }, (_, day) => Date.UTC(2024, 0, 1 + day));
  return dates.map((date) => format.formatToParts(date).find((part) => part.type === field)?.value ?? '');
}

function dayPeriods(locale: string): SpelledName[] {
  if (locale === ENGLISH) return ['AM', 'PM'].map((text, value) => ({ text, value }));
  const format = new Intl.DateTimeFormat(locale, { hour: 'numeric', hour12: true, timeZone: 'UTC' });
  return [0, 12].flatMap((hour, value) => {
    const text = format
      .formatToParts(Date.UTC(2024, 0, 1, hour))
      .find((part) => part.type === 'dayPeriod')?.value;
    return text === undefined
      ? []
      : [
          { text, value },
          { text: text.replaceAll(/\s/gu, ' '), value },
        ];
  });
}

/** What is written for 1, 2, ... (0, 1 for halves of the day), in the form that stands beside a day of the month. */
export function namesToWrite(element: NameElement, locale: string): string[] {
  const texts =
    element.field === 'dayPeriod'
      ? [0, 1].map(
          (value) =>
            dayPeriods(locale).find((name) => name.value === value)?.text ?? ['AM', 'PM'][value] ?? '',
        )
      : written(element.field, locale, element.style);
  if (element.letters === 'upper') return texts.map((text) => text.toLocaleUpperCase(locale));
  return element.letters === 'lower' ? texts.map((text) => text.toLocaleLowerCase(locale)) : texts;
}

function written(field: 'month' | 'weekday', locale: string, style: 'short' | 'long'): string[] {
  const inContext = namesOf(field, locale, style, { day: 'numeric' });
  if (locale === ENGLISH) return inContext;
  return inContext.every((text) => /\p{L}/u.test(text)) ? inContext : namesOf(field, locale, style, {});
}
