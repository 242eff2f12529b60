import { expect, it } from 'vitest';
import { FieldNames, LEVEL, NO_ROLE, TIME } from '../../src/formats/field-names.ts';

const named = (names: FieldNames, text: string): ReturnType<FieldNames['intern']> => {
  const bytes = Buffer.from(`"${text}"`);
  return names.internBytes(bytes, 1, bytes.length - 1);
};

it('knows a name again, as text and as bytes', () => {
  const names = new FieldNames();
  const status = names.intern('status');
  expect(named(names, 'status')).toBe(status);
  expect(named(names, 'ключ')).toBe(names.intern('ключ'));
  expect(named(names, 'statu')).not.toBe(status);
  expect(named(names, '')).toBe(names.intern(''));
});

it('makes names for the moment when it is full, but knows those it has', () => {
  const names = new FieldNames();
  const first = named(names, 'k0');
  for (let index = 1; index < 5000; index++) expect(named(names, `k${index}`).text).toBe(`k${index}`);
  expect(named(names, 'k0')).toBe(first);
  expect(named(names, 'k4999').id).toBe(-1);
  expect(names.intern('configured').id).toBeGreaterThan(0);
});

it('gives roles by the usual names, or by those it is told', () => {
  const names = new FieldNames({ when: TIME, level: NO_ROLE });
  expect(['when', 'time', 'level', 'severity', 'constructor'].map((text) => names.intern(text).role)).toEqual(
    [TIME, TIME, NO_ROLE, LEVEL, NO_ROLE],
  );
});
