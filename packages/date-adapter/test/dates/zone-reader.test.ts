import { describe, expect, test } from 'vitest';
import { convertText } from './convert-text.ts';

const read = (zone: string, abbreviations = {}): string =>
  convertText({ from: ['%F %T %Z'], to: '%F %T %:z', abbreviations }, `2024-01-05 16:00:00 ${zone}`).text;

const table: { in: string; out: string }[] = [
  { in: 'Z', out: '+00:00' },
  { in: 'UTC', out: '+00:00' },
  { in: 'gmt', out: '+00:00' },
  { in: '+0100', out: '+01:00' },
  { in: '+01:00', out: '+01:00' },
  { in: '+01', out: '+01:00' },
  { in: '+1', out: '+01:00' },
  { in: '-00:00', out: '+00:00' },
  { in: '-0330', out: '-03:30' },
  { in: '+05:45:00', out: '+05:45' },
  { in: '+054500', out: '+05:45' },
  { in: 'CET', out: '+01:00' },
  { in: 'CEST', out: '+02:00' },
  { in: 'est', out: '-05:00' },
  { in: 'PDT', out: '-07:00' },
  { in: 'JST', out: '+09:00' },
  { in: 'GMT+8', out: '+08:00' },
  { in: 'UTC-03:30', out: '-03:30' },
  { in: 'Europe/Berlin', out: '+01:00' },
  { in: 'America/Argentina/Buenos_Aires', out: '-03:00' },
  { in: 'Etc/GMT+5', out: '-05:00' },
  { in: '+01: x', out: '+01:00: x' },
  { in: 'UTC+ x', out: '+00:00+ x' },
  { in: 'CET, x', out: '+01:00, x' },
];

test.each(table)('reads $in', ({ in: zone, out }) => {
  expect(read(zone)).toBe(`2024-01-05 16:00:00 ${out}`);
});

describe('refuses', () => {
  const refused: { in: string; what: string }[] = [
    { in: 'IST', what: 'IST is several zones (India +05:30, Ireland +01:00, Israel +02:00)' },
    { in: 'BST', what: 'British summer' },
    { in: 'XYZ', what: 'no zone is known as XYZ' },
    { in: 'Europe/Atlantis', what: 'no zone is known as Europe/Atlantis' },
    { in: '+25:00', what: 'expected a zone' },
    { in: '+01:99', what: 'expected a zone' },
    { in: '+012', what: 'expected a zone' },
    { in: '', what: 'found the end' },
    { in: '12', what: 'expected a zone' },
  ];
  test.each(refused)('$in', ({ in: zone, what }) => {
    const { converted, message } = convertText({ from: ['%F %T %Z'] }, `2024-01-05 16:00:00 ${zone}`);
    expect(converted).toBe(false);
    expect(message).toContain(what);
  });
});

test('a rule decides what an abbreviation means', () => {
  expect(read('IST', { IST: '+05:30' })).toBe('2024-01-05 16:00:00 +05:30');
  expect(read('CST', { CST: 'Asia/Shanghai' })).toBe('2024-01-05 16:00:00 +08:00');
  expect(read('CST')).toBe('2024-01-05 16:00:00 -06:00');
});

test('more names than are remembered', () => {
  for (let round = 0; round < 200; round++) expect(read(`Nowhere/Town${round}`)).toContain('Nowhere');
  expect(read('Europe/Berlin')).toContain('+01:00');
});
