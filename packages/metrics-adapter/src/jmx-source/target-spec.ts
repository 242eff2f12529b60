// What --jmx.target can name, and how it is written. For pollable.ts, which makes something of it that can be polled.
// Pure.

import { type JolokiaTarget, jolokiaName, readJolokiaTarget } from './jolokia-target.ts';

/** A JVM that opens a JMX port: its RMI registry, and the name that the connector has there. */
export type RmiTarget = {
  readonly kind: 'rmi';
  readonly host: string;
  readonly port: number;
  readonly bindingName: string;
};

export type TargetSpec = RmiTarget | JolokiaTarget;

const HOST = String.raw`(\[[0-9a-fA-F:.]+\]|[^:/\s]*)`;
const HOST_PORT = new RegExp(`^${HOST}:(\\d{1,5})$`);
/** `service:jmx:rmi:///jndi/rmi://host:port/name`; what stands before /jndi is for servers. */
const JMX_URL = new RegExp(`^service:jmx:rmi://[^/]*/jndi/rmi://${HOST}(?::(\\d{1,5}))?/(.+)$`);
const REGISTRY_PORT = '1099';

/** @throws Error that says what can be written */
export function readTarget(text: string): TargetSpec {
  const jolokia = readJolokiaTarget(text);
  if (jolokia !== undefined) return jolokia;
  const [, host, port = REGISTRY_PORT, bindingName = 'jmxrmi'] =
    HOST_PORT.exec(text) ?? JMX_URL.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new Error(
      'not host:port, service:jmx:rmi:///jndi/rmi://host:port/jmxrmi, or http://host:port/jolokia',
    );
  return { kind: 'rmi', host: host.replaceAll(/[[\]]/g, '') || 'localhost', port: Number(port), bindingName };
}

/** For people, and for the label of a target that has no other. */
export function targetName(spec: TargetSpec): string {
  if (spec.kind === 'jolokia') return jolokiaName(spec);
  return `${spec.host.includes(':') ? `[${spec.host}]` : spec.host}:${spec.port}`;
}
