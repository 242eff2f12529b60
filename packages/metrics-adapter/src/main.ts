// metrics-adapter: StatsD -> Prometheus. Settings -> parts -> lifecycle; everything else is in the parts.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread, workerData } from 'node:worker_threads';
import { probe } from '@podmate/base/admin';
import { SettingErrors, explain } from '@podmate/base/errors';
import { configure, run, stop, watchMounted } from '@podmate/base/lifecycle';
import { type Log, createLog } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import root from '../../../package.json' with { type: 'json' };
import { type Adapter, type Ground, makeAdapter } from './adapter.ts';
import { translateArguments } from './exporter-arguments.ts';
import { askBeans, questionOf } from './jmx-source/ask-beans.ts';
import { metrics } from './metrics.ts';
import { partsOf } from './parts.ts';
import { type LoadedSettings, effectiveValues, receivesStatsd, ruleFiles, settings } from './settings.ts';
import type { DatagramThread } from './statsd/datagram-thread.ts';
import { dialectOf } from './statsd/dialect.ts';
import { explainLine, runMappingTest } from './statsd/explain.ts';
import { receiveLoop } from './statsd/receive-loop.ts';
import { chooseReceiver } from './statsd/receiving.ts';

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  const isProbe = command === 'health';
  const argv = translateArguments(isProbe ? rest : process.argv.slice(2));
  const loaded = await configure(settings, { version: root.version, argv });
  if (isProbe) return health(loaded);
  const { secrets } = loaded;
  const values = effectiveValues(loaded);
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  let thread: DatagramThread | undefined;
  const ground: Ground = {
    version: root.version,
    log,
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
    pause: () => nextTurn(),
    ringFull: () => thread?.full ?? 0,
    variable: (name) => process.env[name],
    signal: (pid, name) => void process.kill(pid, name),
  };
  const question = questionOf(values);
  if (question !== undefined) {
    const { text, isAnswered } = await askBeans(question, values, ground);
    process.exitCode = isAnswered ? 0 : 1;
    return say(text);
  }
  if (values.explain !== undefined)
    return say(explainLine(values.explain, makeAdapter(values, ground), dialectOf(values)));
  if (values.mappingTest !== undefined)
    return mappingTest(values.mappingTest, () => makeAdapter(values, ground));
  const adapter = makeAdapter(values, ground);
  log.info('starting', {
    version: root.version,
    rules: adapter.mapping().ruleCount,
    targets: adapter.jmx?.targets.map(({ name }) => name).join(' '),
    ...changed(loaded),
  });
  if (values.debugDumpFsm !== '') dumpRules(values.debugDumpFsm, adapter, log);
  const failed = (error: Error): void => {
    log.error('the receive thread ended', { error });
    stop('the receive thread ended', 70);
  };
  if (receivesStatsd(values))
    thread = chooseReceiver(values, adapter, log, { entry: process.argv[1] ?? '', ffi: nodeFfi() }, failed);
  process.on('SIGHUP', () => adapter.reload());
  const files = ruleFiles(values);
  if (files.length > 0) watchMounted(files, () => adapter.reload(), { pollMs: 1000 });
  await run(partsOf(values, adapter, { ...ground, thread, https }), {
    log,
    settings: values,
    metrics: registry(metrics, adapter),
  });
}

/** That it cannot be written is told; nothing depends on it. */
function dumpRules(path: string, adapter: Adapter, log: Log): void {
  try {
    writeFileSync(path, adapter.mapping().graph());
  } catch (error) {
    log.error('the rules could not be written', { path, error });
  }
}

function mappingTest(path: string, make: () => Adapter): void {
  const { text, passed } = runMappingTest(path, readFileSync(path, 'utf8'), make);
  say(text);
  process.exitCode = passed ? 0 : 1;
}

/** `metrics-adapter health`: asks the running one, for exec probes where there is no curl. */
async function health({ values: { adminListen } }: LoadedSettings): Promise<void> {
  if (adminListen === undefined)
    return fail(new Error('health: --admin-listen is off; set METRICS_ADAPTER_ADMIN_LISTEN'));
  const { ok, text } = await probe(adminListen);
  if (!ok) writeSync(2, `metrics-adapter: not ready: ${text}`);
  process.exitCode = ok ? 0 : 1;
}

const https = () => process.getBuiltinModule('node:https');
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
