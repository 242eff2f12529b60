// What of one adapter lives and dies, in the order in which it starts: first whoever scrapes gets an answer, then the
// sockets open. It ends in reverse: what has arrived is counted before the last scrape is answered.
import { formatAddress } from '@podmate/base/address';
import { type Part, stop, watchMounted } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import type { Adapter } from './adapter.ts';
import type { Variable } from './jmx-source/rule-file.ts';
import { type SettingsValues, loadWeb, receivesStatsd } from './settings.ts';
import type { DatagramThread } from './statsd/datagram-thread.ts';
import { StateFile } from './state-file.ts';
import { startListeners } from './statsd/receiving.ts';
import { type WebOptions, WebServer } from './web/server.ts';

const SWEEP_MS = 1000;

export type PartsGround = {
  readonly log: Log;
  readonly thread: DatagramThread | undefined;
  readonly https: WebOptions['https'];
  readonly pause: () => Promise<void>;
  readonly variable: Variable;
};

export function partsOf(values: SettingsValues, adapter: Adapter, ground: PartsGround): Part[] {
  const { log, thread } = ground;
  let isReady = false;
  const web = webServer(values, adapter, ground, () => (isReady ? [] : ['starting']));
  const { sweep, listeners, relay, jmx } = adapter;
  return [
    ...(values.stateFile === undefined
      ? []
      : [statePart(values.stateFile, values.stateInterval, adapter, log)]),
    ...(jmx === undefined ? [] : [{ name: 'jmx', start: () => jmx.start(), drain: () => jmx.close() }]),
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

/** Loaded before anybody scrapes, saved when nothing changes any more. */
function statePart(path: string, everyMs: number, { store }: Adapter, log: Log): Part {
  const state = new StateFile(path, store, log);
  return {
    name: 'state',
    start() {
      state.load();
      setInterval(() => void state.save(), everyMs).unref();
    },
    drain: () => state.save(),
  };
}

function webServer(
  values: SettingsValues,
  { store, theScraper: scraper, reload, jmx }: Adapter,
  { https, pause, log, variable }: PartsGround,
  ready: () => readonly string[],
): WebServer {
  const { config, path } = loadWeb(values, variable);
  const web = new WebServer({
    config,
    https,
    pause,
    store,
    scraper,
    collect: async (timeoutMs) => jmx?.collect(timeoutMs),
    reload,
    ready,
    allowed: { openMetrics: values.webOpenmetrics, utf8: values.names === 'utf8' },
    lifecycle: values.webEnableLifecycle,
    address: values.webListenAddress,
    telemetryPath: path,
    quit: () => stop('quit request'),
    name: receivesStatsd(values) ? 'Statsd Exporter' : 'Metrics Adapter', // probes of statsd_exporter may look at it
  });
  if (config.files.length > 0)
    watchMounted(config.files, () => {
      try {
        web.reconfigure(loadWeb(values, variable).config);
        log.info('web configuration reloaded');
      } catch (error) {
        log.error('web configuration not reloaded, the old one stays', { error });
      }
    });
  return web;
}
