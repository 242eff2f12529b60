// The docker command line, for image.ts and memory.ts: docker's own words when it fails, and one sentence for the two
// reasons that are nobody's fault here: no such command, no engine behind it.
import { spawnSync } from 'node:child_process';

/** Runs docker and gives what it wrote to stdout. Throws with what it wrote to stderr. */
export function docker(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' });
  if (error !== undefined) {
    throw new Error(
      `docker: ${error.message}; images need Docker with its buildx plugin, see docker/README.md`,
    );
  }
  if (status !== 0) throw new Error(`docker ${args[0]}: ${stderr.trim() || `ended with code ${status}`}`);
  return stdout.trim();
}
