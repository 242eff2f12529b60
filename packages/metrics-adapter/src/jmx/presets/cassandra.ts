// Apache Cassandra 3.11 to 5: requests of clients, tables, compaction, thread pools, caches. Its timers are in
// microseconds.

import { beans, preset, US, type BeanTable, type Measure } from './preset.ts';

const DOMAIN = 'org.apache.cassandra.metrics';

/** One bean, whose number is its Count or Value. */
const bean = (key: string, measure: Measure): BeanTable => beans(`${DOMAIN}:${key}`, [measure]);

const quantiles = (metric: string, help: string, factor = 1): Measure[] =>
  Object.entries({ '50': '0.5', '95': '0.95', '99': '0.99', '999': '0.999' }).map(
    ([percentile, quantile]): Measure => {
      return [`${percentile}thPercentile`, metric, 'gauge', help, { factor, labels: { quantile } }];
    },
  );

const REQUEST = 'type=ClientRequest,scope={operation}';
const requests: BeanTable[] = [
  beans(`${DOMAIN}:${REQUEST},name=Latency`, [
    ['Count', 'cassandra_client_requests_total', 'counter', 'Requests of clients.'],
    ...quantiles('cassandra_client_request_seconds', 'Time of requests of clients, of late.', US.factor),
  ]),
  bean(`${REQUEST},name=TotalLatency`, [
    'Count',
    'cassandra_client_request_seconds_total',
    'counter',
    'Time spent on requests of clients.',
    US,
  ]),
  bean(`${REQUEST},name=Timeouts`, [
    'Count',
    'cassandra_client_request_timeouts_total',
    'counter',
    'Requests that timed out.',
  ]),
  bean(`${REQUEST},name=Failures`, [
    'Count',
    'cassandra_client_request_failures_total',
    'counter',
    'Requests that failed.',
  ]),
  bean(`${REQUEST},name=Unavailables`, [
    'Count',
    'cassandra_client_request_unavailables_total',
    'counter',
    'Requests for which too few replicas were up.',
  ]),
  bean('type=Client,name=connectedNativeClients', [
    'Value',
    'cassandra_native_clients',
    'gauge',
    'Connected clients.',
  ]),
];

const TABLE = 'type=Table,keyspace={keyspace},scope={table}';
const tables: BeanTable[] = [
  ...(['Read', 'Write'] as const).map((kind) => {
    const word = kind.toLowerCase();
    return beans(`${DOMAIN}:${TABLE},name=${kind}Latency`, [
      ['Count', `cassandra_table_${word}s_total`, 'counter', `Local ${word}s of a table.`],
      ...quantiles(
        `cassandra_table_${word}_seconds`,
        `Time of local ${word}s of a table, of late.`,
        US.factor,
      ),
    ]);
  }),
  bean(`${TABLE},name=LiveDiskSpaceUsed`, [
    'Count',
    'cassandra_table_live_disk_bytes',
    'gauge',
    'Disk used by live SSTables.',
  ]),
  bean(`${TABLE},name=TotalDiskSpaceUsed`, [
    'Count',
    'cassandra_table_disk_bytes',
    'gauge',
    'Disk used by all SSTables.',
  ]),
  bean(`${TABLE},name=LiveSSTableCount`, ['Value', 'cassandra_table_sstables', 'gauge', 'Live SSTables.']),
  bean(`${TABLE},name=PendingCompactions`, [
    'Value',
    'cassandra_table_pending_compactions',
    'gauge',
    'Compactions to do, as estimated.',
  ]),
  bean(`${TABLE},name=EstimatedPartitionCount`, [
    'Value',
    'cassandra_table_partitions',
    'gauge',
    'Partitions, as estimated.',
  ]),
  bean(`${TABLE},name=MemtableLiveDataSize`, [
    'Value',
    'cassandra_table_memtable_bytes',
    'gauge',
    'Live data in memtables.',
  ]),
  bean(`${TABLE},name=BloomFilterFalseRatio`, [
    'Value',
    'cassandra_table_bloom_filter_false_ratio',
    'gauge',
    'False positives of the bloom filters.',
  ]),
  beans(
    `${DOMAIN}:${TABLE},name=TombstoneScannedHistogram`,
    quantiles('cassandra_table_tombstones_scanned', 'Tombstones read by a query, of late.'),
  ),
  beans(
    `${DOMAIN}:${TABLE},name=SSTablesPerReadHistogram`,
    quantiles('cassandra_table_sstables_per_read', 'SSTables read by a query, of late.'),
  ),
];

