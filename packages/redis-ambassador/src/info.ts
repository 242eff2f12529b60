// INFO through the ambassador: the primary's, with a section of our own behind it, so that what people and monitoring look
// at first tells that there is an ambassador and how it does. Not hot.
import type { RequestFramer } from './resp/request-framer.ts';
import type { Session } from './session.ts';
import type { Lost, ReplyOwner, Request, Source } from './upstream/source.ts';

/** Sections with which Redis shows more than one, and ours. */
const WITH_OURS = new Set(['all', 'default', 'everything', 'ambassador']);

/** Who gets the reply to the framer's INFO and passes it on to the session: with our section, where it asks for all. */
export function infoOwner(session: Session, { data, args, argc }: RequestFramer): ReplyOwner {
  const sections = Array.from({ length: Math.min(argc, 32) - 1 }, (_, i) =>
    data.toString('latin1', args[2 * i + 2], args[2 * i + 3]).toLowerCase(),
  );
  const withOurs = sections.length === 0 || sections.some((section) => WITH_OURS.has(section));
  return withOurs ? new InfoReply(session) : session;
}

/** Collects the server's reply, `$n text` or in RESP3 `=n txt:text`, and passes it on with more text. */
class InfoReply implements ReplyOwner {
  readonly #session: Session;
  #parts: Buffer[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  room(): number {
    return 1;
  }

  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    this.#parts.push(data.subarray(from, to));
    if (completed === 0) return;
    const bytes = withSection(Buffer.concat(this.#parts), this.#session.context.info());
    this.#session.deliver(source, bytes, 0, bytes.length, completed);
  }

  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    return this.#session.refused(source, request, epoch, data, from, to);
  }

  lost(source: Source, what: Lost): void {
    this.#session.lost(source, what);
  }

  torn(): void {
    this.#session.torn();
  }
}

/** The reply with `section` behind its text; an error as it is. */
export function withSection(reply: Buffer, section: string): Buffer {
  const [head = '', type = ''] = /^([$=])\d+\r\n/.exec(reply.toString('latin1', 0, 32)) ?? [];
  if (head === '') return reply;
  const text = reply.subarray(head.length, reply.length - 2);
  const blank = text.length > (type === '=' ? 4 : 0) ? '\r\n' : '';
  const more = Buffer.from(blank + section);
  return Buffer.concat([
    Buffer.from(`${type}${text.length + more.length}\r\n`),
    text,
    more,
    Buffer.from('\r\n'),
  ]);
}
