// How far each file was delivered, kept over restarts. For open-files, which asks when it opens a file, and for
// follow, which writes after each acknowledged batch.
// One file of fixed 4 KiB records, one per followed file, each with two slots written in turn: a write torn by a
// crash leaves the other slot. No fsync: what is written survives the death of the process, and that is the
// promise; a dying machine may repeat what its page cache forgot. Without a directory it lives in memory only.
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { fileKey, type Fingerprint, type Identity, matchesFingerprint } from './file-identity.ts';

export type Entry = {
  readonly identity: Identity;
  /** The followed path this file was (or is) a generation of, not where rotation moved it. */
  readonly path: string;
  readonly offset: number;
  /** How large the file was: what lay between was seen, and not delivered. */
  readonly size: number;
  readonly head: Fingerprint;
  readonly marker: Fingerprint;
  /** Read to its end and let go; kept so that another pattern matching its new name does not read it again. */
  readonly finished: boolean;
  /** When (ms, wall clock) this was last seen to be the file at the path: what came to the path later, came unseen. */
  readonly lookedAtMs: number;
};

const RECORD_BYTES = 4096;
const SLOT_BYTES = RECORD_BYTES / 2;
const FILE_MAGIC = Buffer.from('podmate log-tailer checkpoint 1\n');
const SLOT_MAGIC = 0x31434d50;
const FIXED_BYTES = 80;
const FLAG_FINISHED = 1;
/** Finished entries beyond this many are forgotten, oldest first. */
const MAX_FINISHED = 10_000;

type Record = { entry: Entry; index: number; sequence: number };

/** Raised when the file is there but not ours to read: damaged, or of another version. */
export class CheckpointDamaged extends Error {}

export class Checkpoint {
  readonly #records = new Map<string, Record>();
  readonly #free: number[] = [];
  readonly #fd: number | undefined;
  /** Slots found torn or damaged at start; their files are read from the start again. */
  readonly damagedRecords: number = 0;
  #nextIndex = 1;
  #isNew = false;
  #finished = 0;

  /** @param fd an open checkpoint file, or undefined to remember in memory only. */
  private constructor(fd?: number) {
    this.#fd = fd;
    if (fd !== undefined) this.damagedRecords = this.#load(fd);
  }

  static inMemory(): Checkpoint {
    return new Checkpoint();
  }

