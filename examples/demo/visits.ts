// The third awkward application of the demo: it has a Redis at localhost built in, a port and nothing else. It counts
// visits over one connection and reads the count back over another, as a pool of connections does, beside a page that hardly
// ever changes, and reports each visit to its parent over IPC: `{ counted, read }`, or `{ error }` as its client library has
// it, which is told not to try again.
// Usage: visits.ts PORT, ended by SIGTERM.

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** What a visit came to: the reply of INCR and that of the GET after it, or what went wrong. */
export type Visit = { readonly counted: number; readonly read: number } | { readonly error: string };

const TICK_MS = 20;

function connection(port: number): Redis {
  const made = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0 });
  made.on('error', () => {}); // told by the command that fails
  return made;
}

async function main(port: number): Promise<void> {
  const ending = new AbortController();
  process.on('SIGTERM', () => ending.abort());
  const [writer, reader] = [connection(port), connection(port)];
  await writer.set('page', 'Welcome!').catch(() => {});
  while (!ending.signal.aborted) {
    const visit: Visit = await writer.incr('visits').then(
      async (counted) => {
        const [read] = await Promise.all([reader.get('visits'), writer.get('page')]);
        return { counted, read: Number(read) };
      },
      (error: unknown) => ({ error: String(error) }),
    );
    process.send?.(visit);
    await sleep(TICK_MS, undefined, { signal: ending.signal }).catch(() => {});
  }
  writer.disconnect();
  reader.disconnect();
  process.disconnect?.();
}

const port = Number(process.argv[2]);
if (!Number.isInteger(port)) throw new Error('usage: visits.ts PORT');
process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle: it ends us with SIGTERM
await main(port);
