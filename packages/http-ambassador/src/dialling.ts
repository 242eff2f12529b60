// What a scheme means for connections: how endpoints are dialled, and how a client of a tcp listener begins. The one
// table of schemes; a further protocol that has to be prepared for TLS is a row here.
import { MysqlOpening } from './database/mysql-opening.ts';
import { PlainOpening } from './database/opening.ts';
import { PostgresOpening } from './database/postgres-opening.ts';
import {
  type Announce,
  dialMysql,
  dialPlainAnnounced,
  dialPostgres,
  dialTlsAnnounced,
} from './database/upgrade-dial.ts';
import { type Dial, dialPlain } from './endpoint.ts';
import type { ListenerSpec, Scheme, Target, UpstreamSpec } from './plan.ts';
import { type Origin, writeHeader } from './proxy-protocol/header.ts';
import type { OpeningKind } from './tcp-mode.ts';
import { dialTls, type TlsClient, tlsClient } from './tls.ts';
import type { TlsMaterial, TlsModules } from './tls-material.ts';

type Prepared = {
  readonly opening: OpeningKind;
  readonly dial: (client: TlsClient, announce: Announce) => Dial;
};

/** Protocols that begin in plain text and go on in TLS. */
const PREPARED: { readonly [scheme in Scheme]?: Prepared } = {
  postgres: { opening: PostgresOpening, dial: dialPostgres },
  mysql: { opening: MysqlOpening, dial: dialMysql },
};
/** What is spoken inside TLS, where we know it; PostgreSQL wants its name from version 17 on. */
const ALPN: { readonly [scheme in Scheme]?: string } = { https: 'http/1.1', postgres: 'postgresql' };

const schemeOf = ({ targets }: UpstreamSpec): Scheme => targets[0]?.scheme ?? 'tcp';
const isSecure = ({ scheme }: Target): boolean => scheme !== 'http' && scheme !== 'tcp';
const nothing = (): Buffer => Buffer.alloc(0);

export const openingOf = (upstream: UpstreamSpec): OpeningKind =>
  PREPARED[schemeOf(upstream)]?.opening ?? PlainOpening;

/** @param modules where the plan needs TLS @throws SettingError naming a certificate that cannot be used */
export function dialOf(
  upstream: UpstreamSpec,
  modules: TlsModules | undefined,
  material: (modules: TlsModules) => TlsMaterial,
): Dial {
  const { section, targets } = upstream;
  const [target] = targets;
  const version = section?.sendProxyProtocol;
  const announce = version && ((origin: Origin | undefined): Buffer => writeHeader(version, origin));
  if (modules === undefined || target === undefined || !isSecure(target))
    return announce === undefined ? dialPlain : dialPlainAnnounced(announce);
  const plan = {
    serverName: section?.tlsServerName ?? target.authority.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''),
    verify: section?.tlsInsecure !== true,
  };
  const client = tlsClient(modules.tls, material(modules), plan, ALPN[target.scheme]);
  const dial = PREPARED[target.scheme]?.dial ?? (announce === undefined ? dialTls : dialTlsAnnounced);
  return dial(client, announce ?? nothing);
}

/** Whether anything of the plan speaks TLS. */
export function needsTls(specs: readonly ListenerSpec[]): boolean {
  return specs.some(
    ({ mode, tls, routes }) =>
      mode === 'forward' ||
      tls !== undefined ||
      routes.some(({ upstream }) => upstream.targets.some(isSecure)),
  );
}
