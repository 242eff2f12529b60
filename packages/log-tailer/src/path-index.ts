// Finds followed paths by what a notice says: a name in a directory, a whole directory, a rotated neighbour.
// For follow.
import fs from 'node:fs';
import path from 'node:path';
import type { FollowedPath } from './followed-path.ts';
import { rotationBases } from './rotated-names.ts';

export class PathIndex {
  readonly #byPath = new Map<string, FollowedPath>();
  /** Followed paths by directory; a symbolic link also under the directory it leads to. */
  readonly #byDirectory = new Map<string, Set<FollowedPath>>();
  /** Where symbolic links lead: real path -> followed paths. */
  readonly #byRealPath = new Map<string, Set<FollowedPath>>();
  readonly #realPathOf = new Map<FollowedPath, string>();
  /** Those with more than one file, worth a look at every notice. */
  readonly #rotating = new Set<FollowedPath>();
  /** Where the last turn over all paths, and over those of a directory, stopped. */
  readonly #turns = new Map<string, Iterator<FollowedPath>>();

  has(file: string): boolean {
    return this.#byPath.has(file);
  }

  paths(): MapIterator<FollowedPath> {
    return this.#byPath.values();
  }

  add(followed: FollowedPath): void {
    this.#byPath.set(followed.path, followed);
    this.#inDirectory(path.dirname(followed.path)).add(followed);
  }

  delete(followed: FollowedPath): void {
    this.#byPath.delete(followed.path);
    this.#rotating.delete(followed);
    this.#leave(path.dirname(followed.path), followed);
    this.#forgetRealPath(followed);
  }

  /** A file was opened: where does its path really lead? */
  noteRealPath(file: string): void {
    const followed = this.#byPath.get(file);
    if (followed === undefined) return;
    const real = realPath(file);
    this.#forgetRealPath(followed);
    if (real === undefined || real === followed.path) return;
    this.#realPathOf.set(followed, real);
    this.#byRealPath.getOrInsertComputed(real, () => new Set()).add(followed);
    this.#inDirectory(path.dirname(real)).add(followed);
  }

  /** Directories outside the patterns' own that followed files are really in. */
  realDirectories(): Set<string> {
    return new Set(Array.from(this.#byRealPath.keys(), (real) => path.dirname(real)));
  }

  /** Who a notice about this name concerns: the path itself, or else those under rotation. */
  at(directory: string, name: string): Iterable<FollowedPath> {
    const file = path.join(directory, name);
    const followed = this.#byPath.get(file);
    const linked = this.#byRealPath.get(file);
    if (followed === undefined && linked === undefined) return this.#rotating;
    return [...(followed === undefined ? [] : [followed]), ...(linked ?? [])];
  }

  /** Paths of which a file of this name may be a rotated generation. */
  rotatedTo(directory: string, name: string): FollowedPath[] {
    const found: FollowedPath[] = [];
    for (const base of rotationBases(name)) {
      const followed = this.#byPath.get(path.join(directory, base));
      if (followed !== undefined) found.push(followed);
    }
    return found;
  }

  rotating(): Iterable<FollowedPath> {
    return this.#rotating;
  }

  noteRotating(followed: FollowedPath): void {
    if (followed.rotating) this.#rotating.add(followed);
    else this.#rotating.delete(followed);
  }

  /** The next `count` paths, all in turn. */
  some(count: number): FollowedPath[] {
    return this.#take('', () => this.#byPath.values(), Math.min(count, this.#byPath.size));
  }

  someOf(directory: string, count: number): FollowedPath[] {
    const inside = this.#byDirectory.get(directory);
    if (inside === undefined) return [];
    return this.#take(directory, () => inside.values(), Math.min(count, inside.size));
  }

  #take(turn: string, restart: () => Iterator<FollowedPath>, count: number): FollowedPath[] {
    const taken: FollowedPath[] = [];
    while (taken.length < count) {
      const { value, done } = this.#turns.getOrInsertComputed(turn, restart).next();
      if (done === true) this.#turns.delete(turn);
      else taken.push(value);
    }
    return taken;
  }

  #inDirectory(directory: string): Set<FollowedPath> {
    return this.#byDirectory.getOrInsertComputed(directory, () => new Set());
  }

  #leave(directory: string, followed: FollowedPath): void {
    const inside = this.#byDirectory.get(directory);
    inside?.delete(followed);
    if (inside?.size === 0) {
      this.#byDirectory.delete(directory);
      this.#turns.delete(directory);
    }
  }

  #forgetRealPath(followed: FollowedPath): void {
    const real = this.#realPathOf.get(followed);
    if (real === undefined) return;
    this.#realPathOf.delete(followed);
    const linked = this.#byRealPath.get(real);
    linked?.delete(followed);
    if (linked?.size === 0) this.#byRealPath.delete(real);
    if (path.dirname(real) !== path.dirname(followed.path)) this.#leave(path.dirname(real), followed);
  }
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
