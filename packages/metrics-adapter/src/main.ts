// metrics-adapter: StatsD -> Prometheus. Settings -> parts -> lifecycle; everything else is in the parts.
import { readFileSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, workerData } from 'node:worker_threads';
import { formatAddress } from '@podmate/base/address';
import { SettingErrors, explain } from '@podmate/base/errors';
import { type Part, configure, run, stop, watchMounted } from '@podmate/base/lifecycle';
import { type Log, createLog } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import root from '../../../package.json' with { type: 'json' };
import { type Adapter, type Ground, makeAdapter } from './adapter.ts';
import { translateArguments } from './exporter-arguments.ts';
import { metrics } from './metrics.ts';
import { type SettingsValues, settings } from './settings.ts';
import type { DatagramThread } from './statsd/datagram-thread.ts';
import { dialectOf } from './statsd/dialect.ts';
import { explainLine, runMappingTest } from './statsd/explain.ts';
import { receiveLoop } from './statsd/receive-loop.ts';
import { chooseReceiver, startListeners } from './statsd/receiving.ts';
import { WebServer } from './web/server.ts';

const SWEEP_MS = 1000;

async function main(): Promise<void> {
  const argv = translateArguments(process.argv.slice(2));
  const loaded = await configure(settings, { version: root.version, argv });
  const { values, secrets } = loaded;
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  let thread: DatagramThread | undefined;
  const ground: Ground = {
    version: root.version,
    log,
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
    pause: () => nextTurn(),
    ringFull: () => thread?.full ?? 0,
  };
  if (values.explain !== undefined)
    return say(explainLine(values.explain, makeAdapter(values, ground), dialectOf(values)));
  if (values.mappingTest !== undefined)
    return mappingTest(values.mappingTest, () => makeAdapter(values, ground));
  const adapter = makeAdapter(values, ground);
  log.info('starting', { version: root.version, rules: adapter.mapping().ruleCount, ...changed(loaded) });
  thread = chooseReceiver(values, adapter, log, { entry: process.argv[1] ?? '', ffi: nodeFfi() }, (error) => {
    log.error('the receive thread ended', { error });
    stop('the receive thread ended', 70);
  });
  process.on('SIGHUP', () => adapter.reload());
  if (values.statsdMappingConfig !== undefined)
    watchMounted([values.statsdMappingConfig], () => adapter.reload(), { pollMs: 1000 });
  await run(parts(values, adapter, thread, log), {
    log,
    settings: values,
    metrics: registry(metrics, adapter),
  });
}

function parts(
  values: SettingsValues,
  adapter: Adapter,
  thread: DatagramThread | undefined,
  log: Log,
): Part[] {
  let isReady = false;
  const { store, theScraper: scraper, listeners, reload } = adapter;
  const web = new WebServer({
    store,
    scraper,
    reload,
    openMetrics: values.webOpenmetrics,
    lifecycle: values.webEnableLifecycle,
    address: values.webListenAddress,
    telemetryPath: values.webTelemetryPath,
    ready: () => (isReady ? [] : ['starting']),
    quit: () => stop('quit request'),
  });
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
        setInterval(() => store.expire(Date.now()), SWEEP_MS).unref();
        isReady = true;
      },
      async drain() {
        for (const listener of listeners) await listener.close();
        await adapter.relay?.close();
      },
    },
  ];
}

function mappingTest(path: string, make: () => Adapter): void {
  const { text, passed } = runMappingTest(path, readFileSync(path, 'utf8'), make);
  say(text);
  process.exitCode = passed ? 0 : 1;
}

const nodeFfi = () => process.getBuiltinModule('node:ffi');

const say = (text: string): void => void writeSync(1, text);

function fail(error: unknown): never {
  const lines =
    error instanceof SettingErrors ? error.errors.map(({ message }) => message) : [explain(error)];
  writeSync(2, lines.map((line) => `metrics-adapter: ${line}\n`).join(''));
  process.exit(64);
}

if (isMainThread) main().catch(fail);
else receiveLoop(workerData, nodeFfi());
