// The best way to a JVM of which nothing was said: its own JMX port, else attach, else its counters in /proc.
// For a setting such as target=auto. Says which way it took, and why not a better one.
// Which JVM: the only one, or the only one of the name that was given. Several are an error that names them: a series
// should not get another identity because somebody ran a second JVM for a moment.

import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { attach, type AttachOptions, startLocalAgent } from '../attach/attach.ts';
import {
  isJdkTool,
  type JavaProcess,
  javaProcess,
  javaProcesses,
  jmxHostOf,
  jmxPortOf,
} from '../attach/java-process.ts';
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
  /** Number or main class (or the jar) of the JVM; undefined: the only one there is. */
  readonly which?: number | string | undefined;
  /** Only look at counters: never dial, never attach. */
  readonly countersOnly?: boolean;
  readonly session?: Partial<SessionOptions>;
};

/** @throws Error when there is no JVM, when several fit, and when no way works. */
export async function autoTarget(options: AutoOptions): Promise<AutoTarget> {
  const jvm = await chooseJvm(options);
  const refused: string[] = [];
  if (options.countersOnly !== true) {
    for (const way of [overPort, overAttach]) {
      try {
        return { ...(await way(jvm, options)), jvm, refused };
      } catch (error) {
        refused.push(`${way === overPort ? 'port' : 'attach'}: ${message(error)}`);
      }
    }
  }
  try {
    await readPerfCounters(jvm);
    return { tier: 'hsperfdata', jvm, refused };
  } catch (error) {
    const reasons = [...refused, `hsperfdata: ${message(error)}`].join('; ');
    throw new Error(`no way to process ${jvm.pid} (${jvm.main}): ${reasons}`, { cause: error });
  }
}

type JmxWay = Extract<AutoTarget, { session: SessionOptions }>;

async function overPort(jvm: JavaProcess, options: AutoOptions): Promise<Pick<JmxWay, 'tier' | 'session'>> {
  const port = jmxPortOf(jvm);
  if (port === undefined) throw new Error('it was started without com.sun.management.jmxremote.port');
  await requireNetwork(jvm, options);
  const session = { host: jmxHostOf(jvm) ?? '127.0.0.1', ...options.session, port };
  await tryOut(session);
  return { tier: 'port', session };
}

async function overAttach(jvm: JavaProcess, options: AutoOptions): Promise<Pick<JmxWay, 'tier' | 'session'>> {
  await requireNetwork(jvm, options); // its agent listens on its loopback
  const stub = await startLocalAgent(await attach(jvm.pid, options));
  const session = { ...options.session, host: '127.0.0.1', port: 0, stub };
  await tryOut(session);
  return { tier: 'attach', session };
}

/** A port of the same number in our network is another process. @throws Error */
async function requireNetwork(jvm: JavaProcess, { proc = '/proc' }: AutoOptions): Promise<void> {
  const network = (pid: string): Promise<string> => readlink(join(proc, pid, 'ns/net')).catch(() => '');
  const [own, its] = [await network('self'), await network(String(jvm.pid))];
  if (own !== '' && its !== '' && own !== its) throw new Error('it is in another network namespace than we');
}

async function chooseJvm({ which, proc }: AutoOptions): Promise<JavaProcess> {
  if (typeof which === 'number') return javaProcess(which, proc);
  const all = (await javaProcesses(proc)).filter((one) => !isJdkTool(one));
  const found = which === undefined ? all : all.filter(({ main }) => isCalled(main, which));
  const [first] = found;
  if (first === undefined) {
    if (all.length > 0) throw new Error(`no JVM is called ${which}: there are ${named(all)}`);
    throw new Error('no JVM to be seen: share the process namespace and the user id');
  }
  if (found.length > 1)
    throw new Error(`several JVMs (${named(found)}): name one, auto:${first.main} or pid:${first.pid}`);
  return first;
}

const named = (some: readonly JavaProcess[]): string =>
  some.map(({ pid, main }) => `${pid} ${main}`).join(', ');

/** `kafka.Kafka` by this name or `Kafka`, `/app/shop-1.2.jar` by `shop-1.2.jar` or `shop-1.2`. */
function isCalled(main: string, name: string): boolean {
  return main === name || main === `${name}.jar` || main.endsWith(`.${name}`);
}

async function tryOut(options: SessionOptions): Promise<void> {
  const session = new JmxSession(options);
  try {
    await session.call((out, requests) => requests.plain(out, 'getDefaultDomain'));
  } finally {
    await session.close();
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
