// A command line written for one of the exporters that we replace, in our words. Of statsd_exporter's: only what the table
// of settings cannot say itself, because the rows belong to every image (log level and format, the check), and its way of
// saying "no file", an empty value; all of its other flags are rows in settings.ts. jmx_exporter's standalone form,
// `[host:]port config.yaml`, also with the java that runs its jar in front. Pure.
import { SettingError } from '@podmate/base/errors';

const OURS: Readonly<Record<string, string>> = {
  '--log.level': '--log-level',
  '--log.format': '--log-format',
  '--check-config': '--check',
  '-h': '--help',
};

/** Empty is their default, and means none: as templates of charts leave them. */
const MAY_BE_EMPTY = new Set(['--statsd.mapping-config', '--statsd.relay.address', '--debug.dump-fsm']);

/** @throws SettingError for a command line of java that is not jmx_exporter's */
export function translateArguments(argv: readonly string[]): string[] {
  return JAVA.test(argv[0] ?? '') ? ofJava(argv) : (ofStandalone(argv) ?? ofStatsdExporter(argv));
}

/** What only java's command line begins with. */
const JAVA =
  /^-(?:[DX]|-add-|jar$|cp$|classpath$|server$|client$|version$|javaagent|agentlib|agentpath|ea|da|esa)/;
/** Of these its virtual machine would have taken note, and there is none. */
const FOR_THE_VM =
  /^-(?:X|-add-|server$|client$|ea|da|esa|Dcom\.sun\.|Djava\.|Djavax\.net\.ssl\.(?:trust|key)StoreType=|Dfile\.|Duser\.|Dsun\.)/;
const ITS_JAR = /(?:^|\/)jmx_prometheus_(?:standalone|httpserver)[^/]*\.jar$/;

function ofJava(argv: readonly string[]): string[] {
  const at = argv.indexOf('-jar');
  const jar = argv[at + 1];
  if (at < 0 || jar === undefined || !ITS_JAR.test(jar))
    throw new SettingError({
      setting: `java ${argv.join(' ')}`,
      what: 'there is no Java here',
      todo: 'only java -jar jmx_prometheus_standalone.jar [host:]port config.yaml is understood',
    });
  const words = argv.slice(0, at);
  const stores = words.flatMap(ofStore);
  const strange = words.find((word) => !FOR_THE_VM.test(word) && ofStore(word).length === 0);
  if (strange !== undefined)
    throw new SettingError({ setting: `java ${strange}`, what: 'has no meaning here', todo: 'leave it out' });
  const ours = ofStandalone(argv.slice(at + 2));
  if (ours !== undefined) return [...ours, ...stores];
  throw new SettingError({
    setting: `java -jar ${jar} ${argv.slice(at + 2).join(' ')}`.trimEnd(),
    what: 'not [host:]port config.yaml',
    todo: 'OpenTelemetry alone, without a port, is not to be had',
  });
}

/** Java's properties for the stores of TLS, as settings; what kind of file it is, is seen from the file. */
function ofStore(word: string): string[] {
  const [, store, what, value = ''] =
    /^-Djavax\.net\.ssl\.(trust|key)Store(Password|Type)?=(.*)$/s.exec(word) ?? [];
  if (store === undefined || what === 'Type') return [];
  return [`--jmx.${store}-store${what === undefined ? '' : '-password'}=${value}`];
}

/** `[host:]port config.yaml`, and flags of ours behind it; undefined: it is not that. */
function ofStandalone([listen = '', file = '', ...more]: readonly string[]): string[] | undefined {
  const [, host = '', port] = /^(?:(.*):)?(\d{1,5})$/.exec(listen) ?? [];
  if (port === undefined || file === '' || file.startsWith('-')) return undefined;
  const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  return [`--web.listen-address=${address}`, `--jmx.config=${file}`, ...ofStatsdExporter(more)];
}

function ofStatsdExporter(argv: readonly string[]): string[] {
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
