// The operator's door, off unless asked for: /livez, /readyz, /startupz and /metrics, and POST /quitquitquit.
// Answers are plain text, `ok` or one reason a line. node:http is loaded only when a server is started, and through
// getBuiltinModule: an ESM import of it would pull in undici and cost 15 MB RSS (Node 26).
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Address, listen as bind } from './address.ts';
import { explain } from './errors.ts';
import type { Metrics } from './metrics.ts';

export type Reason = string;

export type Health = {
  /** Why the pod should get no traffic now; [] = ready. */
  ready(): readonly Reason[];
  /** Why the container should be restarted; [] = live. Never depends on a peer or on stdout. */
  live(): readonly Reason[];
  started(): boolean;
  /** What an operator should see although it is no reason to be unready. */
  warnings?(): readonly string[];
};

export type AdminOptions = {
  listen: Address;
  health?: Health;
  metrics?: Metrics;
  /** Ends the process; served as POST /quitquitquit. */
  quit?: () => void;
};

export type Admin = { readonly address: Address; close(): Promise<void> };

type Answer = { status: number; text: string; type?: string; afterwards?: () => void };
type Route = { methods: readonly string[]; answer(): Answer | Promise<Answer> };

/** Those who come are a few neighbours with small, quick requests; whoever is not is cut off. */
const bounds = { headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 5000, maxHeaderSize: 8192 };
const maxConnections = 64;

/** Listens, and resolves with the address bound. @throws what net.Server.listen reports. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const routes = routesOf(options);
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = routes.get(request.url?.split('?', 1)[0] ?? '');
    const allowed = route?.methods.includes(request.method ?? '') === true;
    if (route && !allowed) response.setHeader('Allow', route.methods.join(', '));
    const { status, text, type, afterwards } = await answer(route, allowed);
    if (afterwards) response.once('close', afterwards);
    response.setHeader('Content-Type', type ?? 'text/plain; charset=utf-8');
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(text) }).end(text);
    request.resume();
  };
  const server = process
    .getBuiltinModule('node:http')
    .createServer(bounds, (request, response) => void serve(request, response));
  server.maxConnections = maxConnections;
  const address = await bind(server, options.listen);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await server[Symbol.asyncDispose]();
  };
  return { address, close };
}

function routesOf({ health, metrics, quit }: AdminOptions): Map<string, Route> {
  const routes = new Map<string, Route>();
  const get = (path: string, of: Route['answer']) =>
    routes.set(path, { methods: ['GET', 'HEAD'], answer: of });
  if (health) {
    get('/livez', () => verdict(health.live()));
    get('/readyz', () => verdict(health.ready(), health.warnings?.()));
    get('/startupz', () => verdict(health.started() ? [] : ['starting']));
  }
  if (metrics)
    get('/metrics', async () => ({ status: 200, text: await metrics.render(), type: metrics.contentType }));
  // The end would cut off the answer, so it comes after it.
  const ending = { status: 200, text: 'ending\n', ...(quit && { afterwards: quit }) };
  if (quit) routes.set('/quitquitquit', { methods: ['POST'], answer: () => ending });
  return routes;
}

function verdict(reasons: readonly Reason[], warnings: readonly string[] = []): Answer {
  if (reasons.length > 0) return { status: 503, text: `${reasons.map(oneLine).join('\n')}\n` };
  return { status: 200, text: ['ok', ...warnings.map((text) => `warning: ${oneLine(text)}`), ''].join('\n') };
}

/** A reason may quote what others chose, such as a file's name: it shall not add lines. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

async function answer(route: Route | undefined, allowed: boolean): Promise<Answer> {
  if (route === undefined) return { status: 404, text: 'not found\n' };
  if (!allowed) return { status: 405, text: 'method not allowed\n' };
  try {
    return await route.answer();
  } catch (error) {
    return { status: 500, text: `${explain(error)}\n` };
  }
}

/** Asks a running admin server, for exec probes. Never rejects: no answer in time is not ok, with the cause. */
export function probe(
  address: Address,
  path = '/readyz',
  timeoutMs = 2000,
): Promise<{ ok: boolean; text: string }> {
  const { promise, resolve } = Promise.withResolvers<{ ok: boolean; text: string }>();
  const target = 'path' in address ? { socketPath: address.path } : { ...address };
  const request = { ...target, path, agent: false, signal: AbortSignal.timeout(timeoutMs) };
  const failed = (error: Error): void => resolve({ ok: false, text: explain(error) });
  process
    .getBuiltinModule('node:http')
    .get(request, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ ok: response.statusCode === 200, text })).on('error', failed);
    })
    .on('error', failed);
  return promise;
}
