// SCAN, HSCAN, SSCAN, ZSCAN: a cursor means something only to the server that gave it (another skips and repeats elements
// without a word). So a replica's cursors leave here with the replica's number in front, and whoever continues, on any
// connection of the pool, gets to that replica, or an error when it is gone. The primary's cursors leave as they are.
// Invariant: a command with a replica's cursor is never answered by anybody else. Not hot.
import type { Command } from './commands/find.ts';
import { joinCursor, splitCursor } from './cursor.ts';
import { HELD } from './held.ts';
import { errorReply } from './resp/reply.ts';
import { replaceArgument } from './resp/replace-argument.ts';
import type { RequestFramer } from './resp/request-framer.ts';
import type { Session } from './session.ts';
import type { Server } from './upstream/server.ts';
import type { Lost, ReplyOwner, Request, Source } from './upstream/source.ts';

const GONE =
  'ERR the server that gave this cursor is gone, and no other can continue: begin again with cursor 0 (redis-ambassador)';

/** Sends the framer's command, of the class `scan`, where its cursor belongs. */
export function scan(session: Session, command: Command, framer: RequestFramer): void {
  const at = command.name === 'scan' ? 1 : 2;
  const text =
    at < framer.argc ? framer.data.toString('latin1', framer.args[2 * at], framer.args[2 * at + 1]) : '';
  const { owner, own } = splitCursor(text);
  if (owner === 0) return text === '0' ? begin(session, command, framer) : session.toPrimary(command, false);
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  command.count++;
  const { exchange } = session.context;
  const server = exchange.replicas.find(({ cursorOwner }) => cursorOwner === owner) ?? exchange.primary;
  if (server?.cursorOwner !== owner || !server.up) return session.answer(errorReply(GONE));
  const bytes = replaceArgument(framer, at, own);
  const send = (): void => sendAlone(session, server, bytes, true);
  const needed = session.reads.needed(command);
  if (server.clean >= needed) return send();
  // What was acknowledged must be found here, too: that takes a fence, some milliseconds.
  session.hold(HELD.answer);
  server.whenClean(needed, (there) => {
    if (there) send();
    else session.answer(errorReply(GONE));
    session.release(HELD.answer);
  });
}

function begin(session: Session, command: Command, framer: RequestFramer): void {
  const server = session.reads.reader(command);
  if (server === undefined || server === session.context.exchange.primary)
    return session.reads.atPrimary(command);
  if (session.order.outstanding > 0) return session.untilQuiet(true);
  command.count++;
  const bytes = Buffer.from(framer.data.subarray(framer.start, framer.end));
  sendAlone(session, server, bytes, false);
}

/** With nothing else of the client under way until it is answered. */
function sendAlone(session: Session, server: Server, bytes: Buffer, continues: boolean): void {
  session.reads.send(server, bytes, new CursorReply(session, server, continues));
  session.untilQuiet(false);
}

/** Passes a replica's reply on to the session, with its cursor marked as the replica's: `*2 $n cursor ...`. */
class CursorReply implements ReplyOwner {
  readonly #session: Session;
  readonly #owner: number;
  readonly #continues: boolean;
  /** The reply until its cursor is complete; undefined from then on. */
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(session: Session, server: Server, continues: boolean) {
    this.#session = session;
    this.#owner = server.cursorOwner;
    this.#continues = continues;
  }

  room(source: Source): number {
    return this.#session.room(source);
  }

  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    if (this.#head === undefined) return this.#session.deliver(source, data, from, to, completed);
    const head = Buffer.concat([this.#head, data.subarray(from, to)]);
    const [start, cursor] = /^\*2\r\n\$\d+\r\n(\d+)\r\n/.exec(head.toString('latin1', 0, 64)) ?? [];
    this.#head = head;
    if (start === undefined && completed === 0) return;
    this.#head = undefined;
    const bytes = start === undefined ? head : this.#marked(head, start.length, cursor ?? '');
    this.#session.deliver(source, bytes, 0, bytes.length, completed);
  }

  #marked(head: Buffer, length: number, cursor: string): Buffer {
    const marked = joinCursor(this.#owner, cursor);
    return Buffer.concat([Buffer.from(`*2\r\n$${marked.length}\r\n${marked}\r\n`), head.subarray(length)]);
  }

  /** The beginning of a scan may be tried at the primary, not its continuation. */
  refused(source: Source, request: Request, _epoch: number, data: Buffer, from: number, to: number): boolean {
    return !this.#continues && this.#session.refused(source, request, -1, data, from, to);
  }

  lost(source: Source, what: Lost): void {
    if (this.#continues) this.#session.lost(source, { ...what, final: GONE });
    else this.#session.lost(source, { ...what, epoch: -1, sent: false });
  }

  torn(): void {
    this.#session.torn();
  }
}
