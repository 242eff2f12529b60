// The race's peers: Debian's collectd (its statsd plugin, in C) and npm's statsd (Node), each a process of its own on a free
// port, under the same load. Their loss is the kernel's own count for their socket, since they have none.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { findCommand } from '@podmate/testkit/debian';
import { eventually, holds } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type Figure, type Load, cpuSeconds, figure, send } from './measure.ts';

/** Its last release; it wants a util.log that Node has removed, and gets one. */
const STATSD = 'statsd@0.9.0';

export async function collectdUnder(load: Load): Promise<Figure> {
  await using directory = await temporaryDirectory('collectd');
  const port = await freePort();
  const config = directory.file('collectd.conf');
  writeFileSync(
    config,
    `BaseDir "${directory.path}"\nPIDFile "${directory.file('pid')}"\nInterval 10\nLoadPlugin statsd\n` +
      `<Plugin statsd>\nHost "127.0.0.1"\nPort "${port}"\n</Plugin>\n`,
  );
  const command = findCommand('collectd') ?? 'collectd';
  return peerUnder(load, port, () => spawn(command, ['-f', '-C', config], { stdio: 'ignore' }));
}

let statsdFolder: Promise<string> | undefined;

export async function statsdUnder(load: Load): Promise<Figure> {
  const folder = await (statsdFolder ??= installStatsd());
  const port = await freePort();
  writeFileSync(
    `${folder}/config.js`,
    `{ port: ${port}, address: '127.0.0.1', mgmt_port: ${await freePort()}, backends: [], flushInterval: 10000 }`,
  );
  const args = ['-r', './shim.cjs', 'node_modules/statsd/stats.js', 'config.js'];
  return peerUnder(load, port, () => spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' }));
}

/** Into a folder that is left to the system to clean: all its races share it. @throws what npm says */
async function installStatsd(): Promise<string> {
  const { path } = await temporaryDirectory('statsd');
  writeFileSync(`${path}/package.json`, '{}');
  writeFileSync(`${path}/shim.cjs`, "require('node:util').log ??= () => {};\n");
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', STATSD], {
    cwd: path,
    stdio: 'ignore',
  });
  return path;
}

async function peerUnder(load: Load, port: number, start: () => ChildProcess): Promise<Figure> {
  const child = start();
  const pid = child.pid ?? 0;
  try {
    await eventually(() => {
      if (udpLine(port) === undefined) throw new Error('the peer does not listen');
    });
    await send(port, { ...load, seconds: 1 });
    const [before, dropsBefore] = [cpuSeconds(pid), drops(port)];
    const sent = await send(port, load);
    await holds(() => queued(port) === 0, { withinMs: 2000 });
    return figure(cpuSeconds(pid) - before, sent, sent - (drops(port) - dropsBefore), load);
  } finally {
    // One that ended by itself would be waited for in vain.
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined;
    child.kill('SIGKILL');
    await closed;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

function udpLine(port: number): string[] | undefined {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['udp', 'udp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'));
  return lines.map((line) => line.trim().split(/\s+/)).find((columns) => columns[1]?.endsWith(hex));
}
const drops = (port: number): number => Number(udpLine(port)?.[12] ?? 0);
const queued = (port: number): number => Number.parseInt(udpLine(port)?.[4]?.split(':')[1] ?? '0', 16);
