// Real HTTP backends for tests of proxies: Node's own server with the behaviours a proxy must cope with, and Debian's
// nginx with a configuration of a test. Each ends with its `await using`.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import { eventually } from './eventually.ts';
import { findCommand } from './debian.ts';
import { temporaryDirectory } from './files.ts';
import { freePort, portOf, RunningImage } from './image.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export class NodeBackend implements AsyncDisposable {
  readonly server: Server;
  /** Method and URL of every request, in order. */
  readonly requests: string[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(handler: Handler) {
    this.server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      handler(request, response);
    });
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(
    handler: Handler,
    listen: ListenOptions = { port: 0, host: '127.0.0.1' },
  ): Promise<NodeBackend> {
    const backend = new NodeBackend(handler);
    backend.server.listen(listen);
    await once(backend.server, 'listening');
    return backend;
  }

  get port(): number {
    return portOf(this.server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Closes the server and every connection of it, upgraded ones, too. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Answers with what it was asked, as JSON; `/echo` with the body. */
export const mirror: Handler = (request, response) => {
  if (request.url?.startsWith('/echo')) {
    request.pipe(response);
    return;
  }
  const { method, url, rawHeaders } = request;
  let body = '';
  request.setEncoding('latin1').on('data', (text: string) => (body += text));
  request.on('end', () =>
    response.end(JSON.stringify({ method, url, rawHeaders, body, trailers: request.rawTrailers })),
  );
};

export type Nginx = AsyncDisposable & { readonly port: number; readonly process: RunningImage };

/**
 * Debian's nginx in the foreground, unprivileged, all its files in a folder of its own.
 * @param server what stands in the server block besides `listen`; {folder} is replaced
 * @param outside what stands beside it in the http block
 */
export async function startNginx(server: string, outside = ''): Promise<Nginx> {
  const program = findCommand('nginx');
  if (program === undefined) throw new Error('nginx is not installed: apt-get install nginx-light');
  const folder = await temporaryDirectory('nginx');
  const port = await freePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/${name};`,
  );
  const text = `daemon off; worker_processes 1; pid ${folder.path}/pid; error_log ${folder.path}/error.log warn;
events { worker_connections 1024; }
http { access_log off; ${paths.join(' ')}
${outside}
server { listen 127.0.0.1:${port}; ${server.replaceAll('{folder}', folder.path)} } }\n`;
  await writeFile(folder.file('nginx.conf'), text);
  const running = new RunningImage([program, '-p', folder.path, '-c', folder.file('nginx.conf')]);
  await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await response.arrayBuffer();
  }).catch((error: unknown) => {
    throw new Error(`nginx does not answer: ${running.stderr}`, { cause: error });
  });
  return {
    port,
    process: running,
    async [Symbol.asyncDispose]() {
      await running.stop('SIGQUIT');
      await running[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}
