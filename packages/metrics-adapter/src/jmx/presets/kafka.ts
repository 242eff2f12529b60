// Apache Kafka: brokers and controllers (Yammer metrics), consumers and producers (Kafka's own metrics, whose key
// properties come in any order). The broker's sums and the topics' shares have different names, so that a sum over
// labels counts nothing twice.

import { beans, MS, preset, type BeanTable, type Measure } from './preset.ts';

/** Bean -> what its one number is. */
type Meter = readonly [bean: string, metric: string, help: string, more?: Measure[4]];

const counters = (name: (bean: string) => string, prefix: string, meters: readonly Meter[]): BeanTable[] =>
  meters.map(([bean, metric, help]) =>
    beans(name(bean), [['Count', `${prefix}_${metric}_total`, 'counter', help]]),
  );

const gauges = (name: (bean: string) => string, meters: readonly Meter[]): BeanTable[] =>
  meters.map(([bean, metric, help, more]) => beans(name(bean), [['Value', metric, 'gauge', help, more]]));

const traffic: Meter[] = [
  ['MessagesInPerSec', 'messages_in', 'Messages received from producers.'],
  ['BytesInPerSec', 'bytes_in', 'Bytes received from producers.'],
  ['BytesOutPerSec', 'bytes_out', 'Bytes sent to consumers.'],
  ['BytesRejectedPerSec', 'bytes_rejected', 'Bytes refused because a batch was too large.'],
  ['TotalProduceRequestsPerSec', 'produce_requests', 'Produce requests.'],
  ['FailedProduceRequestsPerSec', 'produce_requests_failed', 'Produce requests that failed.'],
  ['TotalFetchRequestsPerSec', 'fetch_requests', 'Fetch requests.'],
  ['FailedFetchRequestsPerSec', 'fetch_requests_failed', 'Fetch requests that failed.'],
];

const brokerTraffic: Meter[] = [
  ...traffic,
  ['ReplicationBytesInPerSec', 'replication_bytes_in', 'Bytes received from leaders.'],
  ['ReplicationBytesOutPerSec', 'replication_bytes_out', 'Bytes sent to followers.'],
];

const replicaGauges: Meter[] = [
  ['PartitionCount', 'kafka_broker_partitions', 'Partitions on this broker.'],
  ['LeaderCount', 'kafka_broker_leaders', 'Partitions that this broker leads.'],
  [
    'UnderReplicatedPartitions',
    'kafka_broker_under_replicated_partitions',
    'Partitions led here that lack replicas.',
  ],
  [
    'UnderMinIsrPartitionCount',
    'kafka_broker_under_min_isr_partitions',
    'Partitions led here below min.insync.replicas.',
  ],
  [
    'AtMinIsrPartitionCount',
    'kafka_broker_at_min_isr_partitions',
    'Partitions led here that can lose no replica.',
  ],
  ['OfflineReplicaCount', 'kafka_broker_offline_replicas', 'Replicas here that are offline.'],
  [
    'ReassigningPartitions',
    'kafka_broker_reassigning_partitions',
    'Partitions led here that are being moved.',
  ],
];

const controllerGauges: Meter[] = [
  ['ActiveControllerCount', 'kafka_controller_active', '1 where the active controller is.'],
  ['OfflinePartitionsCount', 'kafka_controller_offline_partitions', 'Partitions without a leader.'],
  [
    'PreferredReplicaImbalanceCount',
    'kafka_controller_preferred_replica_imbalance',
    'Partitions not led by their preferred replica.',
  ],
  ['GlobalTopicCount', 'kafka_controller_topics', 'Topics of the cluster.'],
  ['GlobalPartitionCount', 'kafka_controller_partitions', 'Partitions of the cluster.'],
  ['ActiveBrokerCount', 'kafka_controller_brokers_active', 'Brokers that are registered and not fenced.'],
  ['FencedBrokerCount', 'kafka_controller_brokers_fenced', 'Brokers that are registered and fenced.'],
  [
    'LastAppliedRecordLagMs',
    'kafka_controller_metadata_lag_seconds',
    'Age of the last metadata record applied.',
    MS,
  ],
];

