// The kinds that the schema check knows, each with where its two descriptions are: the class of kubernetes-models that
// validates it, loaded when the kind is met, and the name of its attribute map in @kubernetes/client-node.
// A kind that is missing here is a line away.

/** A class of kubernetes-models: `validate` throws an Error with ajv's `errors`. */
type Model = new (fields: any) => { validate(): void };

export type Kind = { readonly load: () => Promise<Model>; readonly attributes: string };

/** By `apiVersion/kind`. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'v1/ConfigMap': {
    load: async () => (await import('kubernetes-models/v1/ConfigMap')).ConfigMap,
    attributes: 'V1ConfigMap',
  },
  'v1/Namespace': {
    load: async () => (await import('kubernetes-models/v1/Namespace')).Namespace,
    attributes: 'V1Namespace',
  },
  'v1/PersistentVolumeClaim': {
    load: async () => (await import('kubernetes-models/v1/PersistentVolumeClaim')).PersistentVolumeClaim,
    attributes: 'V1PersistentVolumeClaim',
  },
  'v1/Pod': {
    load: async () => (await import('kubernetes-models/v1/Pod')).Pod,
    attributes: 'V1Pod',
  },
  'v1/Secret': {
    load: async () => (await import('kubernetes-models/v1/Secret')).Secret,
    attributes: 'V1Secret',
  },
  'v1/Service': {
    load: async () => (await import('kubernetes-models/v1/Service')).Service,
    attributes: 'V1Service',
  },
  'v1/ServiceAccount': {
    load: async () => (await import('kubernetes-models/v1/ServiceAccount')).ServiceAccount,
    attributes: 'V1ServiceAccount',
  },
  'apps/v1/DaemonSet': {
    load: async () => (await import('kubernetes-models/apps/v1/DaemonSet')).DaemonSet,
    attributes: 'V1DaemonSet',
  },
  'apps/v1/Deployment': {
    load: async () => (await import('kubernetes-models/apps/v1/Deployment')).Deployment,
    attributes: 'V1Deployment',
  },
  'apps/v1/StatefulSet': {
    load: async () => (await import('kubernetes-models/apps/v1/StatefulSet')).StatefulSet,
    attributes: 'V1StatefulSet',
  },
  'batch/v1/CronJob': {
    load: async () => (await import('kubernetes-models/batch/v1/CronJob')).CronJob,
    attributes: 'V1CronJob',
  },
  'batch/v1/Job': {
    load: async () => (await import('kubernetes-models/batch/v1/Job')).Job,
    attributes: 'V1Job',
  },
  'autoscaling/v2/HorizontalPodAutoscaler': {
    load: async () =>
      (await import('kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler')).HorizontalPodAutoscaler,
    attributes: 'V2HorizontalPodAutoscaler',
  },
  'networking.k8s.io/v1/Ingress': {
    load: async () => (await import('kubernetes-models/networking.k8s.io/v1/Ingress')).Ingress,
    attributes: 'V1Ingress',
  },
  'networking.k8s.io/v1/NetworkPolicy': {
    load: async () => (await import('kubernetes-models/networking.k8s.io/v1/NetworkPolicy')).NetworkPolicy,
    attributes: 'V1NetworkPolicy',
  },
  'policy/v1/PodDisruptionBudget': {
    load: async () => (await import('kubernetes-models/policy/v1/PodDisruptionBudget')).PodDisruptionBudget,
    attributes: 'V1PodDisruptionBudget',
  },
  'rbac.authorization.k8s.io/v1/Role': {
    load: async () => (await import('kubernetes-models/rbac.authorization.k8s.io/v1/Role')).Role,
    attributes: 'V1Role',
  },
  'rbac.authorization.k8s.io/v1/RoleBinding': {
    load: async () =>
      (await import('kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding')).RoleBinding,
    attributes: 'V1RoleBinding',
  },
};
