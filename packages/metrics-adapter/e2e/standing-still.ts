// A JVM that stands still, as one in a long pause or on a frozen node does.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually } from '@podmate/testkit/eventually';
import type { Jvm } from './jvm.ts';

/** Stops the JVM, and waits until every thread of it has stopped: the signal alone stops them one after the other. */
export async function standStill(jvm: Pick<Jvm, 'pid' | 'kill'>): Promise<void> {
  jvm.kill('SIGSTOP');
  const tasks = `/proc/${jvm.pid}/task`;
  await eventually(() => {
    const states = readdirSync(tasks).map(
      (id) => /\) (\w)/.exec(readFileSync(join(tasks, id, 'stat'), 'utf8'))?.[1],
    );
    expect(new Set(states)).toEqual(new Set(['T']));
  });
}
