// The part of Kubernetes' objects that the pod runner carries out, in Kubernetes' own names (API reference 1.36).
// For everything in this folder. implemented-fields.ts has the same fields as a table and refuses all others.

export type KeyToPath = { readonly key: string; readonly path: string; readonly mode?: number };

export type KeyRef = { readonly name: string; readonly key: string; readonly optional?: boolean };

export type FieldRef = { readonly fieldPath: string };

export type ResourceFieldRef = {
  readonly resource: string;
  readonly containerName?: string;
  readonly divisor?: string | number;
};

export type EnvVar = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: FieldRef;
    readonly resourceFieldRef?: ResourceFieldRef;
    readonly configMapKeyRef?: KeyRef;
    readonly secretKeyRef?: KeyRef;
  };
};

export type EnvFromSource = {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
};

/** What a probe or a lifecycle hook does; one of the fields is set. */
export type Handler = {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number | string;
    readonly scheme?: 'HTTP' | 'HTTPS';
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly port: number | string };
  readonly sleep?: { readonly seconds: number };
};

export type Probe = Handler & {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
};

export type SecurityContext = {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type: string };
};

export type VolumeMount = {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
};

export type Resources = {
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly requests?: Readonly<Record<string, string | number>>;
};

export type ContainerSpec = {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
  readonly resources?: Resources;
  /** `Always` on an init container makes it a native sidecar. */
  readonly restartPolicy?: string;
  readonly securityContext?: SecurityContext;
  readonly volumeMounts?: readonly VolumeMount[];
};

export type KeysSource = {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
};

export type DownwardFile = {
  readonly path: string;
  readonly fieldRef?: FieldRef;
  readonly resourceFieldRef?: ResourceFieldRef;
  readonly mode?: number;
};

/** One source of a projected volume; a volume of a single kind is projected from one source, too. */
export type ProjectionSource = {
  readonly configMap?: KeysSource & { readonly name: string };
  readonly secret?: KeysSource & { readonly name: string };
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
};

export type Volume = {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string | number };
  readonly configMap?: KeysSource & { readonly name: string; readonly defaultMode?: number };
  readonly secret?: KeysSource & { readonly secretName: string; readonly defaultMode?: number };
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[]; readonly defaultMode?: number };
  readonly projected?: { readonly sources: readonly ProjectionSource[]; readonly defaultMode?: number };
};

export type PodSpec = {
  readonly initContainers?: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  readonly terminationGracePeriodSeconds?: number;
  readonly hostname?: string;
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  readonly serviceAccountName?: string;
  readonly shareProcessNamespace?: boolean;
  readonly securityContext?: Pick<
    SecurityContext,
    'runAsUser' | 'runAsGroup' | 'runAsNonRoot' | 'seccompProfile'
  > & { readonly fsGroup?: number; readonly supplementalGroups?: readonly number[] };
};

export type PodMetadata = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

/** One pod to be run. */
export type PodTemplate = { readonly metadata: PodMetadata; readonly spec: PodSpec };

/** The ConfigMaps or the Secrets of a manifest: name -> key -> bytes. */
export type KeyedData = ReadonlyMap<string, ReadonlyMap<string, Buffer>>;

/** What a pod may refer to by name. */
export type Store = { readonly configMaps: KeyedData; readonly secrets: KeyedData };
