// What the pod runner carries out, as a table of every field it knows; whatever a manifest says beyond it is refused.
// For runs that prove something: a field that was ignored in silence would make a passing test a lie.
// Two kinds of field are accepted without doing anything, and each says why: those that speak to a scheduler or a
// controller (one machine, one run: nothing is scheduled, rolled out or kept), and those that only inform.

import type { KubernetesObject } from '../manifest/documents.ts';

type Json = unknown;

/** A refusal in words, or undefined. */
type Judge = (value: Json) => string | undefined;

type Fields = { readonly [field: string]: Fields | Judge };

const carriedOut: Judge = () => undefined;
const forTheScheduler = carriedOut;
const forTheController = carriedOut;
const forInformation = carriedOut;

const only =
  (...values: readonly Json[]): Judge =>
  (value) =>
    values.includes(value) ? undefined : `is only carried out as ${values.join(' or ')}`;

const metadata: Fields = {
  name: carriedOut,
  namespace: carriedOut,
  labels: carriedOut,
  annotations: carriedOut,
  creationTimestamp: forInformation,
};

const exec: Fields = { command: carriedOut };
const httpGet: Fields = {
  path: carriedOut,
  port: carriedOut,
  scheme: carriedOut,
  httpHeaders: { name: carriedOut, value: carriedOut },
};
const tcpSocket: Fields = { port: carriedOut };
const hook: Fields = { exec, httpGet, sleep: { seconds: carriedOut } };

const probe: Fields = {
  exec,
  httpGet,
  tcpSocket,
  initialDelaySeconds: carriedOut,
  periodSeconds: carriedOut,
  timeoutSeconds: carriedOut,
  successThreshold: carriedOut,
  failureThreshold: carriedOut,
  terminationGracePeriodSeconds: carriedOut,
};

const fieldRef: Fields = { fieldPath: carriedOut, apiVersion: only('v1') };
const resourceFieldRef: Fields = { resource: carriedOut, containerName: carriedOut, divisor: carriedOut };
const keyRef: Fields = { name: carriedOut, key: carriedOut, optional: carriedOut };
const objectRef: Fields = { name: carriedOut, optional: carriedOut };

const seccompProfile: Fields = { type: only('RuntimeDefault', 'Unconfined') };

const container: Fields = {
  name: carriedOut,
  image: carriedOut,
  imagePullPolicy: only('IfNotPresent', 'Never', 'Always'),
  command: carriedOut,
  args: carriedOut,
  workingDir: carriedOut,
  env: {
    name: carriedOut,
    value: carriedOut,
    valueFrom: { fieldRef, resourceFieldRef, configMapKeyRef: keyRef, secretKeyRef: keyRef },
  },
  envFrom: { prefix: carriedOut, configMapRef: objectRef, secretRef: objectRef },
  ports: { name: carriedOut, containerPort: carriedOut, protocol: forInformation },
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  lifecycle: { postStart: hook, preStop: hook },
  resources: { limits: { cpu: carriedOut, memory: carriedOut }, requests: forTheScheduler },
  securityContext: {
    runAsUser: carriedOut,
    runAsGroup: carriedOut,
    runAsNonRoot: carriedOut,
    privileged: carriedOut,
    allowPrivilegeEscalation: carriedOut,
    readOnlyRootFilesystem: carriedOut,
    capabilities: { add: carriedOut, drop: carriedOut },
    seccompProfile,
  },
  volumeMounts: { name: carriedOut, mountPath: carriedOut, readOnly: carriedOut, subPath: carriedOut },
  stdin: only(false),
  tty: only(false),
};

const items: Fields = { key: carriedOut, path: carriedOut, mode: carriedOut };
const downwardItems: Fields = { path: carriedOut, fieldRef, resourceFieldRef, mode: carriedOut };
const keys: Fields = { items, optional: carriedOut };

const volume: Fields = {
  name: carriedOut,
  emptyDir: { medium: only('', 'Memory'), sizeLimit: carriedOut },
  configMap: { ...keys, name: carriedOut, defaultMode: carriedOut },
  secret: { ...keys, secretName: carriedOut, defaultMode: carriedOut },
  downwardAPI: { items: downwardItems, defaultMode: carriedOut },
  projected: {
    sources: {
      configMap: { ...keys, name: carriedOut },
      secret: { ...keys, name: carriedOut },
      downwardAPI: { items: downwardItems },
    },
    defaultMode: carriedOut,
  },
};

