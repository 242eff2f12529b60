// Globs and directories -> the current set of paths. For follow. A walk lists only directories whose modification
// time moved since the last one, so that it can be made every second over thousands of files; the directories it
// passed through, and the nearest ones that exist where one is missing, are what change-notice is to watch.
import fs from 'node:fs';
import path from 'node:path';
import type { FollowInput } from './follow-input.ts';
import { compileExclusion, compileGlob, isGlob, type Segment } from './glob.ts';

export type Walk = {
  /** Every path to follow, with the input it belongs to (the first that matches); also named ones not there yet. */
  readonly paths: Map<string, FollowInput>;
  readonly directories: Set<string>;
  /** False when no directory was touched since the last walk: then all is as it was. */
  readonly isNew: boolean;
  /** Directories where names came, went or moved since their last listing, with all their files' names. */
  readonly changed: { readonly directory: string; readonly names: readonly string[] }[];
};

type Listing = {
  mtimeMs: number;
  files: string[];
  directories: string[];
  /** Symbolic links, which are among the files too: they may lead to directories. */
  links: string[];
  /** What each pattern picked from `files`; emptied with every new listing. */
  matches: Map<RegExp, string[]>;
};

type Pattern = {
  readonly input: FollowInput;
  readonly alternatives: Segment[][];
  readonly excluded: (path: string) => boolean;
  /** Named without any magic: followed before it exists. */
  readonly literal: string | undefined;
};

/** A directory changed so recently may change again within the same tick of the file system's clock. */
const UNSETTLED_MS = 50;
/** Some clocks tick in seconds (ext4 with small inodes, as made for small volumes; ext3), FAT's in two. */
const UNSETTLED_COARSE_MS = 2100;
/** What `**` takes at the end of a pattern: as `*` does. */
const VISIBLE = { pattern: /^[^.]/ };
const COMPRESSED = ['*.gz', '*.bz2', '*.xz', '*.zst', '*.lz4', '*.zip'];

export class Discovery {
  readonly #patterns: Pattern[];
  readonly #listings = new Map<string, Listing>();
  #walk: Walk = { paths: new Map(), directories: new Set(), isNew: true, changed: [] };

  /** @throws Error for a pattern that cannot be compiled */
  constructor(inputs: readonly FollowInput[]) {
    this.#patterns = inputs.flatMap((input) => {
      const excluded = exclusion(input);
      return input.include.map((pattern) => {
        const literal = isGlob(pattern) ? undefined : path.resolve(pattern);
        const alternatives = literal === undefined ? compileGlob(pattern, absolute) : [];
        return { input, alternatives, excluded, literal };
      });
    });
  }

  /** Whether one of the patterns matches; for paths that only a checkpoint remembers. */
  inputFor(file: string): FollowInput | undefined {
    return this.#patterns.find(
      ({ literal, alternatives, excluded }) =>
        literal === file || (literal === undefined && !excluded(file) && matchesAny(alternatives, file)),
    )?.input;
  }

  /** Whether names came or went since the last walk, as far as the directory's clock can tell. */
  hasChanged(directory: string): boolean {
    const known = this.#listings.get(directory);
    return known !== undefined && known.mtimeMs !== modified(directory);
  }

  /** The last walk again, with nothing changed, while no directory of it was touched. */
  walk(): Walk {
    if (this.#isAsBefore()) return { ...this.#walk, isNew: false, changed: [] };
    this.#walk = { paths: new Map(), directories: new Set(), isNew: true, changed: [] };
    for (const pattern of this.#patterns) {
      if (pattern.literal === undefined) {
        for (const segments of pattern.alternatives) this.#visit('/', segments, 0, pattern);
      } else {
        this.#walk.paths.getOrInsert(pattern.literal, pattern.input);
        this.#list(path.dirname(pattern.literal));
      }
    }
    for (const known of this.#listings.keys()) {
      if (!this.#walk.directories.has(known)) this.#listings.delete(known);
    }
    return this.#walk;
  }

  #isAsBefore(): boolean {
    if (this.#walk.directories.size === 0) return false;
    for (const directory of this.#walk.directories) {
      if (this.#listings.get(directory)?.mtimeMs !== modified(directory)) return false;
    }
    return true;
  }

  #visit(directory: string, segments: readonly Segment[], depth: number, pattern: Pattern): void {
    const segment = segments[depth];
    if (segment === undefined) return;
    const isLast = depth === segments.length - 1;
    if ('literal' in segment && !isLast)
      return this.#visit(path.join(directory, segment.literal), segments, depth + 1, pattern);
    const listing = this.#list(directory);
    if (listing === undefined) return;
    if ('anyDepth' in segment) {
      if (!isLast) this.#visit(directory, segments, depth + 1, pattern);
      for (const name of listing.directories) {
        if (!name.startsWith('.')) this.#visit(path.join(directory, name), segments, depth, pattern);
      }
      if (isLast) this.#add(directory, this.#matching(listing, VISIBLE), pattern);
    } else if (isLast) this.#add(directory, this.#matching(listing, segment), pattern);
    else if ('pattern' in segment) {
      for (const name of [...listing.directories, ...listing.links]) {
        if (segment.pattern.test(name)) this.#visit(path.join(directory, name), segments, depth + 1, pattern);
      }
    }
  }

  #matching(listing: Listing, segment: { literal: string } | { pattern: RegExp }): string[] {
    if ('literal' in segment) return listing.files.includes(segment.literal) ? [segment.literal] : [];
    return listing.matches.getOrInsertComputed(segment.pattern, (expression) =>
      listing.files.filter((name) => expression.test(name)),
    );
  }

  #add(directory: string, names: readonly string[], pattern: Pattern): void {
    for (const name of names) {
      const file = directory === '/' ? `/${name}` : `${directory}/${name}`;
      if (!this.#walk.paths.has(file) && !pattern.excluded(file)) this.#walk.paths.set(file, pattern.input);
    }
  }

  /** What is in a directory; undefined when it is missing or closed to us. Counts it as one to watch. */
  #list(directory: string): Listing | undefined {
    const known = this.#listings.get(directory);
    if (known !== undefined && this.#walk.directories.has(directory)) return known;
    const mtimeMs = modified(directory);
    if (mtimeMs === undefined) {
      this.#walk.directories.add(nearestExisting(directory));
      return undefined;
    }
    this.#walk.directories.add(directory);
    if (known?.mtimeMs === mtimeMs) return known;
    const listing = readListing(directory);
    if (listing === undefined) return undefined;
    const unsettledMs = mtimeMs % 1000 === 0 ? UNSETTLED_COARSE_MS : UNSETTLED_MS;
    listing.mtimeMs = Date.now() - mtimeMs < unsettledMs ? -1 : mtimeMs;
    if (known !== undefined) this.#walk.changed.push({ directory, names: listing.files });
    this.#listings.set(directory, listing);
    return listing;
  }
}

