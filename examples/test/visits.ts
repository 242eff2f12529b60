// What the application of examples/redis-ambassador prints, read: `visit 7, read back: 7`, one line a visit.

const IN_DOUBT = 'it may or may not have been executed';

/**
 * Whole lines, oldest first. One command is under way at a time: for each primary that dies, one may be in doubt.
 * @throws when a line is something else: an error that reached the application
 */
export function visits(output: string, deaths = 0): { counted: number; read: number }[] {
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n');
  let inDoubt = 0;
  return lines.slice(0, -1).flatMap((line) => {
    const [, counted, read] = /^visit (\d+), read back: (\d+)$/.exec(line) ?? [];
    if (counted !== undefined && read !== undefined)
      return [{ counted: Number(counted), read: Number(read) }];
    if (line.includes(IN_DOUBT) && ++inDoubt <= deaths) return [];
    throw new Error(`the application saw an error: ${line}\n${output}`);
  });
}

/** The calls of a command in the text of INFO commandstats. */
export function callsOf(command: string, commandstats: string): number {
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(commandstats)?.[1] ?? 0);
}
