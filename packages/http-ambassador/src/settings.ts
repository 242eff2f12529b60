// Everything http-ambassador can be told. The simple case is one variable, ROUTES; the rest is a settings file with
// listeners and upstreams. For main, --help, the README and the example file, which are all made from this table.
// More than 300 lines, as it is one table.
import {
  type BaseValues,
  defineSettings,
  type Loaded,
  type Table,
  type Values,
} from '@podmate/base/settings';
import { SettingErrors, SettingError } from '@podmate/base/errors';
import { planListeners } from './plan.ts';
import { faultRows, faultsOfListener } from './settings-faults.ts';
import { perRate, perUpstreamMesh, tracing } from './settings-mesh.ts';

/** How an upstream is dealt with; given at the top for all, in a section for one. */
const perUpstream = {
  ...perUpstreamMesh,
  connectTimeout: {
    kind: 'duration',
    group: 'Upstreams',
    default: '5s',
    min: 1,
    help: 'For a connection, TLS included, per attempt.',
  },
  firstByteTimeout: {
    kind: 'duration',
    group: 'Upstreams',
    default: '60s',
    min: 1,
    help: 'From the request to the first byte of the response, per attempt.',
  },
  idleTimeout: {
    kind: 'duration',
    group: 'Upstreams',
    default: '60s',
    min: 1,
    help: 'The longest pause within a response; of an upstream, also within a tunnel of a tcp listener.',
  },
  totalTimeout: {
    kind: 'duration',
    group: 'Upstreams',
    default: 'off',
    min: 1,
    help: 'For the whole of a request, retries included.',
  },
  keepAliveUpstream: {
    kind: 'duration',
    group: 'Upstreams',
    default: '4s',
    help: 'How long an unused connection is kept; below the time after which the upstream closes it (Node: 5s).',
  },
  maxConnections: {
    kind: 'integer',
    group: 'Upstreams',
    default: '1024',
    min: 1,
    help: 'Connections to one endpoint.',
  },
  maxPending: {
    kind: 'integer',
    group: 'Upstreams',
    default: '1024',
    min: 0,
    help: 'Requests that may wait for a connection to one endpoint; more are answered 503.',
  },
  dnsRefresh: {
    kind: 'duration',
    group: 'Upstreams',
    default: '30s',
    min: 10,
    help: 'Names are looked up again when their TTL is over, at the latest after this; when that fails, the known addresses stay.',
  },
  dnsMinRefresh: {
    kind: 'duration',
    group: 'Upstreams',
    default: '1s',
    min: 10,
    help: 'At the earliest after this, however short the TTL is.',
  },
  dnsHoldGone: {
    kind: 'duration',
    group: 'Upstreams',
    default: '30s',
    help: 'When a name is said not to exist any more, its addresses stay for so long.',
  },
} as const satisfies Table;

const retryBudget = {
  kind: 'number',
  group: 'Upstreams',
  default: '0.2',
  min: 0,
  max: 10,
  help: 'Retries per request, over time; 10 a second are always free.',
} as const;

const perTls = {
  tlsCa: {
    kind: 'path',
    group: 'TLS',
    help: 'Authorities to trust (PEM); of an upstream: instead of the well-known ones; of a listener: who may connect.',
  },
  tlsCertificate: { kind: 'path', group: 'TLS', help: 'Certificate chain (PEM) to show.' },
  tlsKey: { kind: 'path', group: 'TLS', help: 'Its private key (PEM).' },
} as const satisfies Table;

/** For upstreams that say nothing of their own, those of ROUTES among them. */
const tlsOfUpstreams = {
  tlsCa: {
    kind: 'path',
    group: 'TLS',
    help: 'Authorities (PEM) that upstreams are trusted by, instead of the well-known ones.',
  },
  tlsCertificate: { kind: 'path', group: 'TLS', help: 'Certificate chain (PEM) to show to upstreams.' },
  tlsKey: { kind: 'path', group: 'TLS', help: 'Its private key (PEM).' },
} as const satisfies Table;

