// The outputs that a store of logs prescribes: ECS, GELF, Splunk HEC.
import { describe, expect, it } from 'vitest';
import { FieldNames } from '../../../src/formats/field-names.ts';
import { inputFormat } from '../../../src/formats/input-formats.ts';
import { outputFormat, stampLayout } from '../../../src/formats/outputs/output-formats.ts';
import type { RecordOutput } from '../../../src/formats/outputs/record-output.ts';
import { stampFor, writtenJson } from '../written-record.ts';

const NGINX =
  '10.0.3.7 - bob [01/Jan/2023:00:00:16 +0000] "GET /a?b=c HTTP/1.1" 200 1534 "https://r/" "Mozilla/5.0"';
const nginxTime = stampFor('01/Jan/2023:00:00:16 +0000', '2023-01-01T00:00:16Z');
const LOG4J = '2023-01-01 00:00:16,123 [main] WARN  c.e.App - slow';

function ecs(input: string, stamp = nginxTime): RecordOutput {
  const { ecs: names, dataset } = inputFormat(input, new FieldNames());
  return outputFormat('ecs', { ecs: names, dataset, stamp, host: 'unused' });
}

describe('ECS', () => {
  it('has the names of an access log, and the line as message', () => {
    expect(writtenJson('nginx', NGINX, ecs('nginx'))).toEqual({
      '@timestamp': '2023-01-01T00:00:16Z',
      message: NGINX,
      'source.address': '10.0.3.7',
      'source.ip': '10.0.3.7',
      'user.name': 'bob',
      'http.request.method': 'GET',
      'url.original': '/a?b=c',
      'http.version': '1.1',
      'http.response.status_code': 200,
      'http.response.body.bytes': 1534,
      'http.request.referrer': 'https://r/',
      'user_agent.original': 'Mozilla/5.0',
      'ecs.version': '8.11',
      'event.dataset': 'nginx.access',
    });
  });

  it('takes no host name for an address, and no unknown stamp for a time', () => {
    const line = NGINX.replace('10.0.3.7', 'a.example.com').replace('2023', '2024');
    const fields = writtenJson('nginx', line, ecs('nginx'));
    expect(fields).toMatchObject({
      'source.address': 'a.example.com',
      'labels.timestamp': '01/Jan/2024:00:00:16 +0000',
    });
    expect(fields).not.toHaveProperty(['source.ip']);
    expect(fields).not.toHaveProperty(['@timestamp']);
  });

  it('has the names of an application log', () => {
    const stamp = stampFor('2023-01-01 00:00:16,123', '2023-01-01T00:00:16.123Z');
    expect(writtenJson('log4j', LOG4J, ecs('log4j', stamp))).toEqual({
      '@timestamp': '2023-01-01T00:00:16.123Z',
      'log.level': 'WARN',
      message: 'slow',
      'process.thread.name': 'main',
      'log.logger': 'c.e.App',
      'ecs.version': '8.11',
    });
  });

  it("passes a JSON line's own fields", () => {
    const line = '{"ts":"T","lvl":"info","msg":"a\\tb","trace.id":"7","host":"h"}';
    expect(writtenJson('json', line, ecs('json', stampFor('T', '2023-01-01T00:00:00Z')))).toEqual({
      '@timestamp': '2023-01-01T00:00:00Z',
      'log.level': 'info',
      message: 'a\tb',
      'host.name': 'h',
      'trace.id': '7',
      'ecs.version': '8.11',
    });
  });
});

const gelf = (stamp = stampFor('T', '1672531216.123')): RecordOutput =>
  outputFormat('gelf', { stamp, host: 'me', add: { env: 'prod', ok: true } });

describe('GELF', () => {
  it('has its own members and the others as additional', () => {
    const line = '{"time":"T","level":"WARN","msg":"a","id":1,"x y":true,"o":{"k":1},"f":1.5}';
    expect(writtenJson('json', line, gelf())).toEqual({
      version: '1.1',
      host: 'me',
      short_message: 'a',
      timestamp: 1672531216.123,
      level: 4,
      _level: 'WARN',
      _id_: 1,
      _x_y: 'true',
      _o: '{"k":1}',
      _f: 1.5,
      _env: 'prod',
      _ok: 'true',
    });
  });

  it('takes the host of the record, the line as message, and says what it could not convert', () => {
    const line = '{"ts":"U","hostname":"h","severity":"odd"}';
    expect(writtenJson('json', line, gelf())).toMatchObject({
      host: 'h',
      short_message: line,
      _timestamp: 'U',
      _level: 'odd',
    });
  });

  it('has a short message of the first line, and never an empty one', () => {
    expect(writtenJson('json', '{"msg":"a\\nb"}', gelf())).toMatchObject({
      short_message: 'a',
      full_message: 'a\nb',
    });
    expect(writtenJson('json', '{"msg":""}', gelf())).toMatchObject({ short_message: '-' });
  });
});

describe('Splunk HEC', () => {
  it('has time, host and the rest around the event', () => {
    const output = outputFormat('hec', {
      stamp: stampFor('T', '1672531216.123'),
      host: 'me',
      source: '/var/log/x',
      sourcetype: 'app',
      index: 'main',
      add: { env: 'prod' },
    });
    const event = { level: 'info', msg: 'a', env: 'prod' };
    expect(writtenJson('json', '{"time":"T","level":"info","msg":"a"}', output)).toEqual({
      time: 1672531216.123,
      host: 'me',
      source: '/var/log/x',
      sourcetype: 'app',
      index: 'main',
      event,
    });
    expect(writtenJson('json', '{"time":"U","host":"h"}', output)).toMatchObject({
      host: 'h',
      event: { time: 'U', env: 'prod' },
    });
  });

  it('has an event, even when there is nothing in it', () => {
    expect(writtenJson('json', '{}', outputFormat('hec', { host: 'me' }))).toEqual({ host: 'me', event: {} });
  });
});

it('knows what layout each output wants for its time', () => {
  expect(['json', 'logfmt', 'ecs', 'gelf', 'hec', 'cri', 'template:{a}'].map(stampLayout)).toEqual([
    undefined,
    undefined,
    'rfc3339',
    'float',
    'float',
    'rfc3339',
    undefined,
  ]);
});

it('says which outputs there are', () => {
  expect(() => outputFormat('xml', { host: 'h' })).toThrow('no output format xml; there are json, logfmt');
});
