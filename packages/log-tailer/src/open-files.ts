// Opens log files and holds them: one reader per inode, whatever names lead to it, within a budget of descriptors.
// For followed-path. Holding the descriptor is what makes rotation safe: the inode cannot be reused and its bytes
// cannot go away. Idle files over the budget give theirs back and keep their identity and position.
import fs from 'node:fs';
import { type ByteSource, GzipSource, PlainSource } from './byte-source.ts';
import type { Checkpoint, Entry } from './checkpoint.ts';
import { compressedHead } from './compressed-head.ts';
import {
  fileKey,
  type Identity,
  identityOf,
  FINGERPRINT_BYTES,
  matchesFingerprint,
} from './file-identity.ts';
import { FileReader } from './file-reader.ts';
import { count, type FollowStats } from './follow-stats.ts';
import type { FollowInput } from './follow-input.ts';
import { isCompressedName } from './rotated-names.ts';
import { systemError } from './system-error.ts';

/** Why a path cannot be read: an errno name, or DIRECTORY, FIFO, SOCKET, DEVICE for what is no log file. */
export class Unreadable extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `known`: the checkpoint had the file; `held`: it was open already, and the reader is that of whoever holds it. */
export type Opened = { readonly reader: FileReader; readonly known: boolean; readonly held: boolean };

const { O_RDONLY, O_NONBLOCK } = fs.constants;

export class OpenFiles {
  readonly #byKey = new Map<string, FileReader>();
  /** Readers that hold a descriptor now, least recently opened first. */
  readonly #open = new Set<FileReader>();
  readonly #checkpoint: Checkpoint;
  readonly #stats: FollowStats;
  readonly #maxOpen: number;
  readonly #isRemote: (path: string) => boolean;
  readonly #onDamaged: (path: string, error: unknown) => void;

  constructor(parts: {
    checkpoint: Checkpoint;
    stats: FollowStats;
    maxOpen: number;
    isRemote: (path: string) => boolean;
    onDamaged: (path: string, error: unknown) => void;
  }) {
    this.#checkpoint = parts.checkpoint;
    this.#stats = parts.stats;
    this.#maxOpen = parts.maxOpen;
    this.#isRemote = parts.isRemote;
    this.#onDamaged = parts.onDamaged;
  }

  get openCount(): number {
    return this.#open.size;
  }

  held(identity: Identity): FileReader | undefined {
    return this.#byKey.get(fileKey(identity));
  }

  readers(): IterableIterator<FileReader> {
    return this.#byKey.values();
  }

  /**
   * A reader for the file at `path`, at the position the checkpoint knows (truncated is set when the file no longer
   * fits it), else at 0. `known` says whether the checkpoint had it.
   * @throws Unreadable
   */
  open(path: string, followedPath: string, input: FollowInput, nowMs: number): Opened {
    this.#makeRoom();
    const fd = this.#openDescriptor(path);
    const identity = identityOf(fs.fstatSync(fd, { bigint: true }));
    const held = this.held(identity);
    if (held !== undefined) {
      fs.closeSync(fd);
      return { reader: held, known: true, held: true };
    }
    const entry = this.#checkpoint.find(identity);
    const source = this.#sourceFor(path, fd, input, entry);
    const reader = new FileReader(
      { path, followedPath, identity, source },
      { input, stats: this.#stats, nowMs },
    );
    this.#byKey.set(fileKey(identity), reader);
    this.#open.add(reader);
    if (entry === undefined) reader.refresh(nowMs);
    else resume(reader, entry, nowMs);
    return { reader, known: entry !== undefined, held: false };
  }

  /** Opens a parked reader's file again. False when another file is at the path now. */
  reopen(reader: FileReader, path: string, input: FollowInput): boolean {
    if (reader.open) return true;
    this.#makeRoom();
    const fd = this.#openDescriptor(path);
    if (fileKey(identityOf(fs.fstatSync(fd, { bigint: true }))) !== fileKey(reader.identity)) {
      fs.closeSync(fd);
      return false;
    }
    reader.reopen(this.#sourceFor(path, fd, input, this.#checkpoint.find(reader.identity)));
    this.#open.add(reader);
    return true;
  }

  /** Lets go of a file; what the checkpoint says of it stays. */
  release(reader: FileReader): void {
    reader.close();
    this.#open.delete(reader);
    this.#byKey.delete(fileKey(reader.identity));
  }

  closeAll(): void {
    for (const reader of this.#byKey.values()) this.release(reader);
  }

  #sourceFor(path: string, fd: number, input: FollowInput, entry?: Entry): ByteSource {
    if (!input.gzip || !isCompressedName(path)) return new PlainSource(fd, this.#isRemote(path));
    const onDamaged = (error: unknown): void => this.#onDamaged(path, error);
    if (entry !== undefined) return new GzipSource(fd, onDamaged, entry.finished ? entry.offset : undefined);
    return new GzipSource(fd, onDamaged, this.#isKnownContent(path) ? 0 : undefined);
  }

  /** A log compressed after it was read is the same log: another inode, the same bytes. */
  #isKnownContent(path: string): boolean {
    const head = compressedHead(path, FINGERPRINT_BYTES);
    for (const reader of this.#byKey.values()) {
      if (head.length > 0 && matchesFingerprint(head, reader.head)) return true;
    }
    return this.#checkpoint.knowsContent(head);
  }

  /** O_NONBLOCK: should the path turn into a FIFO under us, opening it must not wait for a writer. */
  #openDescriptor(path: string): number {
    try {
      refuseWhatIsNoFile(fs.statSync(path));
      return fs.openSync(path, O_RDONLY | O_NONBLOCK);
    } catch (error) {
      if (error instanceof Unreadable) throw error;
      const { code, message } = systemError(error);
      throw new Unreadable(code, message, { cause: error });
    }
  }

  /** Parks the file that has been idle longest. @throws Unreadable EMFILE when all open files have unread bytes. */
  #makeRoom(): void {
    if (this.#open.size < this.#maxOpen) return;
    let idlest: FileReader | undefined;
    for (const reader of this.#open) {
      const idle =
        reader.rotatedAtMs === undefined && reader.delivered && reader.unread === 0 && !reader.truncated;
      if (idle && reader.grewAtMs < (idlest?.grewAtMs ?? Infinity)) idlest = reader;
    }
    if (idlest === undefined)
      throw new Unreadable('EMFILE', `all of ${this.#maxOpen} files allowed open are unread`);
    idlest.close();
    this.#open.delete(idlest);
  }

  countError(code: string): void {
    count(this.#stats.openErrors, code);
  }
}

function resume(reader: FileReader, entry: Entry, nowMs: number): void {
  reader.startAt(entry);
  reader.refresh(nowMs);
  if (reader.size !== Infinity) reader.truncated = reader.size < entry.offset || !reader.verify();
}

function refuseWhatIsNoFile(stat: fs.Stats): void {
  if (stat.isFile()) return;
  if (stat.isDirectory())
    throw new Unreadable('DIRECTORY', 'is a directory; to follow the files in it, say <directory>/*');
  if (stat.isFIFO())
    throw new Unreadable('FIFO', 'is a FIFO, not a regular file: it has no position to resume from');
  if (stat.isSocket()) throw new Unreadable('SOCKET', 'is a socket, not a regular file');
  throw new Unreadable('DEVICE', 'is a device, not a regular file');
}
