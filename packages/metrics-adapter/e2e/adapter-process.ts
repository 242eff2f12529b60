// A metrics-adapter as a process: started on free ports of loopback, asked, ended. For e2e tests (running.ts) and the race.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '@podmate/testkit/eventually';
import { type ScrapedPage, parsePrometheusText } from '@podmate/testkit/prometheus-text';

const EPHEMERAL = [
  '--statsd.listen-udp=127.0.0.1:0',
  '--statsd.listen-tcp=127.0.0.1:0',
  '--web.listen-address=127.0.0.1:0',
];

export type Running = AsyncDisposable & {
  readonly process: ChildProcess;
  readonly webPort: number;
  /** 0 where it does not listen. */
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly log: () => string;
  get(path: string, init?: RequestInit): Promise<Response>;
  scrape(path?: string): Promise<ScrapedPage>;
  /** SIGTERM. @returns the exit code */
  end(): Promise<number | null>;
};

/** `program`: a bundle, as an image has it. `before`: flags in front, which keep it off fixed ports. */
export async function startProgram(
  program: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv = {},
  before: readonly string[] = EPHEMERAL,
): Promise<Running> {
  const child = spawn(process.execPath, [program, ...before, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(child, 'exit');
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    await exited;
    return child.exitCode;
  };
  try {
    await eventually(() => {
      if (child.exitCode !== null) return;
      if (!log.includes('msg=started')) throw new Error(`not started: ${log}`);
    });
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${log}`);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const portOf = (pattern: RegExp): number => Number(pattern.exec(log)?.[1] ?? 0);
  const webPort = portOf(/msg=serving address=\S+:(\d+)/);
  const get = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${webPort}${path}`, init);
  return {
    process: child,
    webPort,
    udpPort: portOf(/listener="udp \S+:(\d+)"/),
    tcpPort: portOf(/listener="tcp \S+:(\d+)"/),
    log: () => log,
    get,
    scrape: async (path = '/metrics') => {
      const response = await get(path);
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
      return parsePrometheusText(await response.text());
    },
    end,
    [Symbol.asyncDispose]: async () => void (child.exitCode === null && (await end())),
  };
}

/** Runs it to its end. */
export async function runProgram(
  program: string,
  flags: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
