// Responses that two clients may read differently, or that are plainly wrong; each must end its exchange for its
// reason, however it is split. Used by the parser's tests and, sent by a server, by e2e.

export type MalformedResponse = { name: string; in: string; reason: string };

const ok = 'HTTP/1.1 200 OK\r\n';

const field = (text: string, reason: string): MalformedResponse => ({
  name: JSON.stringify(text),
  in: `${ok}${text}\r\n\r\nabcde`,
  reason,
});
const line = (text: string, reason: string): MalformedResponse => ({
  name: JSON.stringify(text),
  in: `${text}\r\nContent-Length: 0\r\n\r\n`,
  reason,
});
const chunks = (text: string, reason: string): MalformedResponse => ({
  name: `chunks ${JSON.stringify(text)}`,
  in: `${ok}Transfer-Encoding: chunked\r\n\r\n${text}`,
  reason,
});

/** Refused by their heads: the client gets 502. */
export const malformedHeads: readonly MalformedResponse[] = [
  field('Content-Length: 5\r\nContent-Length: 0', 'content-length-twice'),
  field('Content-Length: 5\r\nContent-Length: 5', 'content-length-twice'),
  field('Content-Length: 5\r\nTransfer-Encoding: chunked', 'length-and-transfer-encoding'),
  field('Transfer-Encoding: chunked\r\nContent-Length: 5', 'length-and-transfer-encoding'),
  field('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'transfer-encoding-twice'),
  ...['gzip, chunked', 'chunked, identity', 'identity', 'chunked\xa0', '"chunked"', ''].map((value) =>
    field(`Transfer-Encoding: ${value}`, 'transfer-encoding'),
  ),
  ...['', '+5', '-5', '5,5', '0x5', '5 5', '5\xa0', '18446744073709551621'].map((value) =>
    field(`Content-Length: ${value}`, 'content-length'),
  ),
  {
    name: 'chunks in HTTP/1.0',
    in: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    reason: 'transfer-encoding-in-http-1.0',
  },
  field('Content_Length: 5', 'lookalike-field'),
  field('X: a\r\n b', 'obs-fold'),
  field('Content-Length : 5', 'space-before-colon'),
  field('X\0: a', 'field-name'),
  field(': a', 'field-name'),
  ...['X: a\0', 'X: \x0b', 'X: \x7f'].map((text) => field(text, 'field-value')),
  field('X: a\rSet-Cookie: b', 'bare-cr'),
  field('X: a\nSet-Cookie: b', 'bare-lf'),
  field('X: a\n\nHTTP/1.1 200 OK', 'bare-lf'),
  field('Connection: content-length', 'connection-names-framing'),
  field('Connection: a b', 'connection'),
  line('-ERR unknown command', 'version'),
  line('HTTP/1.2 200 OK', 'version'),
  line('HTTP/2 200', 'version'),
  line('http/1.1 200 OK', 'version'),
  line('ICY 200 OK', 'version'),
  line(' HTTP/1.1 200 OK', 'version'),
  line('HTTP/1.1  200 OK', 'status-line'),
  line('HTTP/1.1\t200 OK', 'status-line'),
  line('HTTP/1.1 2x0 OK', 'status-line'),
  line('HTTP/1.1 200OK', 'status-line'),
  line('HTTP/1.1 20', 'status-line'),
  line('HTTP/1.1 2000 OK', 'status-line'),
  line('HTTP/1.1 000 OK', 'status-line'),
  line('HTTP/1.1 200 O\0K', 'status-line'),
  {
    name: 'a status line that ends in LF',
    in: 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n',
    reason: 'bare-lf',
  },
];

/** Refused by their bodies: the client is cut off. */
export const malformedBodies: readonly MalformedResponse[] = [
  ...['x\r\n', ' 1\r\na\r\n', '+1\r\na\r\n', '0x1\r\na\r\n', '1_0\r\n', 'ffffffffffffffff1\r\n', '\r\n'].map(
    (text) => chunks(text, 'chunk-size'),
  ),
  ...['1\r\nab\r\n0\r\n\r\n', '1\r\na\n0\r\n\r\n'].map((text) => chunks(text, 'chunk-end')),
  ...['1\na\r\n0\r\n\r\n', '1\r\na\r\n0\n\n', '1\r\na\r\n0\r\nX: a\n\r\n'].map((text) =>
    chunks(text, 'bare-lf'),
  ),
  ...['1;a\r\r\na\r\n', '1\r\na\r\n0\r\n\rX'].map((text) => chunks(text, 'bare-cr')),
  chunks('1;\0\r\na\r\n', 'chunk-extension'),
  ...['Content-Length: 5', 'Transfer-Encoding: chunked', 'Connection: close'].map((text) =>
    chunks(`1\r\na\r\n0\r\n${text}\r\n\r\n`, 'trailer-names-framing'),
  ),
  ...['Set-Cookie: a=b', 'Content-Type: text/html', 'X: a\r\n b'].map((text) =>
    chunks(`1\r\na\r\n0\r\n${text}\r\n\r\n`, 'trailer'),
  ),
];