const quantiles: Measure[] = Object.entries({ '50': '0.5', '99': '0.99', '999': '0.999' }).map(
  ([percentile, quantile]): Measure => {
    const help = 'Time of requests of a kind in a phase, of late.';
    return [
      `${percentile}thPercentile`,
      'kafka_request_seconds',
      'gauge',
      help,
      { ...MS, labels: { quantile } },
    ];
  },
);

const broker: BeanTable[] = [
  ...counters((bean) => `kafka.server:type=BrokerTopicMetrics,name=${bean}`, 'kafka_broker', brokerTraffic),
  ...counters(
    (bean) => `kafka.server:type=BrokerTopicMetrics,name=${bean},topic={topic}`,
    'kafka_topic',
    traffic,
  ),
  ...gauges((bean) => `kafka.server:type=ReplicaManager,name=${bean}`, replicaGauges),
  ...counters((bean) => `kafka.server:type=ReplicaManager,name=${bean}`, 'kafka_broker', [
    ['IsrShrinksPerSec', 'isr_shrinks', 'Times that a replica fell out of sync.'],
    ['IsrExpandsPerSec', 'isr_expands', 'Times that a replica came back in sync.'],
  ]),
  ...gauges(
    (bean) => `kafka.server:type=${bean}`,
    [
      [
        'ReplicaFetcherManager,name=MaxLag,clientId=Replica',
        'kafka_broker_replica_lag_max',
        'Messages by which the worst replica is behind.',
      ],
      ['KafkaServer,name=BrokerState', 'kafka_broker_state', 'State of the broker; 3: running.'],
      [
        'DelayedOperationPurgatory,name=PurgatorySize,delayedOperation={operation}',
        'kafka_broker_purgatory_size',
        'Requests that wait in a purgatory.',
      ],
    ],
  ),
  beans('kafka.server:type=KafkaRequestHandlerPool,name=RequestHandlerAvgIdlePercent', [
    [
      'OneMinuteRate',
      'kafka_broker_request_handlers_idle_ratio',
      'gauge',
      'Time that request handlers were idle, of late.',
    ],
  ]),
  ...gauges((bean) => `kafka.controller:type=KafkaController,name=${bean}`, controllerGauges),
  ...counters((bean) => `kafka.controller:type=ControllerStats,name=${bean}`, 'kafka_controller', [
    [
      'UncleanLeaderElectionsPerSec',
      'unclean_leader_elections',
      'Elections of a replica that was not in sync.',
    ],
    ['LeaderElectionRateAndTimeMs', 'leader_elections', 'Elections of leaders.'],
  ]),
];

const KINDS = '{request:Produce|FetchConsumer|FetchFollower}';
const PHASES = '{phase:Total|RequestQueue|Local|Remote|ResponseQueue|ResponseSend}';

const network: BeanTable[] = [
  beans(`kafka.network:type=RequestMetrics,name=${PHASES}TimeMs,request=${KINDS}`, quantiles),
  beans('kafka.network:type=RequestMetrics,name=RequestsPerSec,request={request},version={version}', [
    ['Count', 'kafka_requests_total', 'counter', 'Requests by kind and version.'],
  ]),
  beans('kafka.network:type=RequestMetrics,name=ErrorsPerSec,request={request},error={error}', [
    ['Count', 'kafka_responses_total', 'counter', 'Responses by kind and error; NONE: success.'],
  ]),
  ...gauges(
    (bean) => `kafka.network:type=${bean}`,
    [
      [
        'RequestChannel,name=RequestQueueSize',
        'kafka_broker_request_queue_length',
        'Requests that wait for a handler.',
      ],
      [
        'RequestChannel,name=ResponseQueueSize',
        'kafka_broker_response_queue_length',
        'Responses that wait to be sent.',
      ],
      [
        'SocketServer,name=NetworkProcessorAvgIdlePercent',
        'kafka_broker_network_threads_idle_ratio',
        'Time that network threads were idle, of late.',
      ],
    ],
  ),
];

