import { expect, test } from 'vitest';
import { candidates, parseHosts, parseResolvConf } from '../../src/dns/resolv-conf.ts';

const KUBERNETES = `# made by the kubelet
search shop.svc.cluster.local svc.cluster.local cluster.local.
nameserver 10.96.0.10
options ndots:5 edns0
`;

const conf: { name: string; in: string; out: object }[] = [
  {
    name: 'nothing at all',
    in: '',
    out: { servers: ['127.0.0.1'], search: [], ndots: 1, timeoutMs: 5000, attempts: 2 },
  },
  {
    name: 'as in a pod',
    in: KUBERNETES,
    out: {
      servers: ['10.96.0.10'],
      search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
      timeoutMs: 5000,
      attempts: 2,
    },
  },
  {
    name: 'several servers, domain, the last search counts, root adds nothing',
    in: 'domain a.example\nnameserver ::1\n\tnameserver 10.0.0.1 ; second\nsearch B.example . \n',
    out: { servers: ['::1', '10.0.0.1'], search: ['b.example'], ndots: 1, timeoutMs: 5000, attempts: 2 },
  },
  {
    name: 'options out of bounds and unknown ones',
    in: 'options timeout:99 attempts:0 ndots:x rotate trust-ad\r\nsortlist 10.0.0.0\nnameserver\n',
    out: { servers: ['127.0.0.1'], search: [], ndots: 1, timeoutMs: 30_000, attempts: 1 },
  },
];

test.each(conf)('$name', ({ in: text, out }) => {
  expect(parseResolvConf(text)).toEqual(out);
});

const pod = { search: ['shop.svc', 'svc'], ndots: 5 };
const plain = { search: ['corp.example'], ndots: 1 };

test.each([
  { in: 'db', conf: pod, out: ['db.shop.svc', 'db.svc', 'db'] },
  { in: 'db.other', conf: pod, out: ['db.other.shop.svc', 'db.other.svc', 'db.other'] },
  { in: 'a.b.c.d.e.f', conf: pod, out: ['a.b.c.d.e.f', 'a.b.c.d.e.f.shop.svc', 'a.b.c.d.e.f.svc'] },
  { in: 'db.other.', conf: pod, out: ['db.other'] },
  { in: 'api', conf: plain, out: ['api.corp.example', 'api'] },
  { in: 'api.example', conf: plain, out: ['api.example', 'api.example.corp.example'] },
  { in: 'api', conf: { search: [], ndots: 1 }, out: ['api'] },
])('$in is asked for as $out', ({ in: name, conf: how, out }) => {
  expect(candidates(name, how)).toEqual(out);
});

test('hosts: several names of one address, several addresses of one name, comments', () => {
  const hosts = parseHosts(
    '127.0.0.1\tlocalhost Me.Example. # me\n# 10.0.0.1 no\n::1 localhost localhost\n\n',
  );
  expect(hosts.get('localhost')).toEqual(['127.0.0.1', '::1']);
  expect(hosts.get('me.example')).toEqual(['127.0.0.1']);
  expect(hosts.has('no')).toBe(false);
});
