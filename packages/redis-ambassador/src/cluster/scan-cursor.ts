// SCAN over all shards with a cursor of our own: which shard, and the cursor that it gave. Pure. Cursors are strings of
// decimal digits up to 64 bits; a server's stay below the size of its key table, so the shard fits beside it.

/** Shards that a cursor can tell apart. */
const MOST_SHARDS = 1024n;
const LARGEST = 2n ** 64n - 1n;

export type ScanCursor = { readonly shard: number; readonly cursor: string };

/** Undefined when it is none that we gave. `first`: where to begin. */
export function readCursor(text: string, first: number): ScanCursor | undefined {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > LARGEST) return undefined;
  const value = BigInt(text);
  if (value === 0n) return { shard: first, cursor: '0' };
  return { shard: Number(value % MOST_SHARDS), cursor: String(value / MOST_SHARDS) };
}

/** Of shard `shard`, whose number is 1 or more, so that it never looks like the end. */
export function writeCursor({ shard, cursor }: ScanCursor): string {
  return String(BigInt(cursor) * MOST_SHARDS + BigInt(shard));
}

/** SCAN's reply with another cursor: `*2 <cursor> <keys>`. */
export function withCursor(reply: Buffer, cursor: string): Buffer {
  const { end } = cursorOf(reply);
  return Buffer.concat([Buffer.from(`*2\r\n$${cursor.length}\r\n${cursor}\r\n`), reply.subarray(end)]);
}

/** The cursor in SCAN's reply, and where it ends. */
export function cursorOf(reply: Buffer): { cursor: string; end: number } {
  const head = reply.indexOf('\n', reply.indexOf('\n') + 1) + 1;
  const end = reply.indexOf('\n', head) + 1;
  return { cursor: reply.toString('latin1', head, end - 2), end };
}