const PARTITION = 'topic={topic},partition={partition}';

const storage: BeanTable[] = [
  ...gauges(
    (bean) => `kafka.log:type=Log,name=${bean},${PARTITION}`,
    [
      ['Size', 'kafka_log_size_bytes', 'Bytes of a partition on disk.'],
      ['LogStartOffset', 'kafka_log_start_offset', 'First offset of a partition.'],
      ['LogEndOffset', 'kafka_log_end_offset', 'Next offset of a partition.'],
    ],
  ),
  ...gauges(
    (bean) => `kafka.log:type=LogManager,name=${bean}`,
    [['OfflineLogDirectoryCount', 'kafka_log_directories_offline', 'Log directories that failed.']],
  ),
  ...gauges(
    (bean) => `kafka.coordinator.group:type=GroupMetadataManager,name=${bean}`,
    [
      ['NumGroups', 'kafka_groups', 'Consumer groups that this broker coordinates.'],
      ['NumGroupsStable', 'kafka_groups_stable', 'Those that are stable.'],
    ],
  ),
];

const clients: BeanTable[] = [
  beans('kafka.consumer:type=consumer-fetch-manager-metrics,client-id={client}', [
    [
      'records-lag-max',
      'kafka_consumer_records_lag_max',
      'gauge',
      'Records by which the worst partition is behind.',
    ],
    ['records-consumed-total', 'kafka_consumer_records_total', 'counter', 'Records consumed.'],
    ['bytes-consumed-total', 'kafka_consumer_bytes_total', 'counter', 'Bytes consumed.'],
    [
      'fetch-latency-avg',
      'kafka_consumer_fetch_latency_avg_seconds',
      'gauge',
      'Mean time of a fetch, of late.',
      MS,
    ],
  ]),
  beans(
    `kafka.consumer:type=consumer-fetch-manager-metrics,client-id={client},${PARTITION}`,
    [['records-lag', 'kafka_consumer_records_lag', 'gauge', 'Records by which a partition is behind.']],
    true,
  ),
  beans('kafka.consumer:type=consumer-coordinator-metrics,client-id={client}', [
    [
      'assigned-partitions',
      'kafka_consumer_assigned_partitions',
      'gauge',
      'Partitions assigned to a consumer.',
    ],
    ['commit-total', 'kafka_consumer_commits_total', 'counter', 'Commits of offsets.'],
    ['rebalance-total', 'kafka_consumer_rebalances_total', 'counter', 'Rebalances of the group.'],
    [
      'failed-rebalance-total',
      'kafka_consumer_rebalances_failed_total',
      'counter',
      'Rebalances that failed.',
    ],
    [
      'last-heartbeat-seconds-ago',
      'kafka_consumer_heartbeat_age_seconds',
      'gauge',
      'Time since the last heartbeat.',
    ],
  ]),
  beans('kafka.producer:type=producer-metrics,client-id={client}', [
    ['record-send-total', 'kafka_producer_records_total', 'counter', 'Records sent.'],
    [
      'record-error-total',
      'kafka_producer_record_errors_total',
      'counter',
      'Records that could not be sent.',
    ],
    ['record-retry-total', 'kafka_producer_record_retries_total', 'counter', 'Records sent again.'],
    ['outgoing-byte-total', 'kafka_producer_sent_bytes_total', 'counter', 'Bytes sent.'],
    [
      'request-latency-avg',
      'kafka_producer_request_latency_avg_seconds',
      'gauge',
      'Mean time of a request, of late.',
      MS,
    ],
    [
      'buffer-available-bytes',
      'kafka_producer_buffer_available_bytes',
      'gauge',
      'Memory for records that is free.',
    ],
    ['waiting-threads', 'kafka_producer_threads_waiting', 'gauge', 'Threads that wait for it.'],
  ]),
];

export const kafka = preset('kafka', [...broker, ...network, ...storage, ...clients]);