const POOL = 'type=ThreadPools,path={path},scope={pool}';
const node: BeanTable[] = [
  bean('type=Storage,name=Load', ['Count', 'cassandra_storage_load_bytes', 'gauge', 'Data on this node.']),
  bean('type=Storage,name=Exceptions', [
    'Count',
    'cassandra_storage_exceptions_total',
    'counter',
    'Internal exceptions.',
  ]),
  bean('type=Storage,name=TotalHints', [
    'Count',
    'cassandra_storage_hints_total',
    'counter',
    'Hints written.',
  ]),
  bean('type=Compaction,name=PendingTasks', [
    'Value',
    'cassandra_compaction_pending_tasks',
    'gauge',
    'Compactions to do, as estimated.',
  ]),
  bean('type=Compaction,name=CompletedTasks', [
    'Value',
    'cassandra_compaction_completed_tasks_total',
    'counter',
    'Compactions done.',
  ]),
  bean('type=Compaction,name=BytesCompacted', [
    'Count',
    'cassandra_compaction_bytes_total',
    'counter',
    'Bytes compacted.',
  ]),
  bean('type=CommitLog,name=TotalCommitLogSize', [
    'Value',
    'cassandra_commitlog_bytes',
    'gauge',
    'Disk used by commit logs.',
  ]),
  bean('type=CommitLog,name=PendingTasks', [
    'Value',
    'cassandra_commitlog_pending_tasks',
    'gauge',
    'Writes to the commit log that wait.',
  ]),
  bean('type=DroppedMessage,scope={message},name=Dropped', [
    'Count',
    'cassandra_dropped_messages_total',
    'counter',
    'Messages dropped because they waited too long.',
  ]),
  bean(`${POOL},name=ActiveTasks`, [
    'Value',
    'cassandra_threadpool_active_tasks',
    'gauge',
    'Tasks that are worked on.',
  ]),
  bean(`${POOL},name=PendingTasks`, [
    'Value',
    'cassandra_threadpool_pending_tasks',
    'gauge',
    'Tasks that wait.',
  ]),
  bean(`${POOL},name=CompletedTasks`, [
    'Value',
    'cassandra_threadpool_completed_tasks_total',
    'counter',
    'Tasks done.',
  ]),
  bean(`${POOL},name=TotalBlockedTasks`, [
    'Count',
    'cassandra_threadpool_blocked_tasks_total',
    'counter',
    'Tasks that found the queue full.',
  ]),
  bean('type=Cache,scope={cache},name=Hits', [
    'Count',
    'cassandra_cache_hits_total',
    'counter',
    'Hits of a cache.',
  ]),
  bean('type=Cache,scope={cache},name=Requests', [
    'Count',
    'cassandra_cache_requests_total',
    'counter',
    'Requests to a cache.',
  ]),
  bean('type=Cache,scope={cache},name=Size', [
    'Value',
    'cassandra_cache_bytes',
    'gauge',
    'Bytes in a cache.',
  ]),
  bean('type=Cache,scope={cache},name=Capacity', [
    'Value',
    'cassandra_cache_max_bytes',
    'gauge',
    'Bytes that a cache may have.',
  ]),
  beans('org.apache.cassandra.net:type=FailureDetector', [
    ['UpEndpointCount', 'cassandra_endpoints_up', 'gauge', 'Nodes that this node takes for alive.'],
    ['DownEndpointCount', 'cassandra_endpoints_down', 'gauge', 'Nodes that this node takes for dead.'],
  ]),
];

export const cassandra = preset('cassandra', [...requests, ...tables, ...node]);
