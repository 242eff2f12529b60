// The volumes of one pod on the engine: made before the holder mounts them, filled by the holder, removed with the pod.
// An emptyDir is what kubelet makes: root's, open to all (0777), with the group and the setgid bit of the pod's fsGroup;
// in memory it is a tmpfs that all containers share. Everything else is data, read-only for the containers.

import { uniqueName } from '../containers.ts';
import type { MountSource } from './container-flags.ts';
import type { PodIdentity } from './downward.ts';
import { docker } from './engine.ts';
import type { Holder } from './holder.ts';
import { volumeFiles } from './projection.ts';
import { parseQuantity } from './quantity.ts';
import type { PodSpec, Store, Volume } from './pod-spec.ts';

export class PodVolumes implements AsyncDisposable {
  /** Volume of the pod -> volume of the engine. */
  readonly engineNames: ReadonlyMap<string, string>;
  /** Volume of the pod -> where containers find it. */
  readonly mounts: ReadonlyMap<string, MountSource>;
  readonly #spec: PodSpec;

  static async create(spec: PodSpec): Promise<PodVolumes> {
    const names = new Map<string, string>();
    try {
      for (const volume of spec.volumes ?? []) {
        const name = uniqueName(volume.name);
        names.set(volume.name, name);
        await docker(['volume', 'create', ...memoryOptions(volume), name]);
      }
      return new PodVolumes(spec, names, await foldersOf([...names.values()]));
    } catch (error) {
      await removeVolumes(names);
      throw error;
    }
  }

  private constructor(
    spec: PodSpec,
    names: ReadonlyMap<string, string>,
    folders: ReadonlyMap<string, string>,
  ) {
    this.#spec = spec;
    this.engineNames = names;
    this.mounts = new Map(
      (spec.volumes ?? []).map((volume) => {
        const engineName = names.get(volume.name) ?? '';
        return [
          volume.name,
          { engineName, folder: folders.get(engineName) ?? '', readOnly: volume.emptyDir === undefined },
        ];
      }),
    );
  }

  /** Gives every volume its contents and its rights. Throws when data is neither there nor optional. */
  async fill(holder: Holder, pod: PodIdentity, store: Store): Promise<void> {
    for (const { name, emptyDir } of this.#spec.volumes ?? []) {
      if (emptyDir !== undefined) await holder.order({ ask: 'empty', volume: name, group: this.#group });
    }
    await this.fillData(holder, pod, store);
    await this.#makeSubPaths(holder);
  }

  /** Writes those that are made from data, again if need be. Throws as `fill` does, before any is written. */
  async fillData(holder: Holder, pod: PodIdentity, store: Store): Promise<void> {
    const contents = (this.#spec.volumes ?? [])
      .filter(({ emptyDir }) => emptyDir === undefined)
      .map((volume) => ({ volume: volume.name, files: volumeFiles(volume, pod, store) }));
    for (const { volume, files } of contents) {
      const written = files.map(({ content, ...file }) => ({ ...file, content: content.toString('base64') }));
      await holder.order({ ask: 'fill', volume, group: this.#group, files: written });
    }
  }

  /** The first emptyDir that holds more than its sizeLimit, as kubelet would put it in the eviction. */
  async exceeded(holder: Holder): Promise<string | undefined> {
    for (const { name, emptyDir } of this.#spec.volumes ?? []) {
      if (emptyDir?.sizeLimit === undefined) continue;
      const { ok, detail } = await holder.ask({ ask: 'usage', volume: name });
      if (ok && Number(detail) > parseQuantity(emptyDir.sizeLimit)) {
        return `emptyDir ${name} holds ${detail} bytes, more than its limit of ${emptyDir.sizeLimit}`;
      }
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeVolumes(this.engineNames);
  }

  get #group(): number | undefined {
    return this.#spec.securityContext?.fsGroup;
  }

  /** kubelet makes the folder of a subPath that is not there; in a volume of data there is nothing to make. */
  async #makeSubPaths(holder: Holder): Promise<void> {
    for (const { volumeMounts = [] } of [...(this.#spec.initContainers ?? []), ...this.#spec.containers]) {
      for (const { name, subPath } of volumeMounts) {
        if (subPath !== undefined && this.mounts.get(name)?.readOnly === false) {
          await holder.order({ ask: 'folder', volume: name, path: subPath });
        }
      }
    }
  }
}

function memoryOptions({ emptyDir }: Volume): string[] {
  if (emptyDir?.medium !== 'Memory') return [];
  const { sizeLimit } = emptyDir;
  const size = sizeLimit === undefined ? '' : `,size=${Math.floor(parseQuantity(sizeLimit))}`;
  return ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', `o=mode=0777${size}`];
}

async function foldersOf(names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const { stdout } = await docker(['volume', 'inspect', '--format', '{{.Name}} {{.Mountpoint}}', ...names]);
  const lines = stdout.trim().split('\n');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

async function removeVolumes(names: ReadonlyMap<string, string>): Promise<void> {
  if (names.size > 0) await docker(['volume', 'rm', '--force', ...names.values()]);
}
