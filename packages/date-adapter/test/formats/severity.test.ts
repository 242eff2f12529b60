import { expect, it } from 'vitest';
import { FACILITIES, SEVERITIES, severityOf } from '../../src/formats/severity.ts';

it.each([
  ['emerg', 0],
  ['alert', 1],
  ['FATAL', 2],
  ['Critical', 2],
  ['SEVERE', 3],
  ['error', 3],
  ['WARN', 4],
  ['warning', 4],
  ['notice', 5],
  ['Info', 6],
  ['INFORMATIONAL', 6],
  ['debug', 7],
  ['TRACE', 7],
  ['FINEST', 7],
  ['W', 4],
  ['3', 3],
  ['8', -1],
  ['', -1],
  ['loud', -1],
  ['x'.repeat(1000), -1],
  ['constructor', -1],
])('%s is %i', (word, severity) => {
  const bytes = Buffer.from(`i${word}o`);
  expect(severityOf(bytes, 1, bytes.length - 1)).toBe(severity);
});

it('has all of the standard', () => {
  expect([SEVERITIES.length, FACILITIES.length, FACILITIES[16], FACILITIES[23]]).toEqual([
    8,
    24,
    'local0',
    'local7',
  ]);
});
