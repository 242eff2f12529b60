// A real Prometheus (Debian's package) that scrapes one target each half second, for asking back what it understood.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { findCommand } from './debian.ts';
import { eventually } from './eventually.ts';
import { temporaryDirectory } from './files.ts';

export type QueryResult = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [time: number, value: string];
  readonly histogram?: readonly [time: number, value: { readonly count: string; readonly sum: string }];
};

export type Prometheus = AsyncDisposable & {
  readonly port: number;
  /** An instant query. */
  query(expression: string): Promise<readonly QueryResult[]>;
  /** The number a query gives; NaN when it gives none or several. */
  number(expression: string): Promise<number>;
};

export type PrometheusOptions = {
  readonly target: string;
  /** Further flags, `--enable-feature=native-histograms`. */
  readonly flags?: readonly string[];
};

export async function startPrometheus({ target, flags = [] }: PrometheusOptions): Promise<Prometheus> {
  const program = findCommand('prometheus');
  if (program === undefined) throw new Error('prometheus is not installed');
  const directory = await temporaryDirectory('prometheus');
  const port = await freePort();
  const scrape = `scrape_configs:\n- job_name: test\n  scrape_interval: 500ms\n  scrape_timeout: 500ms\n`;
  writeFileSync(directory.file('prometheus.yml'), `${scrape}  static_configs:\n  - targets: ['${target}']\n`);
  const child = spawn(
    program,
    [
      `--config.file=${directory.file('prometheus.yml')}`,
      `--storage.tsdb.path=${directory.file('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(child, 'exit');
  const query = async (expression: string): Promise<readonly QueryResult[]> => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer: { status: string; error?: string; data: { result: QueryResult[] } } = JSON.parse(
      await (await fetch(url)).text(),
    );
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data.result;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await directory.remove();
  };
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`prometheus ended: ${log}`);
        if ((await fetch(`http://127.0.0.1:${port}/-/ready`)).status !== 200)
          throw new Error(`not ready: ${log}`);
      },
      { withinMs: 30_000 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    query,
    number: async (expression) => {
      const results = await query(expression);
      return results.length === 1 ? Number(results[0]?.value?.[1]) : NaN;
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
