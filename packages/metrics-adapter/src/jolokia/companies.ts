// Which beans are asked for in one POST: as many as each of them allows. A bean whose company was late allows less, so
// that in a few polls the slow one is alone. Pure; for the round.

import type { JolokiaBean } from './jolokia-bean.ts';

/** The reply of so many fits into memory on both sides, and a round trip for each company is little. */
const LARGEST = 1000;
/** What was late is asked in so many parts the next time, what was refused at once. */
const PARTS = 8;
const MAX_PAUSE = 16;

/** Its company was late before. */
export const isSuspect = (bean: JolokiaBean<unknown>): boolean => bean.company < LARGEST;

export function companies<P>(beans: readonly JolokiaBean<P>[]): JolokiaBean<P>[][] {
  const groups: JolokiaBean<P>[][] = [];
  let group: JolokiaBean<P>[] = [];
  let allowed = LARGEST;
  for (const bean of beans) {
    allowed = Math.min(allowed, bean.company);
    if (group.length >= allowed) {
      groups.push(group);
      group = [];
      allowed = Math.min(LARGEST, bean.company);
    }
    group.push(bean);
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** They were asked together, and the answer was late. */
export function wereLate(beans: readonly JolokiaBean<unknown>[]): void {
  const company = partOf(beans.length);
  for (const bean of beans) {
    bean.company = company;
    if (beans.length > 1) continue;
    bean.late++;
    bean.pause = Math.min(MAX_PAUSE, 2 ** (bean.late - 1));
  }
}

/** They were asked together, and it went well; quickly: they may be asked in larger company. */
export function settle(beans: readonly JolokiaBean<unknown>[], quickly: boolean): void {
  for (const bean of beans) {
    bean.late = 0;
    if (quickly) bean.company *= 2;
  }
}

/** The same beans in smaller groups. */
export function parts<P>(beans: readonly JolokiaBean<P>[]): JolokiaBean<P>[][] {
  const size = partOf(beans.length);
  return Array.from({ length: Math.ceil(beans.length / size) }, (_, i) =>
    beans.slice(i * size, (i + 1) * size),
  );
}

const partOf = (count: number): number => Math.max(1, Math.ceil(count / PARTS));
