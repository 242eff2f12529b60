// Images of others that the manifests name, and what can stand for them on a machine that reaches no registry: folders
// with a Dockerfile that needs nothing but Debian. For the tests and for `npm run pod`.

import { join } from 'node:path';
import type { StandIn } from '@podmate/testkit/pod/provide-images';

/** Image as the manifests name it -> what does the same for their purpose. */
export const standIns: Readonly<Record<string, StandIn>> = {
  'nginxinc/nginx-unprivileged:1.28': standIn('nginx', 'log-tailer/nginx'),
  'busybox:1.37': standIn('busybox', 'stand-ins/busybox'),
  'redis:7.4': standIn('redis', 'redis-ambassador/redis'),
  'haproxy:3.2': standIn('haproxy', 'redis-ambassador/haproxy'),
  'postgres:17': standIn('postgres', 'http-ambassador/postgres'),
  'edoburu/pgbouncer:v1.24.1-p1': standIn('pgbouncer', 'http-ambassador/pgbouncer'),
  'ubuntu/squid:5.2-22.04_beta': standIn('squid', 'http-ambassador/squid'),
  'tomcat:10.1-jre17': standIn('tomcat', 'metrics-adapter-jmx/tomcat'),
  'perl:5.40-slim': standIn('perl', 'stand-ins/perl'),
};

function standIn(name: string, folder: string): StandIn {
  return { tag: `podmate-examples/${name}`, context: join(import.meta.dirname, folder) };
}