  /** @throws CheckpointDamaged when the file is not a checkpoint of this version; errno errors as they come. */
  static open(file: string): Checkpoint {
    makeDirectory(path.dirname(file));
    const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    try {
      return new Checkpoint(fd);
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  /** Whether it outlives the process. */
  get isKept(): boolean {
    return this.#fd !== undefined;
  }

  /** What is known of this very file. */
  find(identity: Identity): Entry | undefined {
    return this.#records.get(fileKey(identity))?.entry;
  }

  /** Whether a file that begins with these bytes was read to its end. */
  knowsContent(head: Buffer): boolean {
    if (head.length === 0) return false;
    for (const { entry } of this.#records.values()) {
      if (entry.finished && matchesFingerprint(head, entry.head)) return true;
    }
    return false;
  }

  /** Files not read to their end when the entry was saved, by followed path, oldest file first. */
  unfinished(): Map<string, Entry[]> {
    const entries = Array.from(this.#records.values(), (record) => record.entry).filter(
      (entry) => !entry.finished,
    );
    entries.sort((a, b) => Number(a.identity.birthtimeNs - b.identity.birthtimeNs));
    return Map.groupBy(entries, (entry) => entry.path);
  }

  /** @throws errno errors of the write; the entry is then kept in memory and written with the next save. */
  save(entry: Entry): void {
    const key = fileKey(entry.identity);
    const known = this.#records.get(key);
    const index = known?.index ?? this.#free.pop() ?? this.#nextIndex++;
    const sequence = (known?.sequence ?? 0) + 1;
    this.#finished += Number(entry.finished) - Number(known?.entry.finished ?? false);
    this.#records.set(key, { entry, index, sequence });
    this.#write(index, sequence, encode(entry, sequence));
    if (this.#finished > MAX_FINISHED) this.#forgetOldestFinished();
  }

  forget(identity: Identity): void {
    const key = fileKey(identity);
    const known = this.#records.get(key);
    if (known === undefined) return;
    this.#records.delete(key);
    this.#free.push(known.index);
    if (known.entry.finished) this.#finished--;
    const blank = Buffer.alloc(RECORD_BYTES);
    if (this.#fd !== undefined) fs.writeSync(this.#fd, blank, 0, RECORD_BYTES, known.index * RECORD_BYTES);
  }

  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
  }

  #write(index: number, sequence: number, slot: Buffer): void {
    if (this.#fd === undefined) return;
    if (this.#isNew) fs.writeSync(this.#fd, FILE_MAGIC, 0, FILE_MAGIC.length, 0);
    this.#isNew = false;
    fs.writeSync(this.#fd, slot, 0, slot.length, index * RECORD_BYTES + (sequence % 2) * SLOT_BYTES);
  }

  #forgetOldestFinished(): void {
    for (const { entry } of this.#records.values()) {
      if (entry.finished) return this.forget(entry.identity);
    }
  }

  #load(fd: number): number {
    const { size } = fs.fstatSync(fd);
    this.#isNew = size === 0;
    if (size === 0) return 0;
    const bytes = Buffer.alloc(size);
    fs.readSync(fd, bytes, 0, size, 0);
    if (!bytes.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC)) {
      throw new CheckpointDamaged('not a checkpoint file of this version');
    }
    let damaged = 0;
    for (let at = RECORD_BYTES; at < size; at += RECORD_BYTES) {
      if (!this.#loadRecord(bytes.subarray(at, at + RECORD_BYTES), at / RECORD_BYTES)) damaged++;
    }
    return damaged;
  }

  /** False when the record holds something, but nothing valid. */
  #loadRecord(bytes: Buffer, index: number): boolean {
    this.#nextIndex = index + 1;
    const slots = [decode(bytes.subarray(0, SLOT_BYTES)), decode(bytes.subarray(SLOT_BYTES))];
    const [newest] = slots.filter((slot) => slot !== undefined).toSorted((a, b) => b.sequence - a.sequence);
    if (newest === undefined) {
      this.#free.push(index);
      return bytes.every((byte) => byte === 0);
    }
    this.#records.set(fileKey(newest.entry.identity), { ...newest, index });
    if (newest.entry.finished) this.#finished++;
    return true;
  }
}

/** As mkdir -p. Node's own `recursive` says ENOENT for a read-only file system and whatever else is in the way. */
function makeDirectory(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeDirectory(path.dirname(directory));
  try {
    fs.mkdirSync(directory, 0o755);
  } catch (error) {
    // Made by another tailer on the volume just now.
    if (!fs.existsSync(directory)) throw error;
  }
}

/** Layout: magic u32, crc u32 of what follows, length u16, flags u16, sequence u32, dev, ino, birth, offset u64, ... */
function encode(entry: Entry, sequence: number): Buffer {
  const name = Buffer.from(entry.path).subarray(-(SLOT_BYTES - FIXED_BYTES));
  const slot = Buffer.alloc(FIXED_BYTES + name.length);
  slot.writeUInt32LE(SLOT_MAGIC, 0);
  slot.writeUInt16LE(slot.length, 8);
  slot.writeUInt16LE(entry.finished ? FLAG_FINISHED : 0, 10);
  slot.writeUInt32LE(sequence >>> 0, 12);
  slot.writeBigUInt64LE(entry.identity.dev, 16);
  slot.writeBigUInt64LE(entry.identity.ino, 24);
  slot.writeBigUInt64LE(entry.identity.birthtimeNs, 32);
  slot.writeBigUInt64LE(BigInt(entry.offset), 40);
  slot.writeDoubleLE(entry.lookedAtMs, 48);
  slot.writeUInt16LE(entry.head.length, 56);
  slot.writeUInt16LE(entry.marker.length, 58);
  slot.writeUInt32LE(entry.head.crc, 60);
  slot.writeUInt32LE(entry.marker.crc, 64);
  slot.writeUInt16LE(name.length, 68);
  slot.writeDoubleLE(entry.size, 72);
  name.copy(slot, FIXED_BYTES);
  slot.writeUInt32LE(crc32(slot.subarray(8)), 4);
  return slot;
}

function decode(slot: Buffer): { entry: Entry; sequence: number } | undefined {
  if (slot.length < FIXED_BYTES || slot.readUInt32LE(0) !== SLOT_MAGIC) return undefined;
  const length = slot.readUInt16LE(8);
  if (length < FIXED_BYTES || length > slot.length) return undefined;
  if (crc32(slot.subarray(8, length)) !== slot.readUInt32LE(4)) return undefined;
  const entry: Entry = {
    identity: {
      dev: slot.readBigUInt64LE(16),
      ino: slot.readBigUInt64LE(24),
      birthtimeNs: slot.readBigUInt64LE(32),
    },
    path: slot.toString('utf8', FIXED_BYTES, FIXED_BYTES + slot.readUInt16LE(68)),
    offset: Number(slot.readBigUInt64LE(40)),
    size: slot.readDoubleLE(72),
    head: { length: slot.readUInt16LE(56), crc: slot.readUInt32LE(60) },
    marker: { length: slot.readUInt16LE(58), crc: slot.readUInt32LE(64) },
    finished: (slot.readUInt16LE(10) & FLAG_FINISHED) !== 0,
    lookedAtMs: slot.readDoubleLE(48),
  };
  return { entry, sequence: slot.readUInt32LE(12) };
}
