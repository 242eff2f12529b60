import { describe, expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { AccessLogParser, APACHE_NAMES, NGINX_NAMES } from '../../../src/formats/parsers/access-log.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const nginx = (names: FieldNames): AccessLogParser => new AccessLogParser(names, NGINX_NAMES);
const apache = (names: FieldNames): AccessLogParser => new AccessLogParser(names, APACHE_NAMES);
const vhost = (names: FieldNames): AccessLogParser =>
  new AccessLogParser(names, { ...APACHE_NAMES, virtualHost: 'virtual_host' });

const time = '01/Jan/2023:00:00:16 +0000';

const NGINX = [
  {
    name: 'combined, a user unknown',
    in: `10.0.3.7 - - [${time}] "GET /api/v1?x=1&y=a%20b HTTP/1.1" 200 1534 "https://example.com/start" "Mozilla/5.0 (X11; Linux x86_64)"`,
    out: {
      remote_addr: '10.0.3.7',
      time_local: time,
      method: 'GET',
      path: '/api/v1?x=1&y=a%20b',
      http_version: '1.1',
      status: 200,
      body_bytes_sent: 1534,
      http_referer: 'https://example.com/start',
      http_user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    },
  },
  {
    name: 'IPv6, a user with a space in the name, no referer, no agent',
    in: `2001:db8::17 - Jane Doe [${time}] "POST /x HTTP/2.0" 204 0 "-" "-"`,
    out: {
      remote_addr: '2001:db8::17',
      remote_user: 'Jane Doe',
      time_local: time,
      method: 'POST',
      path: '/x',
      http_version: '2.0',
      status: 204,
      body_bytes_sent: 0,
    },
  },
  {
    name: 'a TLS hello sent to a plain port',
    in: `203.0.113.9 - - [${time}] "\\x16\\x03\\x01\\x00\\xEE\\x01" 400 157 "-" "-"`,
    out: {
      remote_addr: '203.0.113.9',
      time_local: time,
      request: '\\x16\\x03\\x01\\x00\\xEE\\x01',
      status: 400,
      body_bytes_sent: 157,
    },
  },
  {
    name: 'no request at all: closed before a byte came',
    in: `203.0.113.9 - - [${time}] "" 400 0 "-" "-"`,
    out: { remote_addr: '203.0.113.9', time_local: time, status: 400, body_bytes_sent: 0 },
  },
  {
    name: 'request "-", status 408',
    in: `203.0.113.9 - - [${time}] "-" 408 - "-" "-"`,
    out: { remote_addr: '203.0.113.9', time_local: time, status: 408 },
  },
  {
    name: 'a path with spaces, and HTTP/0.9 without a version',
    in: `1.2.3.4 - - [${time}] "GET /a b c" 404 9 "-" "curl/8"`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/a b c',
      status: 404,
      body_bytes_sent: 9,
      http_user_agent: 'curl/8',
    },
  },
  {
    name: 'a path with a space before HTTP/',
    in: `1.2.3.4 - - [${time}] "GET /a b HTTP/1.0" 404 9 "-" "curl/8"`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/a b',
      http_version: '1.0',
      status: 404,
      body_bytes_sent: 9,
      http_user_agent: 'curl/8',
    },
  },
  {
    name: 'quotes and backslashes in the agent as nginx writes them',
    in: `1.2.3.4 - - [${time}] "GET / HTTP/1.1" 200 9 "-" "a \\x22quoted\\x22 \\x5C agent"`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/',
      http_version: '1.1',
      status: 200,
      body_bytes_sent: 9,
      http_user_agent: 'a \\x22quoted\\x22 \\x5C agent',
    },
  },
  {
    name: 'quotes that nobody escaped (escape=none)',
    in: `1.2.3.4 - - [${time}] "GET / HTTP/1.1" 200 9 "-" "a "quoted"agent"`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/',
      http_version: '1.1',
      status: 200,
      body_bytes_sent: 9,
      http_user_agent: 'a "quoted"agent',
    },
  },
  {
    name: 'what was added to the format is kept',
    in: `1.2.3.4 - - [${time}] "GET / HTTP/1.1" 200 9 "-" "x" "10.1.1.1, 10.2.2.2" 0.004`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/',
      http_version: '1.1',
      status: 200,
      body_bytes_sent: 9,
      http_user_agent: 'x',
      rest: '"10.1.1.1, 10.2.2.2" 0.004',
    },
  },
  {
    name: 'cut short in the agent, a status that is no number of JSON',
    in: `1.2.3.4 - - [${time}] "GET / HTTP/1.1" 000 9 "-" "Mozill`,
    out: {
      remote_addr: '1.2.3.4',
      time_local: time,
      method: 'GET',
      path: '/',
      http_version: '1.1',
      status: '000',
      body_bytes_sent: 9,
      http_user_agent: 'Mozill',
    },
  },
];

