// The one table of all images. A new image is a new row here: the bundler, the image build, the layout of its
// app layer and the size tests read nothing else. `name` is also the folder under packages/.

export type Image = {
  readonly name: string;
  /** Other names the program answers to, so that a manifest written for what it replaces runs unchanged. */
  readonly links: readonly string[];
  /** The bundle may not outgrow this: a new dependency must be argued, not slip in. */
  readonly bundleBudgetBytes: number;
};

const KIB = 1024;

export const images: readonly Image[] = [
  // Its `sh` is no shell: log-tailer reads `sh -c 'tail ...'` itself and refuses everything else.
  {
    name: 'log-tailer',
    links: ['/usr/bin/tail', '/bin/tail', '/bin/busybox', '/bin/sh', '/bin/ash', '/bin/bash'],
    bundleBudgetBytes: 700 * KIB,
  },
];

/** Layers as the engine counts them, uncompressed: all that an image adds to the base, and the whole. */
export const appLayerBudgetBytes = 1_000_000;
export const imageBudgetBytes = 125_000_000;

/** Rows for a command line's `<image>` or `all`; an unknown name is an error that lists the known ones. */
export function selectImages(name: string | undefined): readonly Image[] {
  if (name === 'all') return images;
  const found = images.filter((image) => image.name === name);
  if (found.length > 0) return found;
  throw new Error(
    `image ${name ?? '(none given)'}: not in docker/images.ts; known: ${images.map((image) => image.name).join(', ')}, or all`,
  );
}
