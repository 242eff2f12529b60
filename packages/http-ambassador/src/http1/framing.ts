// How long the body of a message is (RFC 9112 section 6.3), from a head that was already found unambiguous.
import type { Body } from './body.ts';
import type { Head } from './head.ts';

/** A request without a length has no body. */
export function requestBody(head: Head, body: Body): void {
  if (head.chunked) body.chunked();
  else body.length(Math.max(0, head.contentLength));
}

/** 1xx, 204, 304 and answers to HEAD end with their head, whatever they say of a length. */
export function responseBody(head: Head, toHead: boolean, body: Body): void {
  const { status } = head;
  if (toHead || status < 200 || status === 204 || status === 304) body.none();
  else if (head.chunked) body.chunked();
  else if (head.contentLength >= 0) body.length(head.contentLength);
  else body.toClose();
}
