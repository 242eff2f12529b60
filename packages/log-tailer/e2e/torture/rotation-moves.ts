// What rotators do to a log file, each as the few system calls that logrotate, loggers and kubelets make.
// Old files are numbered as logrotate does: app.log.1 is the youngest, each rotation moves all one up.

import { copyFileSync, existsSync, renameSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs';
import type { LogWriter } from './log-writer.ts';

/** Moves app.log.N to app.log.N+1, the eldest first; a generation older than `keep` is deleted. */
export function shift(path: string, keep = 1000): void {
  let eldest = 0;
  while (existsSync(`${path}.${eldest + 1}`)) eldest += 1;
  for (let n = eldest; n >= 1; n--) {
    if (n >= keep) unlinkSync(`${path}.${n}`);
    else renameSync(`${path}.${n}`, `${path}.${n + 1}`);
  }
}

/** logrotate `create`: the file is renamed, the writer goes on in a new one. */
export function rotateByRename(writer: LogWriter, keep?: number): void {
  shift(writer.path, keep);
  renameSync(writer.path, `${writer.path}.1`);
  writer.reopen();
}

/** logrotate `copytruncate`, with nothing written between the copy and the truncation. */
export function copyTruncate(writer: LogWriter, keep?: number): void {
  shift(writer.path, keep);
  copyFileSync(writer.path, `${writer.path}.1`);
  truncateSync(writer.path);
  writer.nextGeneration();
}

/** The file loses its content; lines that nobody has read are gone. */
export function truncate(writer: LogWriter): void {
  truncateSync(writer.path);
  writer.nextGeneration();
}

/** Puts a symbolic link in place, over an older one, in one step. */
export function switchLink(link: string, target: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}
