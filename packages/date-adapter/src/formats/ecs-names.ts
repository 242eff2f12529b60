// What the Elastic Common Schema calls the fields of our parsers. Data. Time, level, message and host are not here:
// the ECS output knows them by their role in the record.
import type { EcsNames } from './outputs/ecs.ts';

export const ACCESS_LOG_ECS: EcsNames = {
  virtual_host: 'url.domain',
  remote_addr: 'source.address',
  remote_host: 'source.address',
  remote_user: 'user.name',
  remote_logname: 'apache.access.identity',
  method: 'http.request.method',
  path: 'url.original',
  http_version: 'http.version',
  request: 'labels.request',
  status: 'http.response.status_code',
  body_bytes_sent: 'http.response.body.bytes',
  bytes_sent: 'http.response.body.bytes',
  http_referer: 'http.request.referrer',
  referer: 'http.request.referrer',
  http_user_agent: 'user_agent.original',
  user_agent: 'user_agent.original',
  rest: 'labels.rest',
};

export const ERROR_LOG_ECS: EcsNames = {
  pid: 'process.pid',
  tid: 'process.thread.id',
  module: 'apache.error.module',
  connection: 'nginx.error.connection_id',
  client: 'source.address',
  server: 'server.address',
  request: 'labels.request',
  subrequest: 'labels.subrequest',
  upstream: 'labels.upstream',
  host: 'url.domain',
  referrer: 'http.request.referrer',
  rest: 'labels.rest',
  stack_trace: 'error.stack_trace',
};

export const SYSLOG_ECS: EcsNames = {
  priority: 'log.syslog.priority',
  facility: 'log.syslog.facility.name',
  version: 'log.syslog.version',
  appname: 'log.syslog.appname',
  procid: 'log.syslog.procid',
  msgid: 'log.syslog.msgid',
};

export const APPLICATION_LOG_ECS: EcsNames = {
  thread: 'process.thread.name',
  thread_id: 'process.thread.id',
  logger: 'log.logger',
  class: 'labels.class',
  file: 'log.origin.file.name',
  line: 'log.origin.file.line',
  method: 'log.origin.function',
  pid: 'process.pid',
  sequence: 'event.sequence',
  stack_trace: 'error.stack_trace',
};

/** The names of grok's own access log patterns. */
export const GROK_ECS: EcsNames = {
  clientip: 'source.address',
  auth: 'user.name',
  verb: 'http.request.method',
  request: 'url.original',
  httpversion: 'http.version',
  response: 'http.response.status_code',
  bytes: 'http.response.body.bytes',
  referrer: 'http.request.referrer',
  agent: 'user_agent.original',
  program: 'process.name',
  pid: 'process.pid',
  logsource: 'host.name',
  thread: 'process.thread.name',
  logger: 'log.logger',
};