const rows = {
  routes: {
    kind: 'list',
    group: 'Listeners',
    positional: true,
    default: [],
    env: ['ROUTES'],
    metavar: '[ADDRESS:]PORT=URL',
    help: 'Listeners in short: 8080=https://api.example, 5432=postgres://db, 3306=mysql://db, 6000=tcp://any:6000, 6001=tls://any:6001, 1080=forward. ${NAME} and ${NAME:-default} are taken from the environment.',
  },
  listeners: {
    kind: 'sections',
    group: 'Listeners',
    help: 'Listeners in full.',
    sections: {
      listen: {
        kind: 'address',
        group: 'Listeners',
        required: true,
        help: 'Where to listen: 127.0.0.1:8080 or unix:/path.',
      },
      mode: {
        kind: 'choice',
        group: 'Listeners',
        choices: ['http', 'forward', 'tcp'],
        default: 'http',
        help: 'http: reverse proxy; forward: proxy for absolute URLs and CONNECT; tcp: any protocol.',
      },
      to: {
        kind: 'string',
        group: 'Listeners',
        help: 'Where everything goes: a URL or the name of an upstream.',
      },
      allow: {
        kind: 'list',
        group: 'Listeners',
        default: [],
        help: 'forward: hosts that may be reached, name, *.suffix, name:port or *.',
      },
      routes: {
        kind: 'sections',
        group: 'Listeners',
        help: 'http: what goes where; the most exact host, then the longest path.',
        sections: {
          host: { kind: 'string', group: 'Listeners', help: 'name or *.suffix; without it, any.' },
          path: {
            kind: 'string',
            group: 'Listeners',
            default: '/',
            help: 'The path itself and what is below.',
          },
          to: {
            kind: 'string',
            group: 'Listeners',
            required: true,
            help: 'A URL or the name of an upstream.',
          },
          replacePath: {
            kind: 'string',
            group: 'Listeners',
            help: 'What the upstream sees instead of path.',
          },
          hostHeader: {
            kind: 'string',
            group: 'Listeners',
            default: 'upstream',
            help: 'upstream: the name of the target; keep: what the client asked for; or a name.',
          },
          forwardedHeaders: {
            kind: 'boolean',
            group: 'Listeners',
            help: 'Set X-Forwarded-For, -Host and -Proto; what came under these names is replaced.',
          },
          setRequestHeaders: {
            kind: 'list',
            group: 'Listeners',
            default: [],
            help: 'Name: value; replaces what came.',
          },
          removeRequestHeaders: { kind: 'list', group: 'Listeners', default: [], help: 'Names.' },
          setResponseHeaders: {
            kind: 'list',
            group: 'Listeners',
            default: [],
            help: 'Name: value; replaces what came.',
          },
          removeResponseHeaders: { kind: 'list', group: 'Listeners', default: [], help: 'Names.' },
          addRequestHeaders: {
            kind: 'list',
            group: 'Listeners',
            default: [],
            help: 'Name: value; comes beside what came.',
          },
          addResponseHeaders: {
            kind: 'list',
            group: 'Listeners',
            default: [],
            help: 'Name: value; comes beside what came.',
          },
          ...withoutDefaults(perRate),
        },
      },
      ...withoutDefaults(perRate),
      ...faultsOfListener,
      acceptProxyProtocol: {
        kind: 'boolean',
        group: 'Listeners',
        help: 'Each connection begins with a header of the PROXY protocol (v1 or v2), which says who the client is; without one it is closed. Only behind a proxy that sends it.',
      },
      ...perTls,
    },
  },
  upstreams: {
    kind: 'sections',
    group: 'Upstreams',
    help: 'Services that listeners and routes name in `to`, with settings of their own.',
    sections: {
      name: { kind: 'string', group: 'Upstreams', required: true, help: 'What `to` says.' },
      targets: {
        kind: 'list',
        group: 'Upstreams',
        required: true,
        help: 'URLs of its endpoints, all of one scheme: http, https, unix; tcp, tls, tcp+unix, postgres, mysql. With weight=3 behind one, it gets three times as much.',
      },
      sendProxyProtocol: {
        kind: 'choice',
        group: 'Upstreams',
        choices: ['v1', 'v2'],
        help: 'Say first who the client is, by the PROXY protocol; connections are then for one client each.',
      },
      tlsServerName: {
        kind: 'string',
        group: 'TLS',
        help: 'The name the certificate must have, if it is not that of the target.',
      },
      tlsInsecure: { kind: 'boolean', group: 'TLS', help: 'Do not verify the certificate. For development.' },
      ...perTls,
      ...withoutDefaults(perUpstream),
    },
  },
  ...perUpstream,
  ...perRate,
  ...tracing,
  ...faultRows,
  ...tlsOfUpstreams,
  retryBudget,
  dnsServers: {
    kind: 'list',
    group: 'Upstreams',
    default: [],
    byComma: true,
    metavar: 'ADDRESS[:PORT]',
    help: 'Name servers, instead of those of /etc/resolv.conf.',
  },
  dnsSearch: {
    kind: 'list',
    group: 'Upstreams',
    default: [],
    byComma: true,
    metavar: 'DOMAIN',
    help: 'Search list for short names, instead of that of /etc/resolv.conf.',
  },
  maxHeadBytes: {
    kind: 'bytes',
    group: 'Limits',
    default: '16KiB',
    min: 512,
    max: 1_048_576,
    help: 'Of a request, line and headers.',
  },
  maxTargetBytes: { kind: 'bytes', group: 'Limits', default: '8KiB', min: 64, help: 'Of the URL in it.' },
  maxHeaders: {
    kind: 'integer',
    group: 'Limits',
    default: '100',
    min: 1,
    max: 10_000,
    help: 'Headers of a request.',
  },
  maxBodyBytes: {
    kind: 'bytes',
    group: 'Limits',
    default: 'off',
    help: 'Of a request; more is answered 413.',
  },
  maxClients: {
    kind: 'integer',
    group: 'Limits',
    default: '10000',
    min: 1,
    help: 'Connections to one listener; more are closed at once.',
  },
  headTimeout: {
    kind: 'duration',
    group: 'Limits',
    default: '10s',
    min: 100,
    help: 'From the first byte of a request head to its last; of a TLS handshake, too.',
  },
  keepAliveTimeout: {
    kind: 'duration',
    group: 'Limits',
    default: '75s',
    min: 100,
    help: 'How long a client may keep an unused connection.',
  },
  clientTimeout: {
    kind: 'duration',
    group: 'Limits',
    default: '60s',
    min: 100,
    help: 'The longest pause of a client within a body it sends, and for taking 64 KiB of an answer.',
  },
  tunnelIdleTimeout: {
    kind: 'duration',
    group: 'Limits',
    default: '1h',
    min: 100,
    help: 'The longest silence within a tunnel: of a tcp listener, after an upgrade or CONNECT.',
  },
  accessLog: {
    kind: 'boolean',
    group: 'Operation',
    default: true,
    help: 'One JSON line on stdout for each request.',
  },
  explain: {
    kind: 'string',
    group: 'Settings',
    metavar: 'URL',
    notIn: ['environment', 'file'],
    help: 'Say which route, upstream and header changes apply to a request for this URL, and exit.',
  },
} as const satisfies Table;

