// Apache ZooKeeper: a server alone, or one of an ensemble, whose beans have its number and its role.

import { beans, MS, preset, type Measure } from './preset.ts';

const server: Measure[] = [
  ['AvgRequestLatency', 'zookeeper_request_latency_avg_seconds', 'gauge', 'Mean time of a request.', MS],
  ['MaxRequestLatency', 'zookeeper_request_latency_max_seconds', 'gauge', 'Longest time of a request.', MS],
  ['OutstandingRequests', 'zookeeper_outstanding_requests', 'gauge', 'Requests that wait.'],
  ['PacketsReceived', 'zookeeper_packets_received_total', 'counter', 'Packets received.'],
  ['PacketsSent', 'zookeeper_packets_sent_total', 'counter', 'Packets sent.'],
  ['NumAliveConnections', 'zookeeper_connections', 'gauge', 'Open connections of clients.'],
  [
    'MaxClientCnxnsPerHost',
    'zookeeper_connections_max_per_host',
    'gauge',
    'Connections that a client host may have; 0: any number.',
  ],
  ['TickTime', 'zookeeper_tick_seconds', 'gauge', 'Length of a tick.', MS],
  [
    'MinSessionTimeout',
    'zookeeper_session_timeout_min_seconds',
    'gauge',
    'Shortest timeout of a session.',
    MS,
  ],
  [
    'MaxSessionTimeout',
    'zookeeper_session_timeout_max_seconds',
    'gauge',
    'Longest timeout of a session.',
    MS,
  ],
  ['Version', 'zookeeper_version', 'gauge', 'Version of the server.', { info: 'version' }],
];

const tree: Measure[] = [
  ['NodeCount', 'zookeeper_znodes', 'gauge', 'Nodes of the tree.'],
  ['WatchCount', 'zookeeper_watches', 'gauge', 'Watches that clients have set.'],
];

const DOMAIN = 'org.apache.ZooKeeperService';
const MEMBER = `${DOMAIN}:name0=ReplicatedServer_id{member}`;
const role = `name1=replica.{replica},name2={role:Follower|Leader|Observer}`;

export const zookeeper = preset('zookeeper', [
  beans(`${DOMAIN}:name0=StandaloneServer_port{client_port}`, server),
  beans(`${DOMAIN}:name0=StandaloneServer_port{client_port},name1=InMemoryDataTree`, tree),
  beans(MEMBER, [['QuorumSize', 'zookeeper_quorum_size', 'gauge', 'Servers that vote.']]),
  beans(`${MEMBER},name1=replica.{replica}`, [
    ['State', 'zookeeper_replica_state', 'gauge', 'State of a server that votes.', { info: 'state' }],
  ]),
  beans(`${MEMBER},${role}`, [
    ...server,
    ['ElectionTimeTaken', 'zookeeper_election_seconds', 'gauge', 'Time the last election took.', MS],
    [
      'PendingRevalidationCount',
      'zookeeper_pending_revalidations',
      'gauge',
      'Sessions that a follower asks its leader for.',
    ],
  ]),
  beans(`${MEMBER},${role},name3=InMemoryDataTree`, tree),
]);
