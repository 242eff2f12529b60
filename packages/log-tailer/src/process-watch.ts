// `--pid`: ends us when the processes we serve have ended, as tail does. Sees them in /proc, so in a pod it needs a
// shared process namespace.
import { existsSync } from 'node:fs';
import type { Part } from '@podmate/base/lifecycle';

const LOOK_MS = 250;

export class ProcessWatch implements Part {
  readonly name = 'process watch';
  readonly #pids: readonly string[];
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(pids: readonly string[], onEnd: () => void) {
    this.#pids = pids;
    this.#onEnd = onEnd;
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (!this.#pids.some((pid) => existsSync(`/proc/${pid}`))) this.#onEnd();
    }, LOOK_MS);
  }

  drain(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }
}
