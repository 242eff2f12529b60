// How containers start, are restarted and end: pods that never get past their init containers, Jobs that never complete,
// sidecars that are killed in the middle of their drain. For rules.ts.
// Sources: Kubernetes' "Sidecar Containers", "Pod Lifecycle"; the times of our images are in base/settings.

import type { GivenSettings } from '../our-images.ts';
import { containerRule, isA, objectRule, podRule, problemIf } from './rule.ts';
import type { Container, Pod, Problem, Rule } from './rule.ts';

const DEFAULT_GRACE_SECONDS = 30;

const runsToCompletion = ({ object }: Pod): boolean => isA(object, 'Job') || isA(object, 'CronJob');

function podRestartPolicy(pod: Pod): Problem[] {
  const { restartPolicy = 'Always' } = pod.spec;
  const path = ['restartPolicy'];
  if (runsToCompletion(pod))
    return problemIf(restartPolicy === 'Always', path, 'of a Job is Never or OnFailure; say which');
  const isOther = !isA(pod.object, 'Pod') && restartPolicy !== 'Always';
  return problemIf(isOther, path, `${restartPolicy} is for Jobs; take it out`);
}

const HAS_PODS = /^(?:Pod|Deployment|StatefulSet|DaemonSet|Job|CronJob)$/;

/** To the schema, a list of containers may be empty, and what it is in may be missing. */
const missingContainers = objectRule(
  'missing-containers',
  'The cluster refuses the pod.',
  (object, { pods }) => {
    const pod = pods.find((one) => one.object === object);
    const isEmpty = HAS_PODS.test(object.kind) && (pod?.spec.containers ?? []).length === 0;
    return problemIf(
      isEmpty,
      pod === undefined ? ['spec'] : [...pod.path, 'containers'],
      'no containers; add one',
    );
  },
);

/** Newer clusters take more, behind a feature gate; these forms work everywhere. */
function containerRestartPolicy({ part, spec: { restartPolicy } }: Container): Problem[] {
  if (restartPolicy === undefined || part === 'sidecar') return [];
  const what =
    part === 'main'
      ? 'is for init containers; take it out'
      : `${restartPolicy} is not Always, which makes a native sidecar`;
  return [{ path: ['restartPolicy'], what }];
}

/** The seconds that a hook sleeps before SIGTERM is sent. */
function preStopSeconds({ spec: { lifecycle } }: Container): number {
  const { sleep, exec } = lifecycle?.preStop ?? {};
  const [program = '', seconds] = exec?.command ?? [];
  return sleep?.seconds ?? (/(?:^|\/)sleep$/.test(program) ? Number(seconds) : 0);
}

/** After its hook one of ours may serve on for a while, and then takes up to the deadline for its drain. */
function gracePeriod(container: Container, { spec }: Pod): Problem[] {
  const { terminationGracePeriodSeconds: grace = DEFAULT_GRACE_SECONDS } = spec;
  const sleeps = preStopSeconds(container);
  const { minSigtermDelay = 0, drainTimeout = 0 } = container.settings?.values ?? {};
  const needs = sleeps + (minSigtermDelay + drainTimeout) / 1000;
  const what = `may take ${needs} s to end (preStop ${sleeps} s, --min-sigterm-delay ${minSigtermDelay / 1000} s, --drain-timeout ${drainTimeout / 1000} s) and is killed after ${grace}; set terminationGracePeriodSeconds`;
  return problemIf(needs > grace || (sleeps > 0 && sleeps >= grace), [], what);
}

/** Whether one of ours was told how to end without a signal. */
function endsByItself({ values }: GivenSettings): boolean {
  const ends = ['once', 'exitFile', 'quitListen', 'exitWhenRemoved', 'pid'].map((name) => values?.[name]);
  return ends.some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  );
}

function neverEnds({ settings }: Container): boolean {
  return settings?.values !== undefined && !endsByItself(settings);
}

export const lifecycle: readonly Rule[] = [
  missingContainers,
  podRule('pod-restart-policy', 'The cluster refuses the workload.', podRestartPolicy),
  containerRule(
    'container-restart-policy',
    'The cluster refuses the pod, or the sidecar is none.',
    containerRestartPolicy,
  ),
  containerRule('init-never-ends', 'The pod stays in Init for ever.', (container) =>
    problemIf(
      container.part === 'init' && neverEnds(container),
      [],
      'runs until it is told to end; add restartPolicy: Always or --once',
    ),
  ),
  containerRule('job-never-ends', 'The Job waits for its sidecar for ever.', (container, pod) =>
    problemIf(
      container.part === 'main' && runsToCompletion(pod) && neverEnds(container),
      [],
      'runs until it is told to end; make it a native sidecar, or add --exit-file or --quit-listen',
    ),
  ),
  containerRule('grace-period', 'What was not delivered when the container is killed is lost.', gracePeriod),
  containerRule('settings', 'The container ends at its start, with exit code 64.', ({ settings }) =>
    (settings?.faults ?? []).map((what) => ({ path: [], what })),
  ),
  containerRule(
    'command-words',
    'There is no program with that name.',
    ({ spec: { command: [program = ''] = [] } }) =>
      problemIf(
        /\s/.test(program),
        ['command', 0],
        `${program}: no shell splits this; write one item for each word`,
      ),
  ),
];

export const carefulLifecycle: readonly Rule[] = [
  containerRule(
    'native-delay',
    'A native sidecar is told to end after the application has ended; a delay only costs time.',
    ({ part, settings }) =>
      problemIf(
        part === 'sidecar' && (settings?.values?.minSigtermDelay ?? 0) > 0,
        [],
        'has a --min-sigterm-delay, which is for classic sidecars; take it out',
      ),
  ),
];
