// The adapter, started: settings -> parts -> lifecycle. Apart from main.ts, so that the command awk loads none of it.
import type { Worker } from 'node:worker_threads';
import { configure, type Part, run, watchSettings } from '@podmate/base/lifecycle';
import { createLog, type Log } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import { openCheckpoint } from '@podmate/log-tailer/checkpoint-place';
import { eventLog } from '@podmate/log-tailer/event-log';
import { Follow } from '@podmate/log-tailer/follow';
import { followOptions } from '@podmate/log-tailer/follow-settings';
import { ByteFramer } from '@podmate/log-tailer/line-framer';
import { StdoutSink } from '@podmate/log-tailer/stdout-sink';
import { startPosition } from '@podmate/log-tailer/tail-arguments';
import { Adapter } from './adapter.ts';
import { CompiledSettings } from './compiled-settings.ts';
import { Delivery } from './delivery.ts';
import { FollowedInput } from './input/followed-input.ts';
import type { LineInput } from './input/line-input.ts';
import { StdinInput } from './input/stdin-input.ts';
import { metrics } from './metrics.ts';
import { readOperands } from './operands.ts';
import { type LoadedSettings, settings, type SettingsValues } from './settings.ts';
import { InlineStage, type Stage } from './stage.ts';
import type { ThreadData } from './thread/thread-run.ts';
import { ThreadStage } from './thread/thread-stage.ts';
import type { Blueprint } from './transform/compile-transform.ts';
import { LineCounts } from './transform/line-transform.ts';
import type { Surroundings } from './transform/surroundings.ts';

const FRAMER = new ByteFramer(0x0a);

export type Start = {
  /** Starts this program again, on a thread. */
  readonly startThread: (data: ThreadData) => Worker;
  readonly argv: readonly string[];
  readonly version: string;
  readonly surroundings: Surroundings;
};

export async function startAdapter(start: Start): Promise<number> {
  const { argv, version } = start;
  const [command = '', ...rest] = argv;
  if (command === 'test' || command === 'explain' || command === 'health') {
    const commands = await import('./commands.ts');
    return commands[command]({ ...start, argv: rest });
  }
  const compiled = new CompiledSettings(start.surroundings);
  const loaded = await configure(compiled.table, { version, argv });
  const { values, secrets } = loaded;
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  log.info('starting', { version, ...changed(loaded) });
  for (const warning of compiled.blueprintOf(values).warnings) log.warn(warning);
  return run(...parts(loaded, start, compiled, log));
}

function parts(
  loaded: LoadedSettings,
  { startThread }: Start,
  compiled: CompiledSettings,
  log: Log,
): Parameters<typeof run> {
  const { values } = loaded;
  const counts = new LineCounts();
  const input = inputOf(values, log);
  const sink = new StdoutSink(1, (error) => log.warn('stdout is full, trying again', { error }));
  const stageOf = (of: SettingsValues): Stage =>
    makeStage(of, compiled.blueprintOf(of), { startThread, counts, log });
  const stage = stageOf(values);
  const delivery = new Delivery({ input, stage, sink, idleMs: values.multilineTimeout });
  const all: Part[] = [new Adapter({ input, delivery, log, drainTimeoutMs: values.drainTimeout })];
  watchSettings(loaded, log, (renewed) => {
    delivery.useStage(stageOf(renewed));
  });
  const options = {
    log,
    settings: values,
    metrics: registry(metrics, { input, delivery, sink, counts }),
    ready: () => input.ready(),
    warnings: () => input.warnings(),
  };
  return [all, options];
}

/** On this thread where it cannot keep it; else on one of its own. */
function makeStage(
  values: SettingsValues,
  blueprint: Blueprint,
  { startThread, counts, log }: Pick<Start, 'startThread'> & { counts: LineCounts; log: Log },
): Stage {
  if (!blueprint.needsThread) return new InlineStage(blueprint.make(counts, log));
  const logging = { level: values.logLevel, format: values.logFormat };
  return new ThreadStage({
    start: (shared) => startThread({ kind: 'transform', values, logging, shared }),
    counts,
  });
}

function inputOf(values: SettingsValues, log: Log): LineInput {
  const { files } = readOperands(values);
  if (files.length === 0) return new StdinInput(0);
  const once = values.once || !values.follow;
  const checkpoint = once && values.checkpoint === 'auto' ? 'off' : values.checkpoint;
  const input = {
    exclude: values.exclude,
    framer: FRAMER,
    skipNul: true,
    gzip: false,
    byName: true,
    startAt: startPosition(values),
    ignoreOlderMs: values.ignoreOlder ?? Infinity,
    multilineTimeoutMs: Infinity,
    partialTimeoutMs: Infinity,
  };
  const followed = (include: readonly string[]): Follow =>
    new Follow({
      ...followOptions(values),
      inputs: [{ ...input, include }],
      endWhenRemoved: false,
      checkpoint: openCheckpoint(checkpoint, include, log, settings.name),
      report: eventLog(log),
    });
  const follows = once ? files.map((file) => followed([file])) : [followed(files)];
  return new FollowedInput({ follows, files, once, lingerMs: values.linger, log });
}
