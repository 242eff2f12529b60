// The images of this repository as manifests name them, `podmate/<name>:<version>`, and what a container of one is told:
// its arguments and environment go through the very table of settings that the image has, so a flag that the image
// would refuse at its start is found in the manifest. For the rules; images are those of the table in docker/images.ts.
// Invariant: settings that the manifest alone does not decide (a settings file, a whole ConfigMap) are not guessed at.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IContainer } from 'kubernetes-models/v1/Container';
import { SettingErrors } from '@podmate/base/errors';
import { loadSettings } from '@podmate/base/settings';
import type { BaseValues, SettingsTable, Table } from '@podmate/base/settings';

export type OurImages = {
  /** All images have the version of the repository. */
  readonly version: string;
  /** By name, without `podmate/`. */
  readonly settings: ReadonlyMap<string, SettingsTable<Table>>;
};

/** What an image of ours was told: its values, or why it would refuse to start. */
export type GivenSettings = {
  readonly values?: BaseValues & Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
};

/** The images of the repository at `root`: the rows of docker/images.ts, with packages/<name>/src/settings.ts. */
export async function findOurImages(root: string): Promise<OurImages> {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { images }: { images: readonly { name: string }[] } = await load(join(root, 'docker/images.ts'));
  const settings = new Map<string, SettingsTable<Table>>();
  for (const { name } of images.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const module: { settings: SettingsTable<Table> } = await load(
      join(root, 'packages', name, 'src/settings.ts'),
    );
    settings.set(name, module.settings);
  }
  return { version, settings };
}

const load = (file: string) => import(pathToFileURL(file).href);

export type ImageName = { readonly repository: string; readonly tag?: string; readonly digest?: string };

/** The grammar of image references, with a registry that can be one: a domain, a host with a port, localhost. */
const IMAGE =
  /^((?:(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+|localhost)\/)?[a-z0-9]+(?:(?:[./]|__?|-+)[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** The parts of `registry:5000/name:tag@digest`; undefined when the text is no image name. */
export function parseImage(image: string): ImageName | undefined {
  const [, repository, tag, digest] = IMAGE.exec(image) ?? [];
  if (repository === undefined) return undefined;
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** `log-tailer` of `podmate/log-tailer:0.1.0`, with or without a registry before it; also when there is no such image. */
export function ourName(image: string | undefined): string | undefined {
  return /(?:^|\/)podmate\/([a-z0-9-]+)$/.exec(parseImage(image ?? '')?.repository ?? '')?.[1];
}

/** Called in the words of what an image replaces: `args: [tail, ...]`, `args: [/bin/sh, -c, ...]`. */
const ANOTHER_PROGRAM = /^(?:\/(?:usr\/)?bin\/)?[a-z]+$/;

/** What the container's image makes of its settings; undefined when more than the manifest decides that. */
export async function givenSettings(
  container: IContainer,
  table: SettingsTable<Table>,
): Promise<GivenSettings | undefined> {
  const { command, args = [], env = [], envFrom = [], volumeMounts = [] } = container;
  const home = `/etc/${table.name}`;
  const elsewhere =
    command !== undefined ||
    ANOTHER_PROGRAM.test(args[0] ?? '') ||
    envFrom.length > 0 ||
    env.some(({ valueFrom }) => valueFrom !== undefined) ||
    volumeMounts.some(
      ({ mountPath }) =>
        `${mountPath}/`.startsWith(`${home}/`) ||
        args.some((argument) => argument.includes(`=${mountPath}/`)),
    ) ||
    args.some((argument) => argument.startsWith('--config'));
  if (elsewhere) return undefined;
  try {
    const { values } = await loadSettings(table, {
      argv: args,
      env: Object.fromEntries(
        env.filter(({ name }) => !isServiceLink(name)).map(({ name, value }) => [name, value]),
      ),
      readFile: unread(home),
    });
    return { values: { ...values }, faults: [] };
  } catch (error) {
    if (!(error instanceof SettingErrors)) throw error;
    return { faults: error.errors.map(({ message }) => message) };
  }
}

/** No settings file; the file of a secret is there, whatever is in it. */
function unread(home: string): (path: string) => string {
  return (path) => {
    if (path.startsWith(`${home}/`)) throw Object.assign(new Error(`${path}: not there`), { code: 'ENOENT' });
    return 'not read';
  };
}

/** The form of the variables that Kubernetes injects for each Service of the namespace. */
export function isServiceLink(name: string): boolean {
  return /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/.test(name);
}
