import fs from 'node:fs';
import { type TemporaryDirectory, temporaryDirectory } from '@podmate/testkit/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Checkpoint, CheckpointDamaged, type Entry } from '../src/checkpoint.ts';
import { fingerprint, NO_FINGERPRINT } from '../src/file-identity.ts';

/** As written down in checkpoint.ts: the file's own header, then records of two slots. */
const RECORD_BYTES = 4096;
const SLOT_BYTES = 2048;

let directory: TemporaryDirectory;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory('checkpoint');
  file = directory.file('state/checkpoint');
});
afterEach(() => directory.remove());

const identity = (ino: number): Entry['identity'] => ({
  dev: 7n,
  ino: BigInt(ino),
  birthtimeNs: BigInt(1000 + ino),
});
const entry = (ino: number, more: Partial<Entry> = {}): Entry => ({
  identity: identity(ino),
  path: `/var/log/${ino}.log`,
  offset: 10 * ino,
  size: 11 * ino,
  head: NO_FINGERPRINT,
  marker: NO_FINGERPRINT,
  finished: false,
  lookedAtMs: 1_700_000_000_000.25 + ino,
  ...more,
});

/** What a new life reads. */
function reopened<T>(look: (checkpoint: Checkpoint) => T): T {
  const checkpoint = Checkpoint.open(file);
  try {
    return look(checkpoint);
  } finally {
    checkpoint.close();
  }
}

function saved(...entries: Entry[]): void {
  reopened((checkpoint) => entries.forEach((each) => checkpoint.save(each)));
}

test('what was saved is found in the next life', () => {
  const full = entry(1, {
    offset: 2 ** 52 + 1,
    size: 2 ** 52 + 2,
    path: '/var/log/ü "😀"\n.log',
    head: fingerprint(Buffer.from('head')),
    marker: fingerprint(Buffer.alloc(1024, 'm')),
    finished: true,
    identity: { dev: 2n ** 64n - 1n, ino: 2n ** 63n + 5n, birthtimeNs: 1_732_060_800_123_456_789n },
  });
  saved(full, entry(2));
  reopened((checkpoint) => {
    expect(checkpoint.find(full.identity)).toEqual(full);
    expect(checkpoint.find(identity(2))).toEqual(entry(2));
    expect(checkpoint.find(identity(3))).toBeUndefined();
    expect(checkpoint.damagedRecords).toBe(0);
  });
});

test('the newest of many saves counts, in this life and the next', () => {
  reopened((checkpoint) => {
    for (let offset = 0; offset <= 25; offset++) checkpoint.save(entry(1, { offset }));
    expect(checkpoint.find(identity(1))?.offset).toBe(25);
  });
  reopened((checkpoint) => {
    expect(checkpoint.find(identity(1))?.offset).toBe(25);
    checkpoint.save(entry(1, { offset: 26 }));
  });
  expect(reopened((checkpoint) => checkpoint.find(identity(1))?.offset)).toBe(26);
  expect(fs.statSync(file).size).toBeLessThanOrEqual(2 * RECORD_BYTES);
});

// Behind the offset the two are alike, and a write torn there is none.
test.each([0, 1, 8, 13, 20, 40])('a write torn after %i bytes leaves the one before', (bytes) => {
  saved(entry(1, { offset: 1 }), entry(1, { offset: 2 }));
  const before = fs.readFileSync(file);
  saved(entry(1, { offset: 3 }));
  const after = fs.readFileSync(file);
  const slot = [0, 1]
    .map((n) => RECORD_BYTES + n * SLOT_BYTES)
    .find((at) => !before.subarray(at, at + 100).equals(after.subarray(at, at + 100)))!;
  const torn = Buffer.concat([after, Buffer.alloc(Math.max(0, before.length - after.length))]);
  before.copy(torn, slot + bytes, slot + bytes, slot + 200);
  fs.writeFileSync(file, torn);
  const offset = reopened((checkpoint) => checkpoint.find(identity(1))?.offset);
  expect(offset).toBe(2);
});

test('any byte of a record changed: the slot before it, or a damaged record, never a wrong offset', () => {
  saved(entry(1, { offset: 1 }), entry(1, { offset: 2 }));
  const sound = fs.readFileSync(file);
  for (let at = RECORD_BYTES; at < sound.length; at++) {
    if (sound[at] === 0 && sound[at + 1] === 0) continue;
    const damaged = Buffer.from(sound);
    damaged[at]! ^= 0x40;
    fs.writeFileSync(file, damaged);
    expect([1, 2], `byte ${at}`).toContain(reopened((checkpoint) => checkpoint.find(identity(1))?.offset));
  }
});

