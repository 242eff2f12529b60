import { expect, test } from 'vitest';
import { eventually, holds } from '../src/eventually.ts';

test('gives the first result that does not throw', async () => {
  let attempts = 0;
  const result = await eventually(
    () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
      return 'done';
    },
    { everyMs: 1 },
  );
  expect([result, attempts]).toEqual(['done', 3]);
});

test('throws the last error when the time is up', async () => {
  let attempts = 0;
  const failing = eventually(() => Promise.reject(new Error(`attempt ${(attempts += 1)}`)), {
    withinMs: 20,
    everyMs: 1,
  });
  await expect(failing).rejects.toThrow(/^attempt \d+$/);
  await expect(failing).rejects.toThrow(`attempt ${attempts}`);
});

test('holds says whether the condition came true in time', async () => {
  let looks = 0;
  expect(await holds(() => (looks += 1) > 2, { everyMs: 1 })).toBe(true);
  expect(await holds(() => false, { withinMs: 10, everyMs: 1 })).toBe(false);
});