type WithoutDefaults<T extends Table> = { readonly [K in keyof T]: Omit<T[K], 'default'> & { help: string } };

/** In a section, what is not said is what the top says. */
function withoutDefaults<const T extends Table>(table: T): WithoutDefaults<T> {
  const bare = Object.entries(table).map(([key, row]) => [key, { ...row, default: undefined }]);
  return Object.fromEntries(bare);
}

export type SettingsValues = Values<typeof rows> & BaseValues;
export type LoadedSettings = Loaded<typeof rows>;

export const settings = defineSettings(
  {
    name: 'http-ambassador',
    summary: 'The app talks to localhost, the ambassador knows where the world is: HTTP, forward proxy, TCP.',
    usage: '[flags] [ADDRESS:]PORT=URL...',
    *check(values, env) {
      if (values.routes.length === 0 && values.listeners.length === 0) {
        yield {
          setting: 'ROUTES',
          what: 'no listener',
          todo: 'write one, such as 8080=https://api.example',
        };
      }
      if ((values.tlsCertificate === undefined) !== (values.tlsKey === undefined))
        yield { setting: '--tls-certificate', what: 'goes with --tls-key', todo: 'give both' };
      try {
        planListeners(values, env);
      } catch (error) {
        if (error instanceof SettingErrors) yield* error.errors.map(({ fault }) => fault);
        else if (error instanceof SettingError) yield error.fault;
        else throw error;
      }
    },
  },
  rows,
);
