// Drives the pure parts of http1 over a byte stream as a session does, for the tests: heads and bodies one after the
// other out of chunks, until the end or the first refusal.
import { Body } from '../../src/http1/body.ts';
import { HeadBuffer } from '../../src/http1/head-buffer.ts';
import { type Head, INCOMPLETE, REFUSED } from '../../src/http1/head.ts';
import { requestBody, responseBody } from '../../src/http1/framing.ts';
import { Target } from '../../src/http1/target.ts';

export type Message = { line: string; fields: string[]; body: string; complete: boolean };
export type Reading = { messages: Message[]; refused?: string };

/** Requests until the input ends or one is refused. */
export function readRequests(head: Head, chunks: readonly Buffer[]): Reading {
  const target = new Target();
  return read(
    chunks,
    (bytes, start, end) => head.parseRequest(bytes, start, end),
    head,
    (body) => {
      const fault = target.read(head);
      requestBody(head, body);
      return fault;
    },
  );
}

/** Responses to GET, or to HEAD. */
export function readResponses(head: Head, chunks: readonly Buffer[], isHead = false): Reading {
  return read(
    chunks,
    (bytes, start, end) => head.parseResponse(bytes, start, end),
    head,
    (body) => {
      responseBody(head, isHead, body);
      return undefined;
    },
  );
}

function read(
  chunks: readonly Buffer[],
  parse: (bytes: Buffer, start: number, end: number) => number,
  head: Head,
  begin: (body: Body) => string | undefined,
): Reading {
  const [buffer, body] = [new HeadBuffer(), new Body()];
  const messages: Message[] = [];
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const last = messages.at(-1);
      if (last !== undefined && !last.complete) {
        at = body.feed(
          chunk,
          at,
          chunk.length,
          (bytes, from, to) => (last.body += bytes.toString('latin1', from, to)),
        );
        if (at === REFUSED) return { messages, refused: body.reason ?? '' };
        last.complete = body.done;
        continue;
      }
      at = buffer.read(parse, chunk, at, chunk.length);
      if (at === INCOMPLETE) break;
      if (at === REFUSED) return { messages, refused: head.reason ?? '' };
      const refused = begin(body);
      if (refused !== undefined) return { messages, refused };
      messages.push({ ...shown(head), body: '', complete: body.done });
    }
  }
  return { messages };
}

function shown(head: Head): Pick<Message, 'line' | 'fields'> {
  const fields = Array.from({ length: head.fieldCount }, (_, at) => {
    const [, start = 0, colon, valueStart = 0, valueEnd] = head.fields.subarray(5 * at, 5 * at + 5);
    return `${head.text(start, colon ?? 0)}=${head.text(valueStart, valueEnd ?? 0)}`;
  });
  const line =
    head.status > 0
      ? head.text(head.statusStart, head.statusEnd)
      : `${head.text(head.methodStart, head.methodEnd)} ${head.text(head.targetStart, head.targetEnd)}`;
  return { line, fields };
}
