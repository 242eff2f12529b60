// The one table of all images. A new image is a new row here: the bundler, the image build, the layout of its app layer,
// the image tests and, after `npm run docs`, the release build read nothing else. `name` is also the folder under packages/.

export type Image = {
  readonly name: string;
  /** One sentence for who meets the image in a registry: the label org.opencontainers.image.description. */
  readonly description: string;
  /** Other names the program answers to, so that a manifest written for what it replaces runs unchanged. */
  readonly links: readonly string[];
  /** The bundle may not outgrow this: a new dependency must be argued, not slip in. */
  readonly bundleBudgetBytes: number;
  /** For a large program: half the bytes, and as many fewer for V8 to read at each start. Stack traces suffer. */
  readonly minified?: true;
  /** What is reached through `import()` alone is compiled only when it is asked for; see deferred-half.ts. */
  readonly defersImports?: true;
  /** Arguments with which it does its job in an otherwise empty container, and what one more of it may then cost. */
  readonly idle: { readonly args: readonly string[]; readonly memoryBudgetBytes: number };
};

const KIB = 1024;
const MIB = 1024 * KIB;

export const images: readonly Image[] = [
  // Its `sh` is no shell: log-tailer reads `sh -c 'tail ...'` itself and refuses everything else.
  {
    name: 'log-tailer',
    description:
      'Sidecar: log files to stdout, losing nothing across rotation, restarts, slow readers and shutdown.',
    links: ['/usr/bin/tail', '/bin/tail', '/bin/busybox', '/bin/sh', '/bin/ash', '/bin/bash'],
    bundleBudgetBytes: 700 * KIB,
    idle: { args: ['-n1', '-F', '/etc/os-release'], memoryBudgetBytes: 20 * MIB },
  },
  // Called as an awk it is plain awk; its `sh` is no shell either, it reads `sh -c 'tail ... | awk ...'` itself.
  {
    name: 'date-adapter',
    description:
      'Adapter: log lines in the format you want, by awk programs, date layouts or rules, line by line.',
    links: [
      '/usr/bin/awk',
      '/usr/bin/gawk',
      '/usr/bin/mawk',
      '/bin/awk',
      '/bin/busybox',
      '/bin/sh',
      '/bin/ash',
      '/bin/bash',
    ],
    bundleBudgetBytes: 850 * KIB,
    // 1.5 MB otherwise; `awk 'BEGIN { }'` takes 69 ms of CPU instead of 77.
    minified: true,
    defersImports: true,
    idle: { args: ['{ print $1 }', '/etc/os-release'], memoryBudgetBytes: 30 * MIB },
  },
  // Links: the entry point of statsd_exporter's own image, for manifests that name it as a command; and java, which is none:
  // it reads `java -jar jmx_prometheus_standalone.jar 5556 config.yaml` itself and refuses everything else.
  {
    name: 'metrics-adapter',
    description:
      'Adapter: JMX without a JVM, StatsD and DogStatsD for Prometheus; as jmx_exporter and statsd_exporter.',
    links: ['/bin/statsd_exporter', '/usr/bin/java'],
    bundleBudgetBytes: 700 * KIB,
    minified: true, // 820 KiB otherwise
    // Of both halves, whichever is used: 33 MiB.
    idle: { args: [], memoryBudgetBytes: 36 * MIB },
  },
  {
    name: 'redis-ambassador',
    description:
      'Ambassador: Redis on localhost; writes reach the primary, reads the replicas, through failovers.',
    links: [],
    bundleBudgetBytes: 750 * KIB,
    minified: true, // 1 MiB otherwise, of which ioredis is a third
    idle: { args: ['--servers', '127.0.0.1:1'], memoryBudgetBytes: 30 * MIB },
  },
  {
    name: 'http-ambassador',
    description:
      'Ambassador: HTTP, databases and any TCP on localhost; TLS, retries and where the world is are its business.',
    links: [],
    bundleBudgetBytes: 600 * KIB,
    minified: true, // 590 KiB otherwise, of which the settings file and our own metrics are four fifths
    idle: { args: ['8080=http://127.0.0.1:1'], memoryBudgetBytes: 30 * MIB },
  },
];

/** Bytes on disk as the engine counts them, uncompressed: all that an image adds to the base, and the whole. */
export type Sizes = { readonly appLayerBytes: number; readonly imageBytes: number };

export const sizeBudgets: Sizes = { appLayerBytes: 1_000_000, imageBytes: 125_000_000 };

/** Throws when an image weighs more than its budget: growth is a decision, taken in this file. */
export function refuseOverweight(tag: string, sizes: Sizes): void {
  for (const part of ['appLayerBytes', 'imageBytes'] as const) {
    if (sizes[part] <= sizeBudgets[part]) continue;
    throw new Error(
      `${tag}: ${part} is ${sizes[part]}, over the budget of ${sizeBudgets[part]} in docker/images.ts`,
    );
  }
}

/** Rows for a command line's `<image>` or `all`; an unknown name is an error that lists the known ones. */
export function selectImages(name: string | undefined): readonly Image[] {
  if (name === 'all') return images;
  const found = images.filter((image) => image.name === name);
  if (found.length > 0) return found;
  throw new Error(
    `image ${name ?? '(none given)'}: not in docker/images.ts; known: ${images.map((image) => image.name).join(', ')}, or all`,
  );
}
