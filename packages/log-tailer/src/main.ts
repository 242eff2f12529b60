// log-tailer: files -> stdout. Settings -> parts -> lifecycle; everything else is in the parts.
import { probe } from '@podmate/base/admin';
import { SettingError } from '@podmate/base/errors';
import { configure, type Part, run, stop, watchSettings } from '@podmate/base/lifecycle';
import { createLog, type Log } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import root from '../../../package.json' with { type: 'json' };
import { ByteKernel } from './byte-kernel.ts';
import { openCheckpoint } from './checkpoint-place.ts';
import { Delivery } from './delivery.ts';
import { eventLog } from './event-log.ts';
import { Follow } from './follow.ts';
import { ESCAPES } from './json-escape.ts';
import { metrics } from './metrics.ts';
import { planFollow, planInputs, planRun } from './plan.ts';
import { ProcessWatch } from './process-watch.ts';
import { type LoadedSettings, settings } from './settings.ts';
import { StdoutSink } from './stdout-sink.ts';
import { readCall } from './tail-arguments.ts';
import { Tailer } from './tailer.ts';

async function main(): Promise<void> {
  const call = readCall(process.argv.slice(1));
  if (call.refused !== undefined) fail(call.refused);
  const isProbe = call.argv[0] === 'health';
  const loaded = await configure(settings, {
    version: root.version,
    argv: isProbe ? ['--include', 'none', ...call.argv.slice(1)] : call.argv,
    ...(call.asTail && { defaults: { lines: '10', logLevel: 'warn' } }),
  });
  if (isProbe) return health(loaded);
  const { values, secrets } = loaded;
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  log.info('starting', { version: root.version, ...changed(loaded) });
  await run(...parts(loaded, call.asTail, log));
}

function parts(loaded: LoadedSettings, asTail: boolean, log: Log): Parameters<typeof run> {
  const { values } = loaded;
  const { once, checkpoint, headers } = planRun(values, asTail);
  const plan = planInputs(values);
  const follow = new Follow({
    ...planFollow(values),
    inputs: plan.inputs,
    checkpoint: openCheckpoint(checkpoint, plan.include, log),
    report: eventLog(log),
  });
  const kernel = new ByteKernel(ESCAPES);
  let formats = plan.makeFormats(follow.stats, kernel);
  const sink = new StdoutSink(1, (error) => log.warn('stdout is full, trying again', { error }));
  const delivery = new Delivery({ follow, sink, kernel, formats, headers });
  const tailer = new Tailer({ follow, delivery, log, lingerMs: values.linger, once });
  const all: Part[] = [tailer];
  if (values.pid.length > 0) all.push(new ProcessWatch(values.pid, () => stop('watched process ended')));
  watchSettings(loaded, log, (renewed) => {
    const next = planInputs(renewed);
    const more = next.makeFormats(follow.stats, kernel);
    delivery.useFormats(more);
    follow.replaceInputs(next.inputs);
    formats = new Map([...formats, ...more]);
  });
  const options = {
    log,
    settings: values,
    metrics: registry(metrics, { follow, sink, formats: () => formats.values() }),
    ready: () => tailer.ready(),
    warnings: () => tailer.warnings(),
  };
  return [all, options];
}

/** `log-tailer health`: asks the running one, for exec probes where there is no curl. */
async function health({ values }: LoadedSettings): Promise<void> {
  if (values.adminListen === undefined) fail('health: --admin-listen is off; set LOG_TAILER_ADMIN_LISTEN');
  const { ok, text } = await probe(values.adminListen);
  createLog()[ok ? 'debug' : 'error']('not ready', { text });
  process.exitCode = ok ? 0 : 1;
}

function fail(what: string): never {
  createLog().error(what);
  process.exit(64);
}

main().catch((error: unknown) => {
  if (!(error instanceof SettingError)) throw error;
  fail(error.message);
});
