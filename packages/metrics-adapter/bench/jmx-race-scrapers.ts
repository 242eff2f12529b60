// Who takes part in the JMX race: our client alone, the whole program over HTTP, and the Java client. Each scrapes when it is
// told to and says how many series it saw. For jmx-race.ts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { startProgram } from '../e2e/adapter-process.ts';
import { classesOf } from '../e2e/jvm.ts';
import { bundle } from '../../../docker/bundle.ts';

export type Scraper = AsyncDisposable & {
  readonly pid: number;
  readonly isPeer: boolean;
  /** So many scrapes, one after another. @returns mean milliseconds of one */
  scrape(times: number): Promise<number>;
  /** How many the last scrape had. */
  series(): Promise<number>;
  /** After a garbage collection. */
  heapBytes?(): Promise<number>;
};

export type Task = {
  readonly host: string;
  readonly port: number;
  /** A jmx_exporter file, and the same for the Java client. */
  readonly yaml: string;
  readonly query: string;
  readonly rules: readonly (readonly [pattern: string, name: string])[];
};

/** Programs, bundled as images have them. */
export type Builds = { readonly adapter: string; readonly client: string; readonly folder: string };

export async function builds(folder: string): Promise<Builds> {
  const { file: adapter } = await bundle({ name: 'metrics-adapter', bundleBudgetBytes: Infinity }, folder);
  const client = join(folder, 'client.cjs');
  const entryPoints = [join(import.meta.dirname, 'jmx-race-client.ts')];
  await build({ entryPoints, outfile: client, bundle: true, platform: 'node', format: 'cjs' });
  return { adapter, client, folder };
}

/** As the images start Node. */
const V8 = '--max-semi-space-size=2 --v8-pool-size=1';
const ENV = { MALLOC_ARENA_MAX: '1' };

/** A process that answers each line with one. */
function lineProcess(command: string, args: readonly string[]) {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...ENV },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<string[]> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${command} ended`);
    return value.split(' ');
  };
  let seen = 0;
  return {
    pid: child.pid ?? 0,
    ask,
    series: () => Promise.resolve(seen),
    async scrape(times: number): Promise<number> {
      const [, series, , ms] = await ask(`scrape ${times}`);
      seen = Number(series);
      return Number(ms);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function startClient({ client }: Builds, { host, port, yaml }: Task): Promise<Scraper> {
  const args = [...V8.split(' '), '--expose-gc', client, host, String(port), yaml];
  const { ask, ...own } = lineProcess(process.execPath, args);
  return Promise.resolve({ ...own, isPeer: false, heapBytes: async () => Number((await ask('heap'))[1]) });
}

async function startAdapter({ adapter, folder }: Builds, { host, port, yaml }: Task): Promise<Scraper> {
  const rules = join(folder, `rules-${port}.yaml`);
  writeFileSync(rules, yaml);
  const flags = [
    `--jmx.target=${host}:${port}`,
    `--jmx.config=${rules}`,
    '--jmx.timeout=60s',
    '--max-series=1000000',
    '--max-series-per-metric=1000000',
  ];
  const env = { ...ENV, NODE_OPTIONS: `${V8} --disable-warning=ExperimentalWarning` };
  const running = await startProgram(adapter, flags, env, ['--web.listen-address=127.0.0.1:0']);
  let page = '';
  return {
    pid: running.process.pid ?? 0,
    isPeer: false,
    series: () => Promise.resolve(Number(/^metrics_adapter_jmx_series\S* (\d+)$/m.exec(page)?.[1])),
    async scrape(times) {
      const began = performance.now();
      for (let i = 0; i < times; i++) page = await (await running.get('/metrics')).text();
      return (performance.now() - began) / times;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

function startPeer(_builds: Builds, { host, port, query, rules }: Task): Promise<Scraper> {
  const classes = classesOf('peer', join(import.meta.dirname, 'fixtures'));
  const args = [
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-cp',
    classes,
    'Peer',
    `${host}:${port}`,
    query,
    ...rules.flat(),
  ];
  return Promise.resolve({ ...lineProcess('java', args), isPeer: true });
}

/** The Java client last: the others are told as parts of what it takes. */
export const WAYS: readonly {
  readonly name: string;
  readonly start: (builds: Builds, task: Task) => Promise<Scraper>;
}[] = [
  { name: 'the JMX client alone', start: startClient },
  { name: 'metrics-adapter, over HTTP', start: startAdapter },
  { name: 'Java client', start: startPeer },
];
