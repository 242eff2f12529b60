// The first bytes inside a gzip'd file, at once: enough to tell whose rotated log it is.
import fs from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

/** A head of 1 KiB comes out of far less than this, whatever the compression. */
const READ_BYTES = 64 * 1024;

/** The first `length` uncompressed bytes; fewer when there are fewer; none when it is no gzip file or unreadable. */
export function compressedHead(file: string, length: number): Buffer {
  try {
    return gunzipSync(firstBytes(file), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, length);
  } catch {
    return Buffer.alloc(0);
  }
}

function firstBytes(file: string): Buffer {
  const bytes = Buffer.alloc(READ_BYTES);
  const fd = fs.openSync(file, 'r');
  try {
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, READ_BYTES, 0));
  } finally {
    fs.closeSync(fd);
  }
}
