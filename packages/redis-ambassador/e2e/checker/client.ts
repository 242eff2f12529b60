// A client of its own, as plain as can be: commands out in one write, replies in, matched by nothing but their order, so that
// what a proxy mixes up is seen. RESP2.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type Reply = string | number | null | ErrorReply | Reply[];
export class ErrorReply {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}
/** undefined: the connection ended without a reply. */
type Waiting = (reply: Reply | undefined, at: number) => void;

export class RawClient {
  readonly #port: number;
  #socket: Socket | undefined;
  #waiting: Waiting[] = [];
  #rest: Buffer = Buffer.alloc(0);
  /** What came though nothing was asked: the next reply shall be judged by it. */
  #surplus: string | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** @throws when nobody listens */
  async connect(): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
    socket.on('error', () => {}).once('close', () => this.#ended(socket));
  }

  /** Sends the commands in one write; `answered` is called for each, in order. */
  send(commands: readonly (readonly string[])[], answered: readonly Waiting[]): void {
    this.#waiting.push(...answered);
    const text = commands.map(
      (words) =>
        `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    );
    if (this.#socket) this.#socket.write(text.join(''));
    else this.#ended(this.#socket);
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** Stops to read, as a slow client does. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #ended(socket: Socket | undefined): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#rest = Buffer.alloc(0);
    const at = performance.now();
    for (const waiting of this.#waiting.splice(0)) waiting(undefined, at);
  }

  #receive(chunk: Buffer): void {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const cursor = { data, at: 0 };
    try {
      this.#rest = data.subarray(this.#replies(cursor));
    } catch (error) {
      this.#answer(new ErrorReply(`nonsense: ${String(error)}`));
      this.#socket?.destroy();
    }
  }

  /** @returns where the first reply begins that is not whole. @throws on what is no RESP2 */
  #replies(cursor: Cursor): number {
    let whole = cursor.at;
    for (let reply = read(cursor); reply !== undefined; reply = read(cursor)) {
      whole = cursor.at;
      this.#answer(reply);
    }
    return whole;
  }

  #answer(reply: Reply): void {
    const waiting = this.#waiting.shift();
    const surplus = this.#surplus;
    this.#surplus = waiting ? undefined : `a reply to nothing: ${JSON.stringify(reply)}`;
    waiting?.(surplus === undefined ? reply : new ErrorReply(surplus), performance.now());
  }
}

type Cursor = { readonly data: Buffer; at: number };

/** The next whole reply; undefined when there is none. */
function read(cursor: Cursor): Reply | undefined {
  const { data } = cursor;
  const newline = data.indexOf('\r\n', cursor.at);
  if (newline === -1) return undefined;
  const type = data.toString('latin1', cursor.at, cursor.at + 1);
  const text = data.toString('utf8', cursor.at + 1, newline);
  cursor.at = newline + 2;
  switch (type) {
    case '+':
      return text;
    case '-':
      return new ErrorReply(text);
    case ':':
      return Number(text);
    case '$':
      return readBulk(cursor, Number(text));
    case '*':
      return readArray(cursor, Number(text));
    default:
      throw new Error(`no RESP2: ${data.toString('latin1', cursor.at, cursor.at + 80)}`);
  }
}

function readBulk(cursor: Cursor, length: number): string | null | undefined {
  if (length < 0) return null;
  const end = cursor.at + length;
  if (cursor.data.length < end + 2) return undefined;
  const text = cursor.data.toString('utf8', cursor.at, end);
  cursor.at = end + 2;
  return text;
}

function readArray(cursor: Cursor, length: number): Reply[] | null | undefined {
  if (length < 0) return null;
  const replies: Reply[] = [];
  for (let n = 0; n < length; n++) {
    const reply = read(cursor);
    if (reply === undefined) return undefined;
    replies.push(reply);
  }
  return replies;
}
