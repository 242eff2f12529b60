// A command line written for statsd_exporter, in our words: only what the table of settings cannot say itself, because the
// rows belong to every image (log level and format, the check). All of its other flags are rows in settings.ts. Pure.

const OURS: Readonly<Record<string, string>> = {
  '--log.level': '--log-level',
  '--log.format': '--log-format',
  '--check-config': '--check',
  '-h': '--help',
};

export function translateArguments(argv: readonly string[]): string[] {
  return argv.map((word) => {
    const [flag = '', ...value] = word.split('=');
    const ours = OURS[flag];
    return ours === undefined ? word : [ours, ...value].join('=');
  });
}
