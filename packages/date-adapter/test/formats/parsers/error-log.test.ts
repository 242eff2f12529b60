// The error logs of nginx and Apache httpd.
import { describe, expect, it } from 'vitest';
import type { FieldNames } from '../../../src/formats/field-names.ts';
import { ApacheErrorParser } from '../../../src/formats/parsers/apache-error.ts';
import { NginxErrorParser } from '../../../src/formats/parsers/nginx-error.ts';
import { hardened, fieldsOf, outcomeOf } from '../parsed-line.ts';

const nginx = (names: FieldNames): NginxErrorParser => new NginxErrorParser(names);
const apache = (names: FieldNames): ApacheErrorParser => new ApacheErrorParser(names);

describe('nginx', () => {
  const LINES = [
    {
      name: 'all that nginx adds',
      in: '2023/01/01 00:00:16 [error] 31#32: *90 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: _, request: "GET /a, b HTTP/1.1", upstream: "http://127.0.0.1:9000/", host: "example.com", referrer: "http://r/"',
      out: {
        timestamp: '2023/01/01 00:00:16',
        level: 'error',
        pid: 31,
        tid: 32,
        connection: 90,
        message: 'connect() failed (111: Connection refused) while connecting to upstream',
        client: '10.0.0.1',
        server: '_',
        request: 'GET /a, b HTTP/1.1',
        upstream: 'http://127.0.0.1:9000/',
        host: 'example.com',
        referrer: 'http://r/',
      },
    },
    {
      name: 'a notice without connection',
      in: '2023/01/01 00:00:16 [notice] 1#1: signal 15 (SIGTERM) received, exiting',
      out: {
        timestamp: '2023/01/01 00:00:16',
        level: 'notice',
        pid: 1,
        tid: 1,
        message: 'signal 15 (SIGTERM) received, exiting',
      },
    },
    {
      name: 'cut short, and something new behind what is known',
      in: '2023/01/01 00:00:16 [warn] 1#1: *2 x, client: 10.0.0.1, server: a, bytes: 7, request: "GET',
      out: {
        timestamp: '2023/01/01 00:00:16',
        level: 'warn',
        pid: 1,
        tid: 1,
        connection: 2,
        message: 'x',
        client: '10.0.0.1',
        server: 'a',
        rest: ', bytes: 7, request: "GET',
      },
    },
  ];

  it.each(LINES)('$name', ({ in: line, out }) => {
    expect(fieldsOf(nginx, line)).toEqual(out);
  });

  it.each([
    { in: '2023-01-01 00:00:16 [x] 1#1: a', failedAt: 0 },
    { in: '2023/01/01 00:00:16 error', failedAt: 19 },
    { in: '2023/01/01 00:00:16 [error] 1: a', failedAt: 28 },
  ])('refuses $in', ({ in: line, failedAt }) => {
    expect(outcomeOf(nginx, line).failedAt).toBe(failedAt);
  });

  it('takes hostile input', () => {
    expect(
      hardened(
        nginx,
        LINES.map((row) => row.in),
      ),
    ).toBeGreaterThan(0);
  });
});

describe('apache', () => {
  const LINES = [
    {
      name: '2.4, threaded',
      in: '[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:4711] File does not exist: /usr/local/favicon.ico',
      out: {
        timestamp: 'Fri Sep 09 10:42:29.902022 2011',
        module: 'core',
        level: 'error',
        pid: 35708,
        tid: 4328636416,
        client: '72.15.99.187:4711',
        message: 'File does not exist: /usr/local/favicon.ico',
      },
    },
    {
      name: '2.2',
      in: '[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied',
      out: {
        timestamp: 'Wed Oct 11 14:32:52 2000',
        level: 'error',
        client: '127.0.0.1',
        message: 'client denied',
      },
    },
    {
      name: 'no client, a bracket in the text',
      in: '[Wed Oct 11 14:32:52.1 2000] [mpm_event:notice] [pid 1] AH00489: Apache [x] configured',
      out: {
        timestamp: 'Wed Oct 11 14:32:52.1 2000',
        module: 'mpm_event',
        level: 'notice',
        pid: 1,
        message: 'AH00489: Apache [x] configured',
      },
    },
  ];

  it.each(LINES)('$name', ({ in: line, out }) => {
    expect(fieldsOf(apache, line)).toEqual(out);
  });

  it('refuses other brackets', () => {
    expect(outcomeOf(apache, '[main] x').failedAt).toBe(0);
    expect(outcomeOf(apache, '[Wed Oct 11 14:32:52 2000] x').failedAt).toBe(26);
  });

  it('takes hostile input', () => {
    expect(
      hardened(
        apache,
        LINES.map((row) => row.in),
      ),
    ).toBeGreaterThan(0);
  });
});
