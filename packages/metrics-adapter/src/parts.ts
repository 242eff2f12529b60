// What of one adapter lives and dies, in the order in which it starts: first whoever scrapes gets an answer, then the
// sockets open. It ends in reverse: what has arrived is counted before the last scrape is answered.
import { formatAddress } from '@podmate/base/address';
import { type Part, stop } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import type { Adapter } from './adapter.ts';
import type { SettingsValues } from './settings.ts';
import type { DatagramThread } from './statsd/datagram-thread.ts';
import { startListeners } from './statsd/receiving.ts';
import { WebServer } from './web/server.ts';

const SWEEP_MS = 1000;

export function partsOf(
  values: SettingsValues,
  adapter: Adapter,
  thread: DatagramThread | undefined,
  log: Log,
): Part[] {
  let isReady = false;
  const web = webServer(values, adapter, () => (isReady ? [] : ['starting']));
  const { sweep, listeners, relay } = adapter;
  return [
    {
      name: 'web',
      start: async () => log.info('serving', { address: formatAddress(await web.start()) }),
      drain: () => web.close(),
    },
    {
      name: 'statsd',
      async start() {
        await startListeners(values, adapter, thread);
        for (const { name, grantedBytes } of listeners)
          log.info('listening', { listener: name, grantedBytes });
        setInterval(() => sweep(Date.now()), SWEEP_MS).unref();
        isReady = true;
      },
      async drain() {
        for (const listener of listeners) await listener.close();
        await relay?.close();
      },
    },
  ];
}

function webServer(
  values: SettingsValues,
  { store, theScraper: scraper, reload }: Adapter,
  ready: () => readonly string[],
): WebServer {
  return new WebServer({
    store,
    scraper,
    reload,
    ready,
    openMetrics: values.webOpenmetrics,
    lifecycle: values.webEnableLifecycle,
    address: values.webListenAddress,
    telemetryPath: values.webTelemetryPath,
    quit: () => stop('quit request'),
  });
}
