import { describe, expect, test } from 'vitest';
import { explainLayout, explanationText } from '../../src/dates/explain.ts';
import { convertText } from './convert-text.ts';

test('as lines', () => {
  expect(explanationText(explainLayout("dd/MMM hh:mm:ss.SSS 'x'"))).toBe(
    [
      'language: java',
      'example:  29/Feb 04:04:05.678 x',
      '  dd    day of the month (1 to 31)',
      '  /     "/"',
      '  MMM   name of a month',
      '        a blank',
      '  hh    hour of a 12-hour clock (1 to 12)',
      '  :     ":"',
      '  mm    minute (0 to 59)',
      '  :     ":"',
      '  ss    second (0 to 60)',
      '  .SSS  a fraction of any length, or none',
      '        a blank',
      `  'x'   "x"`,
      'note: no year: the one that brings the date nearest to the clock, at most a month ahead of it',
      'note: no zone: the stamp is in --from-zone',
      'note: hours to 12 without AM or PM: 13 and more are not read',
    ].join('\n'),
  );
});

describe('says what may surprise', () => {
  const table: { layout: string; note: string }[] = [
    { layout: 'yyyy-mm-dd', note: 'months are MM' },
    { layout: '%H:%M', note: 'no date' },
    { layout: 'rfc3164', note: 'no year' },
    { layout: 'iso8601', note: 'tried in this order' },
    { layout: '%T', note: 'a fraction behind the second is read too' },
  ];
  test.each(table)('$layout', ({ layout, note }) => {
    expect(explainLayout(layout).notes.join('\n')).toContain(note);
  });

  test('and nothing where nothing does', () => {
    expect(explainLayout('rfc3339').notes).toStrictEqual([]);
    expect(explainLayout('unix_ms').notes).toStrictEqual([]);
  });
});

test('the examples of auto are read by auto', () => {
  const { examples } = explainLayout('auto');
  const unread = examples.filter((example) => !convertText({ at: { kind: 'start' } }, example).converted);
  expect(examples.length).toBeGreaterThan(15);
  expect(unread).toStrictEqual([]);
});

test('in a locale', () => {
  expect(explainLayout('%A %d %B', undefined, 'de').examples).toStrictEqual(['Donnerstag 29 Februar']);
});
