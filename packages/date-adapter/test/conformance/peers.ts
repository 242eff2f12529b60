// The awks of Debian that every row also runs on, as oracles: what they are called, how they start, and the versions
// whose differences the table knows. Another version may differ otherwise: its rows are skipped by name.

import { spawnSync } from 'node:child_process';
import { findCommand } from '@podmate/testkit/debian';
import { groupOf, type PeerName, type Row } from './row.ts';

export type Peer = {
  name: PeerName;
  /** The Debian package, and the command that proves it to be there. */
  package: string;
  command: readonly string[];
  /** Prints the version. */
  version: readonly string[];
  /** Debian 12's. */
  known: RegExp;
};

export const peers: readonly Peer[] = [
  {
    name: 'gawk',
    package: 'gawk',
    command: ['gawk'],
    version: ['gawk', '--version'],
    known: /^GNU Awk 5\.2\.1/,
  },
  {
    name: 'gawk --posix',
    package: 'gawk',
    command: ['gawk', '--posix'],
    version: ['gawk', '--version'],
    known: /^GNU Awk 5\.2\.1/,
  },
  {
    name: 'mawk',
    package: 'mawk',
    command: ['mawk'],
    version: ['mawk', '-W', 'version'],
    known: /^mawk 1\.3\.4 20200120/,
  },
  {
    name: 'original-awk',
    package: 'original-awk',
    command: ['original-awk'],
    version: ['original-awk', '-version'],
    known: /version 20220912/,
  },
  {
    name: 'busybox',
    package: 'busybox',
    command: ['busybox', 'awk'],
    version: ['busybox'],
    known: /^BusyBox v1\.35\.0/,
  },
];

/** Why the table cannot be held against this peer here; undefined when it can. */
export function whyNot(peer: Peer): string | undefined {
  if (findCommand(peer.package) === undefined) return 'not installed';
  const [file = '', ...args] = peer.version;
  const words = spawnSync(file, args, { encoding: 'utf8', input: '' });
  const version = (words.stdout + words.stderr).split('\n')[0] ?? '';
  return peer.known.test(version) ? undefined : `${version}: the table knows another version's differences`;
}

/** The rows that this peer is held to. */
export function rowsFor(peer: Peer, rows: readonly Row[]): Row[] {
  return peer.name === 'gawk --posix' ? rows.filter((row) => groupOf(row) === 'posix') : [...rows];
}
