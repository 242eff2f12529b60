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

/** A JVM whose processes we can see: the only one, or that of a number, a main class or a jar. */
export type SeenTarget = {
  readonly kind: 'seen';
  readonly which: number | string | undefined;
  /** Neither dial it nor attach to it. */
  readonly countersOnly: boolean;
};

export type TargetSpec = RmiTarget | JolokiaTarget | SeenTarget;

const SEEN = /^(?:(auto|hsperfdata)(?::(.+))?|pid:(\d+))$/;
const HOST = String.raw`(\[[0-9a-fA-F:.]+\]|[^:/\s]*)`;
const HOST_PORT = new RegExp(`^${HOST}:(\\d{1,5})$`);
/** `service:jmx:rmi:///jndi/rmi://host:port/name`; what stands before /jndi is for servers. */
const JMX_URL = new RegExp(`^service:jmx:rmi://[^/]*/jndi/rmi://${HOST}(?::(\\d{1,5}))?/(.+)$`);
const REGISTRY_PORT = '1099';

/** @throws Error that says what can be written */
export function readTarget(text: string): TargetSpec {
  const jolokia = readJolokiaTarget(text);
  if (jolokia !== undefined) return jolokia;
  const seen = SEEN.exec(text);
  if (seen !== null) return seenTarget(seen[1] === 'hsperfdata', seen[2] ?? seen[3]);
  const [, host, port = REGISTRY_PORT, bindingName = 'jmxrmi'] =
    HOST_PORT.exec(text) ?? JMX_URL.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new Error(
      'not host:port, service:jmx:rmi:///jndi/rmi://host:port/jmxrmi, http://host:port/jolokia, auto, auto:NAME or pid:N',
    );
  return { kind: 'rmi', host: host.replaceAll(/[[\]]/g, '') || 'localhost', port: Number(port), bindingName };
}

function seenTarget(countersOnly: boolean, which: string | undefined): SeenTarget {
  return { kind: 'seen', which: /^\d+$/.test(which ?? '') ? Number(which) : which, countersOnly };
}

/** For people, and for the label of a target that has no other. */
export function targetName(spec: TargetSpec): string {
  if (spec.kind === 'jolokia') return jolokiaName(spec);
  if (spec.kind === 'rmi') return `${spec.host.includes(':') ? `[${spec.host}]` : spec.host}:${spec.port}`;
  const { which, countersOnly } = spec;
  const way = countersOnly ? 'hsperfdata' : typeof which === 'number' ? 'pid' : 'auto';
  return which === undefined ? way : `${way}:${which}`;
}