const podSpec: Fields = {
  initContainers: { ...container, restartPolicy: only('Always') },
  containers: container,
  volumes: volume,
  restartPolicy: only('Always', 'OnFailure', 'Never'),
  terminationGracePeriodSeconds: carriedOut,
  hostname: carriedOut,
  hostAliases: { ip: carriedOut, hostnames: carriedOut },
  serviceAccountName: carriedOut, // as a value for fieldRef; there is no API server to be somebody at
  automountServiceAccountToken: only(false),
  enableServiceLinks: only(false),
  shareProcessNamespace: carriedOut,
  hostNetwork: only(false),
  hostPID: only(false),
  hostIPC: only(false),
  dnsPolicy: only('ClusterFirst', 'Default'),
  os: { name: only('linux') },
  securityContext: {
    runAsUser: carriedOut,
    runAsGroup: carriedOut,
    runAsNonRoot: carriedOut,
    fsGroup: carriedOut,
    fsGroupChangePolicy: forInformation, // every volume is new: there is nothing to change it on
    supplementalGroups: carriedOut,
    seccompProfile,
  },
  imagePullSecrets: forInformation, // the engine has its own credentials
  nodeSelector: forTheScheduler,
  affinity: forTheScheduler,
  tolerations: forTheScheduler,
  topologySpreadConstraints: forTheScheduler,
  priorityClassName: forTheScheduler,
};

const template: Fields = { metadata, spec: podSpec };
const selector: Fields = { matchLabels: carriedOut };

/** What a kind may have besides its kind and metadata. */
const KINDS: Readonly<Record<string, Fields>> = {
  Pod: { apiVersion: only('v1'), spec: podSpec },
  Deployment: {
    apiVersion: only('apps/v1'),
    spec: {
      replicas: carriedOut,
      selector,
      template,
      strategy: forTheController,
      revisionHistoryLimit: forTheController,
      progressDeadlineSeconds: forTheController,
    },
  },
  StatefulSet: {
    apiVersion: only('apps/v1'),
    spec: {
      replicas: carriedOut,
      selector,
      template,
      serviceName: carriedOut,
      podManagementPolicy: only('OrderedReady', 'Parallel'),
      volumeClaimTemplates: {
        metadata,
        spec: { accessModes: forTheScheduler, resources: forTheScheduler, storageClassName: forTheScheduler },
      },
      updateStrategy: forTheController,
      revisionHistoryLimit: forTheController,
      persistentVolumeClaimRetentionPolicy: forTheController, // the runner removes everything when it ends
    },
  },
  Job: {
    apiVersion: only('batch/v1'),
    spec: {
      template,
      backoffLimit: carriedOut,
      completions: only(1),
      parallelism: only(1),
      completionMode: only('NonIndexed'),
      suspend: only(false),
      ttlSecondsAfterFinished: forTheController, // the runner removes everything when it ends
    },
  },
  ConfigMap: {
    apiVersion: only('v1'),
    data: carriedOut,
    binaryData: carriedOut,
    immutable: forInformation,
  },
  Secret: {
    apiVersion: only('v1'),
    data: carriedOut,
    stringData: carriedOut,
    type: forInformation,
    immutable: forInformation,
  },
  Service: {
    apiVersion: only('v1'),
    spec: {
      selector: carriedOut,
      type: only('ClusterIP'),
      clusterIP: only('None'),
      publishNotReadyAddresses: only(true), // so it is here: names lead to pods that are not ready, too
      ports: {
        name: carriedOut,
        port: carriedOut,
        targetPort: carriedOut,
        protocol: only('TCP', 'UDP'),
        appProtocol: forInformation,
      },
    },
  },
};

function refusedFields(value: Json, known: Fields | Judge, path: string): string[] {
  if (typeof known === 'function') {
    const refusal = known(value);
    return refusal === undefined ? [] : [`${path} ${refusal}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => refusedFields(item, known, `${path}[${index}]`));
  }
  return Object.entries(value).flatMap(([field, inner]) => {
    const rule = Object.hasOwn(known, field) ? known[field] : undefined;
    const inside = path === '' ? field : `${path}.${field}`;
    return rule === undefined ? [`${inside} is not carried out`] : refusedFields(inner, rule, inside);
  });
}

/** What of an object would not be done, path by path, in words; empty when all of it would. */
export function refusals(object: KubernetesObject): string[] {
  const fields = Object.hasOwn(KINDS, object.kind) ? KINDS[object.kind] : undefined;
  if (fields === undefined) return [`kind ${object.kind} is not carried out`];
  const { source: _, ...written } = object;
  return refusedFields(written, { kind: carriedOut, metadata, ...fields }, '');
}