const absolute = (pattern: string): string => path.resolve(pattern);

function exclusion(input: FollowInput): (path: string) => boolean {
  const compressed = COMPRESSED.filter((pattern) => !(input.gzip && pattern === '*.gz'));
  const tests = [...compressed, ...input.exclude].map((pattern) => compileExclusion(pattern, absolute));
  return (file) => tests.some((test) => test(file));
}

function matchesAny(alternatives: Segment[][], file: string): boolean {
  const names = file.split('/').filter((name) => name !== '');
  return alternatives.some((segments) => matchesFrom(segments, 0, names, 0));
}

function matchesFrom(
  segments: readonly Segment[],
  at: number,
  names: readonly string[],
  name: number,
): boolean {
  const segment = segments[at];
  if (segment === undefined) return name === names.length;
  if ('anyDepth' in segment) return matchesAtAnyDepth(segments, at, names, name);
  if (name === names.length) return false;
  const matches = 'literal' in segment ? segment.literal === names[name] : segment.pattern.test(names[name]!);
  return matches && matchesFrom(segments, at + 1, names, name + 1);
}

/** `**` passes through directories that are not hidden, and at the end takes files that are not. */
function matchesAtAnyDepth(
  segments: readonly Segment[],
  at: number,
  names: readonly string[],
  name: number,
): boolean {
  const hidden = names.findIndex((each, index) => index >= name && !VISIBLE.pattern.test(each));
  const most = hidden === -1 ? names.length : hidden;
  if (at === segments.length - 1) return hidden === -1 && name < names.length;
  for (let next = name; next <= most; next++) if (matchesFrom(segments, at + 1, names, next)) return true;
  return false;
}

/** Undefined for what is no directory, or none that we may look at. */
function modified(directory: string): number | undefined {
  try {
    const stat = fs.statSync(directory);
    return stat.isDirectory() ? stat.mtimeMs : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Symbolic links count as files: a link to a directory is told apart when it is opened. As a directory it serves
 * where a name in the pattern leads to it, as in a shell; `**` follows no links, for they may lead in circles.
 */
function readListing(directory: string): Listing | undefined {
  try {
    const listing: Listing = { mtimeMs: 0, files: [], directories: [], links: [], matches: new Map() };
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) listing.directories.push(entry.name);
      else if (entry.isFile()) listing.files.push(entry.name);
      else if (entry.isSymbolicLink()) {
        listing.links.push(entry.name);
        if (!isDirectory(path.join(directory, entry.name))) listing.files.push(entry.name);
      }
    }
    return listing;
  } catch {
    return undefined;
  }
}

function isDirectory(link: string): boolean {
  try {
    return fs.statSync(link).isDirectory();
  } catch {
    return false;
  }
}

function nearestExisting(directory: string): string {
  let at = directory;
  while (at !== '/' && modified(at) === undefined) at = path.dirname(at);
  return at;
}
