// Probes and hooks: what kubelet asks of containers, and whether it can get an answer. For rules.ts.
// kubelet connects to the pod's address from outside, so what listens on 127.0.0.1 alone never answers it; and it starts
// the command of `exec` in the container, so in our images, which have no shell, it has to be our own program.

import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import { hasPort } from './ports.ts';
import { containerRule, problemIf } from './rule.ts';
import type { Container, Problem, Rule } from './rule.ts';

type Handler = IProbe | ILifecycleHandler;
type Asked<T> = { readonly path: string[]; readonly handler: T };

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
const HOOKS = ['postStart', 'preStop'] as const;
const HANDLER = /^(?:exec|httpGet|tcpSocket|grpc|sleep)$/;

function probesOf({ spec }: Container): Asked<IProbe>[] {
  return PROBES.flatMap((name) => {
    const handler = spec[name];
    return handler === undefined ? [] : [{ path: [name], handler }];
  });
}

/** All that kubelet asks of the container, the hooks of its life, too. */
function handlersOf(container: Container): Asked<Handler>[] {
  const hooks = HOOKS.flatMap((name) => {
    const handler = container.spec.lifecycle?.[name];
    return handler === undefined ? [] : [{ path: ['lifecycle', name], handler }];
  });
  return [...probesOf(container), ...hooks];
}

/** The port that a handler connects to, with the path to it. */
function portOf({ path, handler }: Asked<Handler>): { path: string[]; port: string | number } | undefined {
  for (const kind of ['httpGet', 'tcpSocket'] as const) {
    const port = handler[kind]?.port;
    if (port !== undefined) return { path: [...path, kind, 'port'], port };
  }
  const grpc = 'grpc' in handler ? handler.grpc?.port : undefined;
  return grpc === undefined ? undefined : { path: [...path, 'grpc', 'port'], port: grpc };
}

function undeclaredPorts(container: Container): Problem[] {
  return handlersOf(container).flatMap((asked) => {
    const { path, port } = portOf(asked) ?? {};
    if (path === undefined || port === undefined || hasPort(container, port)) return [];
    return [{ path, what: `this container has no port ${port}; declare it below ports or mend this` }];
  });
}

function handlerKinds({ handler }: Asked<Handler>): string[] {
  return Object.keys(handler).filter((field) => HANDLER.test(field));
}

const startupOrLiveness = ({ path }: Asked<IProbe>): boolean => path[0] !== 'readinessProbe';

/** Where our images put the answer to each probe. */
const PROBE_PATHS = {
  startupProbe: '/startupz',
  livenessProbe: '/livez',
  readinessProbe: '/readyz',
} as const;
const OUR_PATHS = new Set<string | undefined>([...Object.values(PROBE_PATHS), '/metrics']);

const LOOPBACK = /^(?:127\.|localhost$|::1$)/;

/** Probes of our admin server that it will not get. */
function unansweredProbes(container: Container): Problem[] {
  const { values } = container.settings ?? {};
  if (values === undefined) return [];
  const listen = values.adminListen;
  return probesOf(container).flatMap(({ path, handler }) => {
    const { httpGet } = handler;
    if (httpGet === undefined || !OUR_PATHS.has(httpGet.path)) return [];
    const port =
      container.spec.ports?.find(({ name }) => name === httpGet.port)?.containerPort ?? httpGet.port;
    const what = reasonNotToAnswer(listen, port);
    return what === undefined ? [] : [{ path: [...path, 'httpGet'], what }];
  });
}

function reasonNotToAnswer(
  listen: { host: string; port: number } | { path: string } | undefined,
  port: unknown,
): string | undefined {
  if (listen === undefined) return 'nobody answers: there is no --admin-listen; set it';
  if ('path' in listen || LOOPBACK.test(listen.host)) {
    return 'kubelet asks from outside the pod, where the loopback cannot be reached; listen on :PORT';
  }
  return listen.port === port
    ? undefined
    : `nobody answers at ${String(port)}: --admin-listen is at ${listen.port}; make them agree`;
}

export const probes: readonly Rule[] = [
  containerRule('probe-port', 'The probe or hook fails for ever.', undeclaredPorts),
  containerRule('probe-handler', 'The cluster refuses the pod.', (container) =>
    handlersOf(container).flatMap((asked) =>
      problemIf(
        handlerKinds(asked).length !== 1,
        asked.path,
        'says not one way to ask; write one, such as httpGet',
      ),
    ),
  ),
  containerRule('probe-threshold', 'The cluster refuses the pod.', (container) =>
    probesOf(container).flatMap((asked) => {
      const {
        successThreshold = 1,
        periodSeconds = 1,
        timeoutSeconds = 1,
        failureThreshold = 1,
      } = asked.handler;
      const isTooLow = Math.min(successThreshold, periodSeconds, timeoutSeconds, failureThreshold) < 1;
      return [
        ...problemIf(
          startupOrLiveness(asked) && successThreshold > 1,
          [...asked.path, 'successThreshold'],
          'can only be 1 here',
        ),
        ...problemIf(
          isTooLow,
          asked.path,
          'has a period, timeout or threshold below 1; take it out or raise it',
        ),
      ];
    }),
  ),
  containerRule(
    'probe-on-init',
    'The cluster refuses probes and hooks on init containers that end.',
    (container) =>
      container.part === 'init'
        ? handlersOf(container).map(({ path }) => ({
            path,
            what: 'an init container has none; take it out, or say restartPolicy: Always',
          }))
        : [],
  ),
  containerRule(
    'probe-unanswered',
    'The pod never becomes ready, or is restarted for ever.',
    unansweredProbes,
  ),
  containerRule(
    'exec-without-shell',
    'There is no such program in our images; the probe or hook fails.',
    (container) =>
      handlersOf(container).flatMap(({ path, handler }) => {
        const [program = ''] = handler.exec?.command ?? [];
        const isOther =
          container.ours !== undefined &&
          handler.exec !== undefined &&
          !program.endsWith(`/${container.ours}`);
        const what = `our images have no ${program}; use httpGet or sleep, or /usr/local/bin/${container.ours}`;
        return problemIf(isOther, [...path, 'exec', 'command'], what);
      }),
  ),
];

export const carefulProbes: readonly Rule[] = [
  containerRule(
    'probe-path',
    'A liveness probe that asks for readiness restarts the container when a peer is down.',
    (container) =>
      probesOf(container).flatMap(({ path, handler: { httpGet } }) => {
        const probe = PROBES.find((name) => name === path[0]) ?? 'livenessProbe';
        const isOther =
          container.ours !== undefined && httpGet !== undefined && httpGet.path !== PROBE_PATHS[probe];
        return problemIf(
          isOther,
          [...path, 'httpGet', 'path'],
          `${httpGet?.path} is not for this probe; ask ${PROBE_PATHS[probe]}`,
        );
      }),
  ),
  containerRule(
    'missing-probes',
    'Nobody notices when a container that is to run for ever hangs or cannot work.',
    ({ ours, part, spec, settings }) => {
      if (ours === undefined || part === 'init' || settings?.values?.['once'] === true) return [];
      const lacking = (['livenessProbe', 'readinessProbe'] as const).filter(
        (name) => spec[name] === undefined,
      );
      return problemIf(lacking.length > 0, [], `has no ${lacking.join(' and no ')}; add them`);
    },
  ),
  containerRule(
    'sidecar-startup',
    'Without a startup probe the application is started before its sidecar works.',
    ({ part, spec }) =>
      problemIf(
        part === 'sidecar' && spec.startupProbe === undefined,
        [],
        'is a native sidecar without a startupProbe; add one',
      ),
  ),
];
