// Apache ActiveMQ Classic: the broker and its destinations. Consumers and advisory topics have a bean
// each as well, far too many for series, and are left out.

import { beans, MS, PERCENT, preset, type Measure } from './preset.ts';

const broker: Measure[] = [
  ['BrokerVersion', 'activemq_version', 'gauge', 'Version of the broker.', { info: 'version' }],
  ['UptimeMillis', 'activemq_uptime_seconds', 'gauge', 'Time since the broker started.', MS],
  ['CurrentConnectionsCount', 'activemq_connections', 'gauge', 'Open connections.'],
  ['TotalConnectionsCount', 'activemq_connections_total', 'counter', 'Connections accepted.'],
  ['TotalConsumerCount', 'activemq_consumers', 'gauge', 'Consumers subscribed.'],
  ['TotalProducerCount', 'activemq_producers', 'gauge', 'Producers.'],
  ['TotalMessageCount', 'activemq_messages', 'gauge', 'Messages that no consumer has acknowledged yet.'],
  ['TotalEnqueueCount', 'activemq_messages_enqueued_total', 'counter', 'Messages sent to the broker.'],
  ['TotalDequeueCount', 'activemq_messages_dequeued_total', 'counter', 'Messages acknowledged by consumers.'],
  ['MemoryPercentUsage', 'activemq_memory_used_ratio', 'gauge', 'Memory limit in use.', PERCENT],
  ['MemoryLimit', 'activemq_memory_limit_bytes', 'gauge', 'Memory for messages.'],
  ['StorePercentUsage', 'activemq_store_used_ratio', 'gauge', 'Store limit in use.', PERCENT],
  ['StoreLimit', 'activemq_store_limit_bytes', 'gauge', 'Disk for persistent messages.'],
  ['TempPercentUsage', 'activemq_temp_used_ratio', 'gauge', 'Limit of the temporary store in use.', PERCENT],
  ['TempLimit', 'activemq_temp_limit_bytes', 'gauge', 'Disk for messages that are not persistent.'],
];

const destination: Measure[] = [
  [
    'QueueSize',
    'activemq_destination_messages',
    'gauge',
    'Messages of a destination that wait for an acknowledgement.',
  ],
  [
    'InFlightCount',
    'activemq_destination_messages_inflight',
    'gauge',
    'Messages sent to a consumer and not acknowledged.',
  ],
  ['ConsumerCount', 'activemq_destination_consumers', 'gauge', 'Consumers of a destination.'],
  ['ProducerCount', 'activemq_destination_producers', 'gauge', 'Producers of a destination.'],
  [
    'EnqueueCount',
    'activemq_destination_messages_enqueued_total',
    'counter',
    'Messages sent to a destination.',
  ],
  [
    'DispatchCount',
    'activemq_destination_messages_dispatched_total',
    'counter',
    'Messages sent to consumers.',
  ],
  ['DequeueCount', 'activemq_destination_messages_dequeued_total', 'counter', 'Messages acknowledged.'],
  ['ExpiredCount', 'activemq_destination_messages_expired_total', 'counter', 'Messages that expired.'],
  ['BlockedSends', 'activemq_destination_sends_blocked_total', 'counter', 'Sends held up by flow control.'],
  [
    'AverageEnqueueTime',
    'activemq_destination_wait_avg_seconds',
    'gauge',
    'Mean time of a message in a destination.',
    MS,
  ],
  [
    'MaxEnqueueTime',
    'activemq_destination_wait_max_seconds',
    'gauge',
    'Longest time of a message in a destination.',
    MS,
  ],
  [
    'MemoryUsageByteCount',
    'activemq_destination_memory_bytes',
    'gauge',
    'Memory that the messages of a destination use.',
  ],
  [
    'MemoryPercentUsage',
    'activemq_destination_memory_used_ratio',
    'gauge',
    'Memory limit of a destination in use.',
    PERCENT,
  ],
  [
    'StoreMessageSize',
    'activemq_destination_store_bytes',
    'gauge',
    'Disk that the messages of a destination use.',
  ],
];

const BROKER = 'org.apache.activemq:type=Broker,brokerName={broker}';

export const activemq = preset(
  'activemq',
  [
    beans(BROKER, broker),
    beans(`${BROKER},destinationType={type:Queue|Topic},destinationName={destination}`, destination),
  ],
  /,destinationName=ActiveMQ\.Advisory\./,
);
