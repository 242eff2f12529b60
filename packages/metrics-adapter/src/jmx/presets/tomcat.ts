// Apache Tomcat: connectors, contexts, sessions, servlets, pools; standalone (domain Catalina) and embedded (Tomcat).

import { beans, MS, preset, type BeanTable, type Measure } from './preset.ts';

const connector: Measure[] = [
  ['currentThreadCount', 'tomcat_connector_threads', 'gauge', 'Threads of a connector.'],
  ['currentThreadsBusy', 'tomcat_connector_threads_busy', 'gauge', 'Threads that work on a request.'],
  ['maxThreads', 'tomcat_connector_threads_max', 'gauge', 'Threads that a connector may have.'],
  ['connectionCount', 'tomcat_connector_connections', 'gauge', 'Open connections of a connector.'],
  ['maxConnections', 'tomcat_connector_connections_max', 'gauge', 'Connections that are accepted at a time.'],
  [
    'keepAliveCount',
    'tomcat_connector_keepalive_connections',
    'gauge',
    'Connections that wait for a request.',
  ],
];

const requests: Measure[] = [
  ['requestCount', 'tomcat_requests_total', 'counter', 'Requests answered by a connector.'],
  ['errorCount', 'tomcat_request_errors_total', 'counter', 'Requests answered with an error.'],
  ['processingTime', 'tomcat_request_processing_seconds_total', 'counter', 'Time spent on requests.', MS],
  ['maxTime', 'tomcat_request_processing_max_seconds', 'gauge', 'Longest time spent on one request.', MS],
  ['bytesReceived', 'tomcat_received_bytes_total', 'counter', 'Bytes of request bodies.'],
  ['bytesSent', 'tomcat_sent_bytes_total', 'counter', 'Bytes of response bodies.'],
];

const sessions: Measure[] = [
  ['activeSessions', 'tomcat_sessions_active', 'gauge', 'Sessions of a context.'],
  ['maxActive', 'tomcat_sessions_active_peak', 'gauge', 'Most sessions at a time since the start.'],
  [
    'maxActiveSessions',
    'tomcat_sessions_active_max',
    'gauge',
    'Sessions that a context may have; -1: any number.',
  ],
  ['sessionCounter', 'tomcat_sessions_created_total', 'counter', 'Sessions created.'],
  ['expiredSessions', 'tomcat_sessions_expired_total', 'counter', 'Sessions that expired.'],
  ['rejectedSessions', 'tomcat_sessions_rejected_total', 'counter', 'Sessions refused for want of room.'],
  ['sessionMaxAliveTime', 'tomcat_session_alive_max_seconds', 'gauge', 'Longest life of an expired session.'],
];

const servlet: Measure[] = [
  ['requestCount', 'tomcat_servlet_requests_total', 'counter', 'Requests to a servlet.'],
  ['errorCount', 'tomcat_servlet_errors_total', 'counter', 'Requests to a servlet that failed.'],
  ['processingTime', 'tomcat_servlet_processing_seconds_total', 'counter', 'Time spent in a servlet.', MS],
  [
    'maxTime',
    'tomcat_servlet_processing_max_seconds',
    'gauge',
    'Longest time of one request to a servlet.',
    MS,
  ],
];

const executor: Measure[] = [
  ['poolSize', 'tomcat_executor_threads', 'gauge', 'Threads of a shared executor.'],
  ['activeCount', 'tomcat_executor_threads_busy', 'gauge', 'Threads that work.'],
  ['maxThreads', 'tomcat_executor_threads_max', 'gauge', 'Threads that an executor may have.'],
  ['queueSize', 'tomcat_executor_queue_length', 'gauge', 'Tasks that wait for a thread.'],
  ['completedTaskCount', 'tomcat_executor_tasks_completed_total', 'counter', 'Tasks done.'],
];

const dataSource: Measure[] = [
  ['numActive', 'tomcat_datasource_connections_active', 'gauge', 'Connections in use.'],
  ['numIdle', 'tomcat_datasource_connections_idle', 'gauge', 'Connections that wait for use.'],
  ['maxTotal', 'tomcat_datasource_connections_max', 'gauge', 'Connections that the pool may have.'],
];

const cache: Measure[] = [
  [
    'lookupCount',
    'tomcat_resource_cache_lookups_total',
    'counter',
    'Lookups in the cache of static resources.',
  ],
  ['hitCount', 'tomcat_resource_cache_hits_total', 'counter', 'Lookups that were answered from it.'],
  [
    'size',
    'tomcat_resource_cache_bytes',
    'gauge',
    'Bytes in the cache of static resources.',
    { factor: 1024 },
  ],
  ['maxSize', 'tomcat_resource_cache_max_bytes', 'gauge', 'Bytes that it may have.', { factor: 1024 }],
];

/** A servlet's bean names its context as `//host/path`. */
const servletName =
  'j2eeType=Servlet,WebModule=//{host}{/context},name={servlet},J2EEApplication=none,J2EEServer=none';

const tables = (domain: string): BeanTable[] => [
  beans(`${domain}:type=Server`, [
    ['serverInfo', 'tomcat_version', 'gauge', 'The version of Tomcat.', { info: 'version' }],
  ]),
  beans(`${domain}:type=ThreadPool,name={connector}`, connector),
  beans(`${domain}:type=GlobalRequestProcessor,name={connector}`, requests),
  beans(`${domain}:type=Manager,host={host},context={context}`, sessions),
  beans(`${domain}:type=WebResourceRoot,host={host},context={context},name=Cache`, cache),
  beans(`${domain}:${servletName}`, servlet),
  beans(`${domain}:type=Executor,name={executor}`, executor),
  beans(`${domain}:type=DataSource,class=javax.sql.DataSource,name={datasource}`, dataSource),
  beans(
    `${domain}:type=DataSource,host={host},context={context},class=javax.sql.DataSource,name={datasource}`,
    dataSource,
  ),
];

export const tomcat = preset('tomcat', [...tables('Catalina'), ...tables('Tomcat')]);
