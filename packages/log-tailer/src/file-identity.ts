// Is this the file I knew? A file is its device, inode and birth time; what it holds is proven by two
// fingerprints: its head, and the marker, the last bytes before the read position.
// For the reader (truncated and regrown?), the rotation logic (is that new file a copy of mine?) and the
// checkpoint (is that inode still the same file after a restart?).
import type { BigIntStats, Stats } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * How many bytes a fingerprint covers. 64 were too few: equal line endings made a truncated file look
 * untouched and a foreign file look like a copy; with 1024 plus the head no run of the torture suite was fooled.
 */
export const FINGERPRINT_BYTES = 1024;

export type Identity = { readonly dev: bigint; readonly ino: bigint; readonly birthtimeNs: bigint };

/** CRC-32 over `length` bytes; length 0 matches everything. */
export type Fingerprint = { readonly length: number; readonly crc: number };

export const NO_FINGERPRINT: Fingerprint = { length: 0, crc: 0 };

export function identityOf(stat: BigIntStats): Identity {
  return { dev: stat.dev, ino: stat.ino, birthtimeNs: stat.birthtimeNs };
}

/** Names the inode; unique only while some process holds the file open. */
export function inodeKey(identity: { dev: bigint; ino: bigint }): string {
  return `${identity.dev}:${identity.ino}`;
}

/**
 * Names the file for good: an inode given to a new file gets a new birth time. Device numbers change when a volume
 * is mounted again, so they serve only where the file system knows no birth times (and reports 0).
 */
export function fileKey(identity: Identity): string {
  return identity.birthtimeNs === 0n ? inodeKey(identity) : `${identity.ino}@${identity.birthtimeNs}`;
}

/**
 * The cheap form for sweeps: plain stats, no bigint allocated. Inodes beyond 2^53 (XFS, overlayfs with xino)
 * lose digits as numbers; two that then look equal are told apart by the marker at the next read.
 */
export function looksLike(stat: Stats, identity: Identity): boolean {
  return stat.ino === Number(identity.ino) && stat.dev === Number(identity.dev);
}

export function fingerprint(bytes: Uint8Array): Fingerprint {
  return { length: bytes.length, crc: crc32(bytes) };
}

export function matchesFingerprint(bytes: Uint8Array, expected: Fingerprint): boolean {
  return bytes.length === expected.length && crc32(bytes) === expected.crc;
}
