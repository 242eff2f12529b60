// Probes a container as kubelet does: after the initial delay, every period, and believes a change when it has seen it
// as often in a row as the threshold says. Defaults are Kubernetes': every 10 s, 1 s to answer, 1 success, 3 failures.

import { setTimeout as sleep } from 'node:timers/promises';
import type { HolderAnswer } from './holder-program.ts';
import type { Probe } from './pod-spec.ts';

/** Asks until `signal` aborts; `report` hears every look that was believed, not only those that change something. */
export async function watch(
  probe: Probe,
  ask: (timeoutMs: number) => Promise<HolderAnswer>,
  report: (ok: boolean, detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { periodSeconds = 10, timeoutSeconds = 1, successThreshold = 1, failureThreshold = 3 } = probe;
  let seen: boolean | undefined;
  let times = 0;
  let pauseMs = (probe.initialDelaySeconds ?? 0) * 1000;
  while (await paused(pauseMs, signal)) {
    const { ok, detail } = await ask(timeoutSeconds * 1000);
    if (signal.aborted) return;
    times = ok === seen ? times + 1 : 1;
    seen = ok;
    if (times >= (ok ? successThreshold : failureThreshold)) report(ok, detail);
    pauseMs = periodSeconds * 1000;
  }
}

/** False when the pause was cut short. */
export async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
