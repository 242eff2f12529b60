// Packets that the kernel threw away because the receive buffer of one of our UDP sockets was full: the `drops` column of
// /proc/net/udp and udp6 (proc(5)), for the sockets that are ours by their inodes. Read at a scrape.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export function kernelDrops(proc = '/proc'): number {
  const inodes = ownSockets(proc);
  return ['udp', 'udp6'].reduce((sum, table) => sum + dropsIn(readTable(`${proc}/net/${table}`), inodes), 0);
}

/** Pure: sums the last column of the lines whose inode is among these. */
export function dropsIn(table: string, inodes: ReadonlySet<string>): number {
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (inodes.has(columns[9] ?? '')) drops += Number(columns[12] ?? 0);
  }
  return drops;
}

function ownSockets(proc: string): Set<string> {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`${proc}/self/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${proc}/self/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // Closed meanwhile, as the one that read the directory.
    }
  }
  return inodes;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // No IPv6, or no /proc.
  }
}
