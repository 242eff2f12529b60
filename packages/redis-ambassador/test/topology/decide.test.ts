// Who is primary: by what servers say of themselves and of each other.
import { expect, test } from 'vitest';
import { decide, type Look, replicasOf } from '../../src/topology/decide.ts';

const at = (port: number): { host: string; port: number } => ({ host: 'h', port });
const info = (port: number, rows: Record<string, string>): Look => ({
  endpoint: at(port),
  info: new Map(Object.entries(rows)),
});
const master = (port: number, more: Record<string, string> = {}): Look =>
  info(port, { role: 'master', redis_version: '7.0.15', loading: '0', ...more });
const replica = (port: number, of: number, link = 'up', more: Record<string, string> = {}): Look =>
  info(port, { role: 'slave', master_host: 'h', master_port: String(of), master_link_status: link, ...more });
const dead = (port: number): Look => ({ endpoint: at(port), error: 'connection refused' });

test.each([
  { name: 'one of each', looks: [replica(2, 1), master(1)], out: [1, [2]], complaints: [] },
  {
    name: 'a replica whose link is down',
    looks: [master(1), replica(2, 1, 'down')],
    out: [1, []],
    complaints: ['h:2: its link to the primary h:1 is down'],
  },
  {
    name: 'two primaries: the one that others follow',
    looks: [master(1), master(2), replica(3, 2)],
    out: [2, [3]],
    complaints: [],
  },
  {
    name: 'two primaries nobody follows: the one it was',
    looks: [master(1), master(2)],
    current: 'h:2',
    out: [2, []],
    complaints: [],
  },
  {
    name: 'the old one is back and nobody follows it',
    looks: [master(1), master(2), replica(3, 2)],
    current: 'h:1',
    out: [2, [3]],
    complaints: [],
  },
  {
    name: 'nobody there',
    looks: [dead(1)],
    out: [undefined, []],
    complaints: ['h:1: connection refused', 'no server can be reached'],
  },
  {
    name: 'the primary is dead: its replicas are read from',
    looks: [dead(1), replica(2, 1, 'down')],
    out: [undefined, [2]],
    complaints: [
      'h:1: connection refused',
      'h:2: its link to the primary h:1 is down',
      'no primary among h:2: all are replicas',
    ],
  },
  {
    name: 'only replicas',
    looks: [replica(2, 1)],
    out: [undefined, [2]],
    complaints: ['no primary among h:2: all are replicas'],
  },
  {
    name: 'a primary that loads',
    looks: [master(1, { loading: '1' })],
    out: [undefined, []],
    complaints: ['h:1: is loading its data', 'the primary is loading its data'],
  },
  {
    name: 'a replica that loads',
    looks: [master(1), replica(2, 1, 'up', { loading: '1' })],
    out: [1, []],
    complaints: ['h:2: is loading its data'],
  },
  {
    name: 'two primaries behind translated addresses: the one whose history the replica has',
    looks: [
      master(1, { master_replid: 'a' }),
      master(2, { master_replid: 'b' }),
      replica(3, 99, 'up', { master_replid: 'b' }),
    ],
    out: [2, [3]],
    complaints: [],
  },
  {
    name: 'a replica of another primary is not read from',
    looks: [
      master(1, { master_replid: 'a' }),
      replica(2, 9, 'up', { master_replid: 'x' }),
      replica(3, 1, 'up', { master_replid: 'a' }),
    ],
    out: [1, [3]],
    complaints: ['h:2: follows h:9, not the primary'],
  },
  {
    name: 'the one that was replaced is back, with more replicas than its successor',
    looks: [
      master(1, { master_replid: 'a' }),
      master(2, { master_replid: 'b' }),
      replica(3, 1, 'up', { master_replid: 'a' }),
    ],
    current: 'h:2',
    superseded: ['a'],
    out: [2, []],
    complaints: ['h:3: follows h:1, not the primary', 'h:1: calls itself primary, but was replaced'],
  },
  {
    name: 'the one that was replaced is the only one left: no writes to what it has missed',
    looks: [master(1, { master_replid: 'a' }), dead(2)],
    current: 'h:2',
    superseded: ['a'],
    out: [undefined, []],
    complaints: [
      'h:2: connection refused',
      'h:1: calls itself primary, but was replaced',
      'no primary that may be one among h:1',
    ],
  },
  {
    name: 'the successor was made its replica again: it is the primary',
    looks: [master(1, { master_replid: 'a' }), replica(2, 1, 'up', { master_replid: 'a' })],
    current: 'h:2',
    superseded: ['a'],
    out: [1, [2]],
    complaints: [],
  },
  {
    name: 'only the appointed may be primary',
    looks: [master(1), master(2), replica(3, 1)],
    appointed: ['h:2'],
    out: [2, [3]],
    complaints: [],
  },
  {
    name: 'the appointed is a replica',
    looks: [master(1), replica(2, 1)],
    appointed: ['h:2'],
    out: [undefined, [2]],
    complaints: ['h:2 is a replica of h:1, not a primary'],
  },
  {
    name: 'the appointed is dead',
    looks: [master(1), dead(2)],
    appointed: ['h:2'],
    out: [undefined, []],
    complaints: ['h:2: connection refused', 'the primary h:2 is not there'],
  },
  {
    name: 'one server at two addresses counts once, as the appointed',
    looks: [master(1, { run_id: 'm' }), master(5, { run_id: 'm' }), replica(3, 1)],
    appointed: ['h:5'],
    out: [5, [3]],
    complaints: [],
  },
])('$name', ({ looks, current, superseded, appointed, out, complaints }) => {
  const sighting = decide(looks, {
    current,
    superseded: new Set(superseded),
    ...(appointed && { appointed: new Set(appointed) }),
  });
  expect([sighting.primary?.port, sighting.replicas.map(({ port }) => port)]).toEqual(out);
  expect(sighting.complaints).toEqual(complaints);
});

test('the replicas that a primary names and that are in sync', () => {
  const rows = new Map([
    ['slave0', 'ip=10.0.0.1,port=6380,state=online,offset=1,lag=0'],
    ['slave1', 'ip=::1,port=6381,state=online,offset=1,lag=0'],
    ['slave2', 'ip=10.0.0.3,port=6382,state=wait_bgsave,offset=0,lag=0'],
    ['slave_read_only', '1'],
  ]);
  expect(replicasOf(rows)).toEqual([
    { host: '10.0.0.1', port: 6380 },
    { host: '::1', port: 6381 },
  ]);
});
