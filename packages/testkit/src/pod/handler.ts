// Carries out what a probe or a lifecycle hook says: a program inside the container, a request or a connection to the pod's
// address, a pause. Defaults are kubelet's: the pod's own address, path /, its User-Agent's first word.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Holder } from './holder.ts';
import type { HolderAnswer } from './holder-program.ts';
import type { ContainerSpec, Handler } from './pod-spec.ts';

export type HandlerTarget = {
  readonly spec: ContainerSpec;
  readonly holder: Holder;
  /** The engine's name of the container as it runs now. */
  readonly engineName: string;
};

/** Does it once; resolves to how it went, never throws. */
export async function carryOut(
  handler: Handler,
  target: HandlerTarget,
  timeoutMs: number,
): Promise<HolderAnswer> {
  const { exec, httpGet, tcpSocket, sleep: pause } = handler;
  const { holder, spec } = target;
  if (exec !== undefined) return runInside(exec.command, target.engineName, timeoutMs);
  if (pause !== undefined) {
    await sleep(pause.seconds * 1000);
    return { ok: true, detail: '' };
  }
  const own = holder.addresses.podIP;
  if (tcpSocket !== undefined) {
    const { host = own, port } = tcpSocket;
    return holder.ask({ ask: 'tcp', host, port: portNumber(spec, port), timeoutMs });
  }
  if (httpGet === undefined) return { ok: false, detail: 'it says nothing to do' };
  const { host = own, port, path = '/', scheme = 'HTTP', httpHeaders = [] } = httpGet;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const request = { scheme, host, port: portNumber(spec, port), path: path.replace(/^(?!\/)/, '/') };
  return holder.ask({
    ask: 'http',
    ...request,
    headers: { 'User-Agent': 'kube-probe/1', ...headers },
    timeoutMs,
  });
}

/** A port by number, or by the name one of the container's ports has. Throws when none has it. */
export function portNumber({ name, ports = [] }: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port;
  const found = ports.find((declared) => declared.name === port);
  if (found === undefined)
    throw new Error(`container ${name}: a probe asks port ${port}, which it does not declare`);
  return found.containerPort;
}

function runInside(command: readonly string[], engineName: string, timeoutMs: number): Promise<HolderAnswer> {
  return new Promise((resolve) => {
    execFile('docker', ['exec', engineName, ...command], { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, detail: '' });
      else if (error.killed === true) resolve({ ok: false, detail: `no end within ${timeoutMs} ms` });
      else resolve({ ok: false, detail: `exit code ${error.code}: ${`${stdout}${stderr}`.trim()}` });
    });
  });
}
