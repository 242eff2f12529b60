// POSTs to a Jolokia agent, over connections that stay open. For the poller.
// Invariants: a reply is bounded in time and size before it is read; an answer that is no 200 is an error that says
// what to do; the password appears in no message. TLS is loaded only for https.

import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

export type JolokiaEndpoint = {
  /** `http://host:8778/jolokia`; user and password in it are taken. */
  readonly url: string;
  readonly credentials?: readonly [user: string, password: string] | undefined;
  /** Options of tls.connect, for https. */
  readonly tls?: import('node:tls').ConnectionOptions | undefined;
  readonly maxReplyBytes?: number;
};

/** There is no reply. */
export class PostError extends Error {
  override readonly name: string = 'PostError';
}

/** The agent did not answer in time. */
export class LateReply extends PostError {
  override readonly name = 'LateReply';
}

/** The reply is longer than we read. */
export class LongReply extends PostError {
  override readonly name = 'LongReply';
}

const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** POSTs under way at once: one is computed there while the other is read here. */
export const POSTS_AT_ONCE = 2;
/** An idle connection is closed before the JDK's HTTP server does it (30 s). */
const KEEP_ALIVE_MS = 25_000;

type Http = Pick<typeof import('node:http'), 'request' | 'Agent'>;

export class JolokiaClient {
  readonly #url: URL;
  readonly #endpoint: JolokiaEndpoint;
  readonly #authorization: string | undefined;
  #http: { readonly module: Http; readonly agent: Agent } | undefined;

  /** `parameters` are Jolokia's processing parameters for all requests. @throws TypeError when it is no URL */
  constructor(endpoint: JolokiaEndpoint, parameters: Readonly<Record<string, string>>) {
    this.#url = new URL(endpoint.url);
    this.#endpoint = endpoint;
    const { username, password } = this.#url;
    const [user, secret] = endpoint.credentials ?? [
      decodeURIComponent(username),
      decodeURIComponent(password),
    ];
    if (user !== '') this.#authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
    this.#url.username = this.#url.password = '';
    if (!this.#url.pathname.endsWith('/')) this.#url.pathname += '/'; // servlet containers would redirect
    for (const [name, value] of Object.entries(parameters)) this.#url.searchParams.set(name, value);
  }

  /** The body of the answer to this one. @throws PostError */
  async post(body: string, timeoutMs: number): Promise<Buffer> {
    const http = await this.#load();
    const deadline = performance.now() + timeoutMs;
    try {
      return await this.#once(http, body, timeoutMs);
    } catch (error) {
      // A connection that the agent closed while we wrote: what we ask only reads, so it may be asked again.
      if (!(error instanceof ReusedConnectionLost) || this.#http !== http) throw error;
      return this.#once(http, body, Math.max(1, deadline - performance.now()));
    }
  }

  close(): void {
    this.#http?.agent.destroy();
    this.#http = undefined;
  }

  async #load(): Promise<{ readonly module: Http; readonly agent: Agent }> {
    if (this.#http !== undefined) return this.#http;
    const secure = this.#url.protocol === 'https:';
    const module: Http = secure ? await import('node:https') : await import('node:http');
    const options = { keepAlive: true, maxSockets: POSTS_AT_ONCE, timeout: KEEP_ALIVE_MS };
    this.#http ??= { module, agent: new module.Agent(options) };
    return this.#http;
  }

  #once({ module, agent }: { module: Http; agent: Agent }, body: string, timeoutMs: number): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const options: RequestOptions = {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        ...(this.#authorization !== undefined && { authorization: this.#authorization }),
      },
      ...(this.#url.protocol === 'https:' && this.#endpoint.tls),
    };
    const request = module.request(this.#url, options);
    const late = setTimeout(() => {
      request.destroy(new LateReply(`no answer within ${Math.round(timeoutMs)} ms`));
    }, timeoutMs);
    request.on('error', (error) => reject(lostOn(request, error)));
    request.on('response', (response) => {
      response.on('error', () => {}); // the request's error, or the reading's, says it
      this.#read(request, response).then(resolve, (error: Error) => reject(lostOn(request, error)));
    });
    request.end(body);
    return promise.finally(() => clearTimeout(late));
  }

  async #read(request: ClientRequest, response: IncomingMessage): Promise<Buffer> {
    const { maxReplyBytes = MAX_REPLY_BYTES } = this.#endpoint;
    if (response.statusCode !== 200) {
      response.resume();
      throw new PostError(refusal(response, this.#authorization !== undefined));
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      if (length > maxReplyBytes) {
        request.destroy();
        throw new LongReply(`the reply is longer than ${maxReplyBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
  }
}

class ReusedConnectionLost extends PostError {}

function lostOn(request: ClientRequest, error: Error): PostError {
  if (error instanceof PostError) return error;
  const code = 'code' in error ? error.code : undefined;
  const lost = code === 'ECONNRESET' || code === 'EPIPE';
  return request.reusedSocket && lost
    ? new ReusedConnectionLost(error.message)
    : new PostError(error.message, { cause: error });
}

function refusal({ statusCode = 0, headers }: IncomingMessage, withPassword: boolean): string {
  const said = `the agent answered HTTP ${statusCode}`;
  if (statusCode === 401)
    return `${said}: ${withPassword ? 'wrong user or password' : 'it asks for user and password'}`;
  if (statusCode === 403) return `${said}: its policy does not let us in`;
  if (statusCode === 404) return `${said}: there is no Jolokia at this path`;
  if (headers.location !== undefined) return `${said}: it is at ${headers.location}`;
  return said;
}
