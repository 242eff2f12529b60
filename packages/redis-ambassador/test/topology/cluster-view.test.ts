// One picture of a cluster from what its nodes say: roles, slots, and who is right when they disagree.
import { describe, expect, test } from 'vitest';
import { type ClusterLook, combine, readNodes } from '../../src/topology/cluster-view.ts';

const master = new Map([
  ['role', 'master'],
  ['redis_version', '7.0.15'],
]);
const replica = new Map([
  ['role', 'slave'],
  ['master_link_status', 'up'],
]);
const at = (port: number): { host: string; port: number } => ({ host: '10.0.0.1', port });
const line = (port: number, flags: string, follows: string, epoch: number, ...slots: string[]): string =>
  [`id${port}`, `10.0.0.1:${port}@1${port}`, flags, follows, '0', '0', epoch, 'connected', ...slots].join(
    ' ',
  );
const look = (port: number, info: ReadonlyMap<string, string>, ...lines: string[]): ClusterLook => ({
  endpoint: at(port),
  nodes: readNodes(lines.join('\n')),
  info,
});

describe('a line of CLUSTER NODES', () => {
  test.each([
    {
      name: 'slots',
      in: line(1, 'myself,master', '-', 3, '0-5', '9'),
      out: {
        slots: [
          [0, 5],
          [9, 9],
        ],
        myself: true,
      },
    },
    {
      name: 'on the move',
      in: line(1, 'master', '-', 3, '0-5', '[5->-id2]'),
      out: { slots: [[0, 5]], moving: true },
    },
    { name: 'a replica', in: line(1, 'slave', 'id7', 3), out: { primary: false, follows: 'id7' } },
    { name: 'dead', in: line(1, 'master,fail', '-', 3), out: { gone: true } },
    { name: 'perhaps dead', in: line(1, 'master,fail?', '-', 3), out: { gone: false } },
    {
      name: 'with a hostname',
      in: 'id1 10.0.0.1:1@2,redis-0.example master - 0 0 1 connected',
      out: { endpoint: at(1), hostname: 'redis-0.example' },
    },
    {
      name: 'with a hostname and more, as Redis 7.2 writes it',
      in: 'id1 10.0.0.1:1@2,redis-0,tls-port=0,shard-id=abc master - 0 0 1 connected',
      out: { hostname: 'redis-0' },
    },
    {
      name: 'IPv6',
      in: 'id1 fd00::1:6379@16379 master - 0 0 1 connected',
      out: { endpoint: { host: 'fd00::1', port: 6379 } },
    },
  ])('$name', ({ in: text, out }) => expect(readNodes(text)).toEqual([expect.objectContaining(out)]));

  test('what is none is left out', () => expect(readNodes('\n\nvars currentEpoch 6\n')).toEqual([]));
});

describe('shards', () => {
  const all = [
    line(1, 'master', '-', 1, '0-8191'),
    line(2, 'master', '-', 2, '8192-16383'),
    line(3, 'slave', 'id1', 1),
  ];

  test('primaries with their replicas and slots', () => {
    expect(
      combine([look(1, master, ...all), look(2, master, ...all), look(3, replica, ...all)], false),
    ).toEqual({
      shards: [
        { primary: at(1), replicas: [at(3)], slots: [[0, 8191]] },
        { primary: at(2), replicas: [], slots: [[8192, 16_383]] },
      ],
      moving: false,
      complaints: [],
      seen: expect.any(Map),
      version: '7.0.15',
    });
  });

  test('a primary that cannot be reached: its replica still answers', () => {
    const dead: ClusterLook = { endpoint: at(1), error: 'connect ECONNREFUSED' };
    const { shards, complaints } = combine([dead, look(2, master, ...all), look(3, replica, ...all)], false);
    expect(shards[0]).toEqual({ primary: undefined, replicas: [at(3)], slots: [[0, 8191]] });
    expect(complaints).toEqual(['10.0.0.1:1: connect ECONNREFUSED', 'no primary for slots 0-8191']);
  });

  test('after a failover the higher epoch has the slots, whoever still says otherwise', () => {
    const after = [
      line(1, 'master,fail', '-', 1, '0-8191'),
      all[1]!,
      line(3, 'myself,master', '-', 7, '0-8191'),
    ];
    const { shards } = combine([look(2, master, ...all), look(3, master, ...after)], false);
    expect(shards.find(({ slots }) => slots[0]?.[0] === 0)?.primary).toEqual(at(3));
    expect(shards).toHaveLength(2);
  });

  test('a replica without a link, or loading, is not read from', () => {
    const down = new Map([
      ['role', 'slave'],
      ['master_link_status', 'down'],
    ]);
    expect(combine([look(1, master, ...all), look(3, down, ...all)], false).shards[0]?.replicas).toEqual([]);
  });

  test('slots that nobody has are told', () => {
    const { complaints } = combine([look(1, master, line(1, 'myself,master', '-', 1, '0-99'))], false);
    expect(complaints).toEqual(['only 100 of 16384 slots are served']);
  });

  test('slots on the move are told by the node itself', () => {
    const moving = line(1, 'myself,master', '-', 1, '0-16383', '[0->-id2]');
    expect(combine([look(1, master, moving)], false).moving).toBe(true);
  });
});
