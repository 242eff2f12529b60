// How the programs in this folder end: an error is one sentence for the person at the terminal, without a stack, and
// exit code 1. For bundle.ts, sbom.ts, image.ts and memory.ts.
import { writeSync } from 'node:fs';

/** Runs a program's body; what it throws becomes a line on stderr and the exit code. */
export async function runAsCommand(body: () => void | Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    writeSync(2, `podmate: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