describe('nginx combined', () => {
  it.each(NGINX)('$name', ({ in: line, out }) => {
    expect(fieldsOf(nginx, line)).toEqual(out);
  });

  it('keeps the order of the line', () => {
    const fields = fieldsOf(nginx, NGINX[0]!.in);
    expect(Object.keys(Object(fields))).toEqual(Object.keys(NGINX[0]!.out));
  });

  it('replaces bytes that are no UTF-8 as a decoder does', () => {
    const line = Buffer.concat([
      Buffer.from(`1.2.3.4 - - [${time}] "GET / HTTP/1.1" 200 9 "-" "`),
      Buffer.from([0x41, 0xe2, 0x82, 0x28, 0xff, 0xc3, 0xa9, 0x22]),
    ]);
    expect(fieldsOf(nginx, line)).toMatchObject({ http_user_agent: 'A\ufffd(\ufffdé' });
  });
});

const APACHE = [
  {
    name: 'common, of the manual',
    in: '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
    out: {
      remote_host: '127.0.0.1',
      remote_user: 'frank',
      time: '10/Oct/2000:13:55:36 -0700',
      method: 'GET',
      path: '/apache_pb.gif',
      http_version: '1.0',
      status: 200,
      bytes_sent: 2326,
    },
  },
  {
    name: 'combined, quotes escaped by a backslash',
    in: `host.example.com ident - [${time}] "GET /\\"x\\" HTTP/1.1" 200 - "http://r/\\\\" "a \\"b\\" c"`,
    out: {
      remote_host: 'host.example.com',
      remote_logname: 'ident',
      time,
      method: 'GET',
      path: '/\\"x\\"',
      http_version: '1.1',
      status: 200,
      referer: 'http://r/\\\\',
      user_agent: 'a \\"b\\" c',
    },
  },
];

describe('apache', () => {
  it.each(APACHE)('$name', ({ in: line, out }) => {
    expect(fieldsOf(apache, line)).toEqual(out);
  });

  it('reads the virtual host before the line', () => {
    expect(fieldsOf(vhost, `www.example.com:443 ${APACHE[0]!.in}`)).toEqual({
      virtual_host: 'www.example.com:443',
      ...APACHE[0]!.out,
    });
  });
});

const REFUSED = [
  { name: 'empty', in: '', failedAt: 0, expected: "the client's address" },
  { name: 'prose', in: 'Starting up.', failedAt: 9, expected: 'the name from identd, or -' },
  { name: 'no time', in: '1.2.3.4 - - "GET / HTTP/1.1" 200 1', failedAt: 10, expected: 'a user and [time]' },
  { name: 'open time', in: '1.2.3.4 - - [01/Jan "GET', failedAt: 13, expected: 'a time in brackets' },
  {
    name: 'open request',
    in: `1.2.3.4 - - [${time}] "GET /`,
    failedAt: 47,
    expected: "the request's closing double quote",
  },
  { name: 'status', in: `1.2.3.4 - - [${time}] "GET /" OK 1`, failedAt: 49, expected: 'a status' },
  { name: 'bytes', in: `1.2.3.4 - - [${time}] "GET /" 200 x`, failedAt: 53, expected: 'the number of bytes' },
];

it.each(REFUSED)('refuses $name and says where', ({ in: line, failedAt, expected }) => {
  expect(outcomeOf(nginx, line)).toEqual({ failedAt, expected });
});

it('takes hostile input', () => {
  expect(
    hardened(
      nginx,
      NGINX.map((row) => row.in),
    ),
  ).toBeGreaterThan(0);
  expect(hardened(vhost, [`www.example.com:443 ${APACHE[1]!.in}`])).toBeGreaterThan(0);
});
