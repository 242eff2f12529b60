import fs from 'node:fs';
import { temporaryDirectory } from '@podmate/testkit/files';
import { expect, test } from 'vitest';
import {
  fileKey,
  fingerprint,
  identityOf,
  inodeKey,
  looksLike,
  matchesFingerprint,
  NO_FINGERPRINT,
} from '../src/file-identity.ts';

test('a file is itself whatever it is called, and another one is not', async () => {
  await using directory = await temporaryDirectory('identity');
  const [a, b, c] = [directory.file('a'), directory.file('b'), directory.file('c')];
  fs.writeFileSync(a, 'x');
  const before = identityOf(fs.statSync(a, { bigint: true }));
  fs.renameSync(a, b);
  fs.linkSync(b, c);
  fs.writeFileSync(a, 'x');
  expect(fileKey(identityOf(fs.statSync(c, { bigint: true })))).toBe(fileKey(before));
  expect(looksLike(fs.statSync(c), before)).toBe(true);
  const other = identityOf(fs.statSync(a, { bigint: true }));
  expect(fileKey(other)).not.toBe(fileKey(before));
  expect(inodeKey(other)).not.toBe(inodeKey(before));
  expect(looksLike(fs.statSync(a), before)).toBe(false);
});

test.each([
  {
    name: 'an inode given to a new file',
    a: { dev: 1n, ino: 2n, birthtimeNs: 3n },
    b: { dev: 1n, ino: 2n, birthtimeNs: 4n },
    same: false,
  },
  {
    name: 'a volume mounted again',
    a: { dev: 1n, ino: 2n, birthtimeNs: 3n },
    b: { dev: 9n, ino: 2n, birthtimeNs: 3n },
    same: true,
  },
  {
    name: 'no birth times: the device counts',
    a: { dev: 1n, ino: 2n, birthtimeNs: 0n },
    b: { dev: 9n, ino: 2n, birthtimeNs: 0n },
    same: false,
  },
])('fileKey: $name', ({ a, b, same }) => expect(fileKey(a) === fileKey(b)).toBe(same));

test('fingerprints', () => {
  const print = fingerprint(Buffer.from('abc'));
  expect(matchesFingerprint(Buffer.from('abc'), print)).toBe(true);
  expect(matchesFingerprint(Buffer.from('abd'), print)).toBe(false);
  expect(matchesFingerprint(Buffer.from('abcd'), print)).toBe(false);
  expect(matchesFingerprint(Buffer.alloc(0), NO_FINGERPRINT)).toBe(true);
});
