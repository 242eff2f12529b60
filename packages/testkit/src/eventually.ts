// Waiting in tests: for a condition, never for a time. A bare sleep is either too short on a loaded machine or
// too long on a quick one; these poll until the thing holds and say what the last look saw when it does not.

import { setTimeout as sleep } from 'node:timers/promises';

export type Patience = { readonly withinMs?: number; readonly everyMs?: number };

/** How long is too long is not what most tests are about: three containers take 10 s to be killed on a loaded machine. */
const DEFAULT_WITHIN_MS = 30_000;
/** For conditions that may well not hold. */
const DEFAULT_HOLDS_WITHIN_MS = 10_000;
const DEFAULT_EVERY_MS = 20;

/** Calls `attempt` until it returns without throwing and gives its result; after `withinMs`, its last error. */
export async function eventually<T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const deadline = performance.now() + (patience.withinMs ?? DEFAULT_WITHIN_MS);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await sleep(patience.everyMs ?? DEFAULT_EVERY_MS);
  }
}

/** Waits until `condition` holds; false when it did not within the time. For callers who go on either way. */
export async function holds(
  condition: () => boolean | Promise<boolean>,
  patience: Patience = {},
): Promise<boolean> {
  const deadline = performance.now() + (patience.withinMs ?? DEFAULT_HOLDS_WITHIN_MS);
  while (!(await condition())) {
    if (performance.now() >= deadline) return false;
    await sleep(patience.everyMs ?? DEFAULT_EVERY_MS);
  }
  return true;
}
