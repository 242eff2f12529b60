// A slow bean is alone after a few polls, and the others are together again.

import { expect, test } from 'vitest';
import { companies, isSuspect, parts, settle, wereLate } from '../../src/jolokia/companies.ts';
import { JolokiaBean } from '../../src/jolokia/jolokia-bean.ts';

const beans = Array.from({ length: 2500 }, (_, i) => new JolokiaBean<null>(`a:n=${i}`));

test('a slow bean among 2,500', () => {
  expect(companies(beans).map((group) => group.length)).toEqual([1000, 1000, 500]);
  let polls = 0;
  const slow = beans.find((one) => one.name === 'a:n=1700') ?? new JolokiaBean<null>('');
  for (; beans.every((one) => one.late === 0) && polls < 10; polls++) {
    const groups = [
      ...companies(beans.filter((one) => !isSuspect(one))),
      ...companies(beans.filter(isSuspect)),
    ];
    expect(groups.flat()).toHaveLength(beans.length);
    for (const group of groups) {
      if (group.includes(slow)) wereLate(group);
      else settle(group, true);
    }
  }
  expect([polls, slow.company, slow.pause]).toEqual([5, 1, 1]);
  expect(beans.filter((one) => one.company < 16).length).toBeLessThanOrEqual(16);
  for (let i = 0; i < 10; i++) settle(beans, true);
  expect(companies(beans)).toHaveLength(3);
});

test('late alone, again and again: asked less and less often', () => {
  const bean = new JolokiaBean<null>('a:b=c');
  const pauses = Array.from({ length: 6 }, () => {
    wereLate([bean]);
    return bean.pause;
  });
  expect(pauses).toEqual([1, 2, 4, 8, 16, 16]);
});

test('parts are whole', () => {
  for (const size of [1, 2, 7, 8, 9, 1000]) {
    const some = beans.slice(0, size);
    expect(parts(some).flat()).toEqual(some);
    expect(parts(some).length).toBeLessThanOrEqual(8);
  }
});
