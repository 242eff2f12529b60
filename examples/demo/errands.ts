// The application of the HTTP half: it knows one address, localhost, asks there for one errand after the other, several at
// a time, and tells its parent (which is the demo's own way to know) what became of each. It never tries again itself.
// Usage: errands.ts PORT, ended by SIGTERM.

import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** The clerk who did it, or what went wrong. */
export type Errand = { readonly by: string } | { readonly error: string };

const AT_A_TIME = 4;
const PAUSE_MS = 10;

const agent = new Agent({ keepAlive: true });

function errand(url: string): Promise<Errand> {
  const { promise, resolve } = Promise.withResolvers<Errand>();
  const failed = (error: unknown): void => resolve({ error: String(error) });
  get(url, { agent }, (response) => {
    const ok = response.statusCode === 200;
    text(response).then((by) => resolve(ok ? { by } : { error: `${response.statusCode}: ${by}` }), failed);
  }).on('error', failed);
  return promise;
}

async function runErrands(port: number, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    process.send?.(await errand(`http://localhost:${port}/errand`));
    await sleep(PAUSE_MS);
  }
}

const port = Number(process.argv[2]);
if (!Number.isInteger(port)) throw new Error('usage: errands.ts PORT');
const ending = new AbortController();
process.on('SIGTERM', () => ending.abort());
process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle: it ends us with SIGTERM
await Promise.all(Array.from({ length: AT_A_TIME }, () => runErrands(port, ending.signal)));
agent.destroy();
process.disconnect?.();