test('a record with both slots damaged is counted, others are not touched, and its place is used again', () => {
  saved(entry(1), entry(2), entry(3));
  const bytes = fs.readFileSync(file);
  bytes.fill(0xff, 2 * RECORD_BYTES, 2 * RECORD_BYTES + RECORD_BYTES);
  fs.writeFileSync(file, bytes);
  reopened((checkpoint) => {
    expect(checkpoint.damagedRecords).toBe(1);
    expect([1, 2, 3].map((ino) => checkpoint.find(identity(ino))?.offset)).toEqual([10, undefined, 30]);
    checkpoint.save(entry(4));
  });
  reopened((checkpoint) => {
    expect(checkpoint.damagedRecords).toBe(0);
    expect(checkpoint.find(identity(4))?.offset).toBe(40);
  });
  expect(fs.statSync(file).size).toBeLessThanOrEqual(4 * RECORD_BYTES);
});

test.each([
  { name: 'text', bytes: Buffer.from('positions:\n  /var/log/app.log: 17\n') },
  { name: 'of another version', bytes: Buffer.from('podmate log-tailer checkpoint 9\n') },
  { name: 'cut off in its first bytes', bytes: Buffer.from('podmate') },
  { name: 'NULs', bytes: Buffer.alloc(9000) },
])('a file that is $name is refused, and left as it is', ({ bytes }) => {
  fs.mkdirSync(directory.file('state'));
  fs.writeFileSync(file, bytes);
  expect(() => Checkpoint.open(file)).toThrow(CheckpointDamaged);
  expect(fs.readFileSync(file).equals(bytes)).toBe(true);
});

test('a file cut off inside its records keeps those before', () => {
  saved(entry(1), entry(2), entry(3));
  fs.truncateSync(file, 3 * RECORD_BYTES + 30);
  reopened((checkpoint) => {
    expect([1, 2, 3].map((ino) => checkpoint.find(identity(ino))?.offset)).toEqual([10, 20, undefined]);
  });
});

test('forgotten ones are gone, and their place is used again', () => {
  reopened((checkpoint) => {
    for (const ino of [1, 2, 3]) checkpoint.save(entry(ino));
    for (let again = 0; again < 3; again++) checkpoint.save(entry(2));
    checkpoint.forget(identity(2));
    checkpoint.forget(identity(99));
    expect(checkpoint.find(identity(2))).toBeUndefined();
  });
  const size = reopened((checkpoint) => {
    expect([1, 2, 3].map((ino) => checkpoint.find(identity(ino))?.offset)).toEqual([10, undefined, 30]);
    checkpoint.save(entry(4));
    return fs.statSync(file).size;
  });
  expect(size).toBeLessThanOrEqual(4 * RECORD_BYTES);
  expect(reopened((checkpoint) => checkpoint.find(identity(4)))).toEqual(entry(4));
});

test('finished ones are kept by the ten thousand, the oldest forgotten first', () => {
  const checkpoint = Checkpoint.inMemory();
  checkpoint.save(entry(1));
  for (let ino = 2; ino <= 10_003; ino++) checkpoint.save(entry(ino, { finished: true }));
  expect(checkpoint.find(identity(1)), 'unfinished ones are never forgotten').toBeDefined();
  expect(checkpoint.find(identity(2))).toBeUndefined();
  expect(checkpoint.find(identity(3))).toBeUndefined();
  expect(checkpoint.find(identity(4))).toBeDefined();
  expect(checkpoint.find(identity(10_003))).toBeDefined();
});

test('one that is finished, and begins again, counts once', () => {
  const checkpoint = Checkpoint.inMemory();
  for (let round = 0; round < 10_100; round++) checkpoint.save(entry(1, { finished: true }));
  expect(checkpoint.find(identity(1))).toBeDefined();
});

test('unfinished: by path, oldest first', () => {
  saved(
    entry(3, { path: '/a' }),
    entry(1, { path: '/a' }),
    entry(2, { path: '/b' }),
    entry(4, { path: '/a', finished: true }),
  );
  const unfinished = reopened((checkpoint) => checkpoint.unfinished());
  expect([...unfinished.keys()].toSorted()).toEqual(['/a', '/b']);
  expect(unfinished.get('/a')?.map((each) => Number(each.identity.ino))).toEqual([1, 3]);
});

test('knowsContent: finished files by their first bytes', () => {
  const checkpoint = Checkpoint.inMemory();
  checkpoint.save(entry(1, { finished: true, head: fingerprint(Buffer.from('read')) }));
  checkpoint.save(entry(2, { head: fingerprint(Buffer.from('half')) }));
  expect(['read', 'half', 'other', ''].map((head) => checkpoint.knowsContent(Buffer.from(head)))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a path longer than a slot keeps its file found', () => {
  const long = entry(1, { path: `/${'very-long-directory-name/'.repeat(160)}app.log` });
  saved(long);
  const found = reopened((checkpoint) => checkpoint.find(identity(1)));
  expect(found).toMatchObject({ offset: long.offset, head: long.head });
  expect(long.path.endsWith(found!.path)).toBe(true);
});

test('an inode on another device number is the same file while its birth time is', () => {
  saved(entry(1));
  const moved = { ...identity(1), dev: 99n };
  expect(reopened((checkpoint) => checkpoint.find(moved)?.offset)).toBe(10);
  expect(reopened((checkpoint) => checkpoint.find({ ...identity(1), birthtimeNs: 5n }))).toBeUndefined();
});
