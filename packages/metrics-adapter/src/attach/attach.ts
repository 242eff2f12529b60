// HotSpot's attach mechanism: a JVM that was started without any flag opens a unix socket when asked to, and starts
// its JMX agent by it. For targets without a JMX port. Protocol: jdk.attach, sun/tools/attach/VirtualMachineImpl.java.
// With -Xrs the socket is there from the start (hotspot, attachListener_linux.cpp), and no signal is needed.
// Invariant: a JVM that does not catch SIGQUIT is never sent one, as it would die of it.

import { access, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, javaProcess, type JavaProcess } from './java-process.ts';

export class AttachRefused extends Error {
  override readonly name = 'AttachRefused';
}

export type AttachOptions = {
  /** Sends the signal; process.kill in the end. */
  readonly signal: (pid: number, signal: 'SIGQUIT') => void;
  /** Asked before; false: only a socket that is there already is used. */
  readonly maySignal?: (jvm: JavaProcess) => boolean;
  readonly timeoutMs?: number;
  readonly proc?: string;
};

/** The longest reply believed: agentProperties is a few hundred bytes. */
const MAX_REPLY_BYTES = 1024 * 1024;

export class AttachedJvm {
  readonly #socket: string;
  readonly #timeoutMs: number;

  constructor(socket: string, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /** One command and its up to three arguments; the answer. @throws Error with the JVM's own words when it failed. */
  async command(name: string, ...args: readonly string[]): Promise<string> {
    const request = ['1', name, args[0] ?? '', args[1] ?? '', args[2] ?? '']
      .map((word) => `${word}\0`)
      .join('');
    const reply = await this.#exchange(request);
    const end = reply.indexOf('\n');
    const code = reply.slice(0, end);
    if (end < 0 || code !== '0')
      throw new Error(`${name}: the JVM answers ${reply.slice(0, 300).trim() || 'nothing'}`);
    return reply.slice(end + 1);
  }

  #exchange(request: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect(this.#socket, () => socket.write(request));
    socket.setTimeout(this.#timeoutMs, () =>
      socket.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)),
    );
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_REPLY_BYTES) socket.destroy(new Error('the answer is too long'));
      chunks.push(chunk);
    });
    socket.on('error', reject).on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
    return promise;
  }
}

/**
 * Attaches to the JVM of this process number.
 * @throws AttachRefused when it would be dangerous or cannot work; Error when the JVM does not open its socket.
 */
export async function attach(pid: number, options: AttachOptions): Promise<AttachedJvm> {
  const { timeoutMs = 5000, proc = '/proc' } = options;
  const jvm = await javaProcess(pid, proc);
  const socket = join(jvm.root, 'tmp', `.java_pid${jvm.ownPid}`);
  if (!(await exists(socket))) await openSocket(jvm, socket, { ...options, timeoutMs });
  return new AttachedJvm(socket, timeoutMs);
}

/** The JVM opens the socket when it finds the file at a SIGQUIT; without the file it would print a thread dump. */
async function openSocket(
  jvm: JavaProcess,
  socket: string,
  options: AttachOptions & { timeoutMs: number },
): Promise<void> {
  if (!jvm.catchesQuit) {
    throw new AttachRefused(
      `process ${jvm.pid} does not catch SIGQUIT (-Xrs, or it is only starting): it would be killed`,
    );
  }
  if (jvm.flags.includes('-XX:+DisableAttachMechanism'))
    throw new AttachRefused(`process ${jvm.pid} was started with -XX:+DisableAttachMechanism`);
  if (options.maySignal?.(jvm) === false)
    throw new AttachRefused(`process ${jvm.pid} was asked before and opened no attach socket`);
  const request = await requestFile(jvm);
  try {
    if (!(await isAlive(jvm, options.proc))) throw new Error(`process ${jvm.pid} has ended`);
    options.signal(jvm.pid, 'SIGQUIT');
    const deadline = performance.now() + options.timeoutMs;
    while (!(await exists(socket))) {
      if (performance.now() > deadline)
        throw new Error(`process ${jvm.pid} opened no attach socket within ${options.timeoutMs} ms`);
      await sleep(10);
    }
  } finally {
    await rm(request, { force: true });
  }
}

async function requestFile(jvm: JavaProcess): Promise<string> {
  const name = `.attach_pid${jvm.ownPid}`;
  const places = [join(jvm.cwd, name), join(jvm.root, 'tmp', name)];
  const faults: unknown[] = [];
  for (const place of places) {
    try {
      await writeFile(place, '', { mode: 0o600 });
      return place;
    } catch (error) {
      faults.push(error);
    }
  }
  throw new AttachRefused(`neither the working directory nor /tmp of process ${jvm.pid} can be written`, {
    cause: faults.at(-1),
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const ADDRESS = 'com.sun.management.jmxremote.localConnectorAddress';

/** Starts the JVM's local JMX agent, when it does not run yet; the serialized stub of its RMIServer. */
export async function startLocalAgent(jvm: AttachedJvm): Promise<Buffer> {
  await jvm.command('jcmd', 'ManagementAgent.start_local');
  const properties = await jvm.command('agentProperties');
  const line = properties.split('\n').find((one) => one.startsWith(`${ADDRESS}=`)) ?? '';
  const address = line
    .slice(ADDRESS.length + 1)
    .replaceAll(/\\(.)/g, '$1')
    .trim();
  const stub = /^service:jmx:rmi:\/\/[^/]*\/stub\/([A-Za-z0-9+/=]+)$/.exec(address)?.[1];
  if (stub === undefined) throw new Error(`the JVM's agent gives no address: ${address || 'none'}`);
  return Buffer.from(stub, 'base64');
}
