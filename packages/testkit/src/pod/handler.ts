// Carries out what a probe or a lifecycle hook says: a program inside the container, a request or a connection to the pod's
// address, a pause. Defaults are kubelet's: path /, its headers.
// `host` is no part of it: kubelet asks it from the node, where a loopback address or a name means something else.

import { tryDocker } from './engine.ts';
import type { Holder } from './holder.ts';
import type { HolderAnswer } from './holder-program.ts';
import { paused } from './probe.ts';
import type { ContainerSpec, Handler } from './pod-spec.ts';

export type HandlerTarget = {
  readonly spec: ContainerSpec;
  readonly holder: Holder;
  /** The engine's name of the container as it runs now. */
  readonly engineName: string;
  /** Aborts when it has ended. */
  readonly life: AbortSignal;
};

/** Does it once; resolves to how it went, never throws. */
export async function carryOut(
  handler: Handler,
  target: HandlerTarget,
  timeoutMs: number,
): Promise<HolderAnswer> {
  try {
    return await attempt(handler, target, timeoutMs);
  } catch (error) {
    return { ok: false, detail: String(error) };
  }
}

async function attempt(handler: Handler, target: HandlerTarget, timeoutMs: number): Promise<HolderAnswer> {
  const { exec, httpGet, tcpSocket, sleep: pause } = handler;
  const { holder, spec } = target;
  if (exec !== undefined) return runInside(exec.command, target.engineName, timeoutMs);
  if (pause !== undefined) {
    await paused(pause.seconds * 1000, target.life);
    return { ok: true, detail: '' };
  }
  const host = holder.addresses.podIP;
  if (tcpSocket !== undefined) {
    return holder.ask({ ask: 'tcp', host, port: portNumber(spec, tcpSocket.port), timeoutMs });
  }
  if (httpGet === undefined) return { ok: false, detail: 'it says nothing to do' };
  const { port, path = '/', scheme = 'HTTP', httpHeaders = [] } = httpGet;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const request = { scheme, host, port: portNumber(spec, port), path: path.replace(/^(?!\/)/, '/') };
  return holder.ask({
    ask: 'http',
    ...request,
    headers: { 'User-Agent': 'kube-probe/1', Accept: '*/*', ...headers },
    timeoutMs,
  });
}

/** A port by number, or by the name one of the container's ports has. Throws when none has it. */
export function portNumber({ ports = [] }: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port;
  const found = ports.find(({ name }) => name === port);
  if (found === undefined) throw new Error(`a probe or hook asks port ${port}, which it does not declare`);
  return found.containerPort;
}

/** A program that takes too long is given up, not ended: the engine has no way to. */
async function runInside(
  command: readonly string[],
  engineName: string,
  timeoutMs: number,
): Promise<HolderAnswer> {
  const { code, stdout, stderr } = await tryDocker(['exec', engineName, ...command], timeoutMs);
  if (code === 0) return { ok: true, detail: '' };
  if (code === null) return { ok: false, detail: `no end within ${timeoutMs} ms` };
  return { ok: false, detail: `exit code ${code}: ${`${stdout}${stderr}`.trim()}` };
}
