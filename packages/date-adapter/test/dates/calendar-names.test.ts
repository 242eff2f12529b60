import { describe, expect, test } from 'vitest';
import { namesToWrite } from '../../src/dates/calendar-names.ts';
import { convertText } from './convert-text.ts';

const table: { locale: string; layout: string; in: string; out: string }[] = [
  { locale: 'en-US', layout: 'd MMM yyyy', in: '9 Sept 2024', out: '2024-09-09' },
  { locale: 'en-US', layout: 'd MMM yyyy', in: '9 Sep. 2024', out: '2024-09-09' },
  { locale: 'en-US', layout: 'd MMM yyyy', in: '9 SEPTEMBER 2024', out: '2024-09-09' },
  { locale: 'de', layout: 'd. MMMM yyyy', in: '9. März 2024', out: '2024-03-09' },
  { locale: 'de', layout: 'd. MMMM yyyy', in: '9. MÄRZ 2024', out: '2024-03-09' },
  { locale: 'de', layout: 'd. MMM yyyy', in: '9. Okt. 2024', out: '2024-10-09' },
  { locale: 'de', layout: 'd. MMM yyyy', in: '9. Dez 2024', out: '2024-12-09' },
  { locale: 'fr', layout: 'd MMM yyyy', in: '9 févr. 2024', out: '2024-02-09' },
  { locale: 'fr', layout: 'd MMM yyyy', in: '9 févr 2024', out: '2024-02-09' },
  { locale: 'fr', layout: 'EEEE d MMMM yyyy', in: 'Vendredi 9 Août 2024', out: '2024-08-09' },
  { locale: 'es', layout: 'd MMM yyyy', in: '9 ene 2024', out: '2024-01-09' },
  { locale: 'es', layout: 'd MMM yyyy hh:mm a', in: '9 ene 2024 03:00 p. m.', out: '2024-01-09' },
  { locale: 'ru', layout: 'd MMMM yyyy', in: '9 мая 2024', out: '2024-05-09' },
  { locale: 'ru', layout: 'd MMMM yyyy', in: '9 Май 2024', out: '2024-05-09' },
  { locale: 'pl', layout: 'd MMMM yyyy', in: '9 stycznia 2024', out: '2024-01-09' },
  { locale: 'pt-BR', layout: 'd MMM yyyy', in: '9 fev. 2024', out: '2024-02-09' },
  { locale: 'zh-CN', layout: 'd MMM yyyy', in: '9 10月 2024', out: '2024-10-09' },
  { locale: 'ja-JP', layout: 'd MMM yyyy', in: '9 Oct 2024', out: '2024-10-09' },
  { locale: 'tr', layout: 'd MMMM yyyy', in: '9 AĞUSTOS 2024', out: '2024-08-09' },
  { locale: 'de', layout: 'd MMM yyyy', in: '9 May 2024', out: '2024-05-09' },
];

describe('reads', () => {
  test.each(table)('$locale $in', ({ locale, layout, in: line, out }) => {
    expect(convertText({ from: [layout], to: 'dateonly', locale }, line).text).toBe(out);
  });
});

const written: { locale: string; out: string }[] = [
  { locale: 'de', out: 'Samstag, 9. März 2024' },
  { locale: 'fr', out: 'samedi, 9. mars 2024' },
  { locale: 'ru', out: 'суббота, 9. марта 2024' },
  { locale: 'en-GB', out: 'Saturday, 9. March 2024' },
];

test.each(written)('writes in $locale', ({ locale, out }) => {
  expect(convertText({ to: 'EEEE, d. MMMM yyyy', toLocale: locale }, '2024-03-09').text).toBe(out);
});

test('what is written in a locale is read in it', () => {
  for (const locale of [
    'de',
    'fr',
    'es',
    'it',
    'nl',
    'pl',
    'cs',
    'ru',
    'tr',
    'el',
    'zh',
    'ko',
    'ar',
    'hi',
    'th',
    'vi',
  ]) {
    for (let month = 1; month <= 12; month++) {
      const date = `2024-${String(month).padStart(2, '0')}-09`;
      const text = convertText({ to: 'MMMM|MMM|EEEE', toLocale: locale }, date).text;
      const read = convertText({ from: ['MMMM|MMM|EEEE'], to: 'MM', locale }, text);
      expect(read, `${locale} ${text}`).toMatchObject({ converted: true, text: date.slice(5, 7) });
    }
  }
});

test('a locale that is none', () => {
  expect(() => convertText({ from: ['MMM'], locale: 'not a locale' }, '')).toThrow(RangeError);
});

// English names are a table of ours; Intl, asked for its other name of the same language, is the proof.
test.each(['month', 'weekday', 'dayPeriod'] as const)('English is as Intl has it: %s', (field) => {
  for (const style of ['short', 'long'] as const) {
    const element = { kind: 'name', field, style, letters: 'as they are', source: '', at: 0 } as const;
    expect(namesToWrite(element, 'en-US')).toEqual(namesToWrite(element, 'en-us'));
  }
});
