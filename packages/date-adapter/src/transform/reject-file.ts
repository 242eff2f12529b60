// Takes lines that could not be converted, with --on-error reject-file: appended to the operator's file, one after the
// other. For rule-compiler.ts. The file is opened for each line: it may be moved away at any time, and such lines are rare.
import { closeSync, openSync, writeSync } from 'node:fs';
import { explain } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';

/** @returns takes a line; false when it could not be written, and so has to stay where it is */
export function rejectWriter(
  path: string | undefined,
  log: Pick<Log, 'error'>,
): (line: Uint8Array) => boolean {
  return (line) => {
    if (path === undefined) return false;
    try {
      const fd = openSync(path, 'a');
      try {
        writeSync(fd, line);
      } finally {
        closeSync(fd);
      }
      return true;
    } catch (error) {
      log.error('cannot write rejected lines; they pass', { path, cause: explain(error) });
      return false;
    }
  };
}
