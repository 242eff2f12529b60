// A command line written for statsd_exporter, in our words: only what the table of settings cannot say itself, because the
// rows belong to every image (log level and format, the check), and its way of saying "no file", an empty value. All of its
// other flags are rows in settings.ts. Pure.

const OURS: Readonly<Record<string, string>> = {
  '--log.level': '--log-level',
  '--log.format': '--log-format',
  '--check-config': '--check',
  '-h': '--help',
};

/** Empty is their default, and means none: as templates of charts leave them. */
const MAY_BE_EMPTY = new Set(['--statsd.mapping-config', '--statsd.relay.address', '--debug.dump-fsm']);

export function translateArguments(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const [flag = '', ...value] = word.split('=');
    const isEmpty = value.length > 0 ? value.join('=') === '' : argv[i + 1] === '';
    if (MAY_BE_EMPTY.has(flag) && isEmpty) i += value.length > 0 ? 0 : 1;
    else words.push([OURS[flag] ?? flag, ...value].join('='));
  }
  return words;
}
