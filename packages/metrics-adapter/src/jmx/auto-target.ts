// The best way to a JVM of which nothing was said: its own JMX port, else attach, else its counters in /proc.
// For a setting such as target=auto. Says which way it took, and why not a better one.

import { attach, type AttachOptions, startLocalAgent } from '../attach/attach.ts';
import { type JavaProcess, javaProcesses, jmxPortOf } from '../attach/java-process.ts';
import { readPerfCounters } from '../hsperfdata/perf-file.ts';
import { JmxSession, type SessionOptions } from './session.ts';

export type AutoTarget = {
  /** Refused ways, best first, each with the reason. */
  readonly refused: readonly string[];
  readonly jvm: JavaProcess;
} & (
  | { readonly tier: 'port' | 'attach'; readonly session: SessionOptions }
  | { readonly tier: 'hsperfdata' }
);

export type AutoOptions = AttachOptions & {
  /** Of the JVM; undefined: the only one there is. */
  readonly pid?: number;
  readonly session?: Partial<SessionOptions>;
};

/** @throws Error when there is no JVM, when there are several and none was named, and when no way works. */
export async function autoTarget(options: AutoOptions): Promise<AutoTarget> {
  const jvm = await only(options);
  const refused: string[] = [];
  const common = { host: '127.0.0.1', ...options.session };
  const port = jmxPortOf(jvm);
  if (port === undefined) refused.push('port: it was started without com.sun.management.jmxremote.port');
  else {
    const session = { ...common, port };
    const why = await fault(tryOut(session));
    if (why === undefined) return { tier: 'port', jvm, session, refused };
    refused.push(`port ${port}: ${why}`);
  }
  try {
    const stub = await startLocalAgent(await attach(jvm.pid, options));
    const session = { ...common, port: 0, stub };
    await tryOut(session);
    return { tier: 'attach', jvm, session, refused };
  } catch (error) {
    refused.push(`attach: ${message(error)}`);
  }
  const why = await fault(readPerfCounters(jvm));
  if (why === undefined) return { tier: 'hsperfdata', jvm, refused };
  throw new Error(`no way to process ${jvm.pid}: ${[...refused, `hsperfdata: ${why}`].join('; ')}`);
}

async function only({ pid, proc }: AutoOptions): Promise<JavaProcess> {
  const found = (await javaProcesses(proc)).filter((one) => pid === undefined || one.pid === pid);
  const [first] = found;
  if (first === undefined) {
    throw new Error(
      pid === undefined
        ? 'no JVM to be seen: share the process namespace and the user id'
        : `process ${pid} is no JVM`,
    );
  }
  if (found.length > 1) throw new Error(`several JVMs (${found.map((one) => one.pid).join(', ')}): name one`);
  return first;
}

async function tryOut(options: SessionOptions): Promise<void> {
  const session = new JmxSession(options);
  await session.call((out, requests) => requests.plain(out, 'getDefaultDomain'));
  await session.close();
}

/** Why it failed, or undefined. */
async function fault(attempt: Promise<unknown>): Promise<string | undefined> {
  try {
    await attempt;
    return undefined;
  } catch (error) {
    return message(error);
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
