// Runs inside the holder, the container that is a pod's network and volumes before and after all others: answers requests,
// one JSON object a line on stdin, with one a line on stdout. Ends with its stdin, so no pod outlives its runner.
// It does the parts of kubelet that have to be done from where the pod is: asking the pod's own address (a server that
// listens on loopback alone must not pass a probe), and writing volumes as root.
// Given to Node as text by holder.ts, so it imports nothing but Node's own modules and the types of its requests.

import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** What is asked; `volume` is a folder below /volumes, `group` the pod's fsGroup. */
export type HolderRequest =
  | { ask: 'tcp'; host: string; port: number; timeoutMs: number }
  | {
      ask: 'http';
      scheme: 'HTTP' | 'HTTPS';
      host: string;
      port: number;
      path: string;
      headers: Record<string, string>;
      timeoutMs: number;
    }
  | { ask: 'empty'; volume: string; group?: number | undefined }
  | { ask: 'fill'; volume: string; group?: number | undefined; files: HolderFile[] }
  | { ask: 'folder'; volume: string; path: string }
  | { ask: 'usage'; volume: string };

/** `content` is base64. */
export type HolderFile = { path: string; content: string; mode: number };

/** What came of it; `detail` says what failed, or, for `usage`, the bytes. */
export type HolderAnswer = { ok: boolean; detail: string };

/** The first line: the pod's own address and its gateway, which is the engine's machine. */
export type HolderGreeting = { podIP: string; hostIP: string };

const VOLUMES = '/volumes';

/** kubelet's bits for a volume with an fsGroup: what may be written, what is read-only, and folders to walk into. */
const GROUP_READ = 0o440;
const FOLDER_OF_GROUP = 0o2777;

function tcp({ host, port, timeoutMs }: HolderRequest & { ask: 'tcp' }): Promise<HolderAnswer> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: timeoutMs });
    const finish = (ok: boolean, detail: string): void => {
      socket.destroy();
      resolve({ ok, detail });
    };
    socket.on('connect', () => finish(true, ''));
    socket.on('timeout', () => finish(false, `no connection to port ${port} within ${timeoutMs} ms`));
    socket.on('error', ({ message }) => finish(false, message));
  });
}

/** Status 200 to 399 is success, as for kubelet; a certificate is not looked at, a redirect not followed. */
function httpGet(request: HolderRequest & { ask: 'http' }): Promise<HolderAnswer> {
  const { scheme, host, port, path, headers, timeoutMs } = request;
  const { get } = scheme === 'HTTPS' ? https : http;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    get({ host, port, path, headers, signal, agent: false, rejectUnauthorized: false }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve({ ok: statusCode >= 200 && statusCode < 400, detail: `status ${statusCode}` });
    }).on('error', ({ message }) => {
      resolve({ ok: false, detail: signal.aborted ? `no answer within ${timeoutMs} ms` : message });
    });
  });
}

function empty({ volume, group }: HolderRequest & { ask: 'empty' }): void {
  const folder = join(VOLUMES, volume);
  fs.chownSync(folder, 0, group ?? 0);
  fs.chmodSync(folder, group === undefined ? 0o777 : FOLDER_OF_GROUP);
}

/** As kubelet's atomic writer does it: a new folder with all files, then one rename of the `..data` link. */
function fill({ volume, group, files }: HolderRequest & { ask: 'fill' }): void {
  const root = join(VOLUMES, volume);
  const time = new Date().toISOString().replaceAll(/[-:.]/g, '_');
  const generation = basename(fs.mkdtempSync(join(root, `..${time}.`))); // two in one millisecond must differ
  for (const { path, content, mode } of files) write(join(root, generation, path), content, mode, group);
  fs.chmodSync(join(root, generation), 0o755);
  const old = fs.existsSync(join(root, '..data')) ? fs.readlinkSync(join(root, '..data')) : undefined;
  fs.symlinkSync(generation, join(root, '..data_tmp'));
  fs.renameSync(join(root, '..data_tmp'), join(root, '..data'));
  const names = new Set(files.map(({ path }) => path.split('/', 1)[0] ?? path));
  for (const name of names) {
    if (!fs.existsSync(join(root, name))) fs.symlinkSync(join('..data', name), join(root, name));
  }
  for (const name of fs.readdirSync(root)) {
    if (!name.startsWith('..') && !names.has(name)) fs.rmSync(join(root, name));
  }
  if (old !== undefined) fs.rmSync(join(root, old), { recursive: true });
}

function write(file: string, content: string, mode: number, group: number | undefined): void {
  fs.mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  fs.writeFileSync(file, Buffer.from(content, 'base64'));
  fs.chownSync(file, 0, group ?? 0);
  fs.chmodSync(file, group === undefined ? mode : mode | GROUP_READ);
}

function bytesIn(path: string): number {
  const entry = fs.lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return 0;
  if (!entry.isDirectory()) return entry.blocks * 512;
  return fs.readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

async function answer(request: HolderRequest): Promise<HolderAnswer> {
  switch (request.ask) {
    case 'tcp':
      return tcp(request);
    case 'http':
      return httpGet(request);
    case 'empty':
      empty(request);
      break;
    case 'fill':
      fill(request);
      break;
    case 'folder':
      if (!fs.existsSync(join(VOLUMES, request.volume, request.path))) {
        fs.mkdirSync(join(VOLUMES, request.volume, request.path), { recursive: true, mode: 0o777 });
      }
      break;
    case 'usage':
      return { ok: true, detail: String(bytesIn(join(VOLUMES, request.volume))) };
    default:
      return { ok: false, detail: 'not a request' };
  }
  return { ok: true, detail: '' };
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function greeting(): HolderGreeting {
  const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  const own = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  const [, gateway = ''] =
    /^\w+\s00000000\s([0-9A-F]{8})/m.exec(fs.readFileSync('/proc/net/route', 'utf8')) ?? [];
  const bytes = gateway.match(/../g) ?? []; // little-endian
  return {
    podIP: own?.address ?? '127.0.0.1',
    hostIP: bytes
      .map((byte) => Number.parseInt(byte, 16))
      .toReversed()
      .join('.'),
  };
}

process.umask(0);
say(greeting());
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, ...request }: HolderRequest & { id: number } = JSON.parse(line);
    answer(request)
      .catch((error: Error) => ({ ok: false, detail: error.message }))
      .then((result) => say({ id, ...result }))
      .catch(() => process.exit(1));
  })
  .on('close', () => process.exit(0));
