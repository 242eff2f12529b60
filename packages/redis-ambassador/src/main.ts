// redis-ambassador: the application's localhost:6379 -> a primary and its replicas. Settings -> parts -> lifecycle.
import { probe } from '@podmate/base/admin';
import { SettingError } from '@podmate/base/errors';
import { configure, run, watchMounted, watchSettings } from '@podmate/base/lifecycle';
import { createLog } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import root from '../../../package.json' with { type: 'json' };
import { Ambassador } from './ambassador.ts';
import { planPolicy } from './command-policy.ts';
import { Credentials } from './credentials.ts';
import { explainRoute } from './explain.ts';
import { metrics } from './metrics.ts';
import { splitInline } from './resp/inline-command.ts';
import { type LoadedSettings, settings } from './settings.ts';

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const isProbe = argv[0] === 'health';
  const loaded = await configure(settings, {
    version: root.version,
    argv: isProbe ? ['--explain', 'PING', ...argv.slice(1)] : argv, // a probe needs no servers
  });
  if (isProbe) return health(loaded);
  const { values, secrets } = loaded;
  if (values.explain !== undefined) return explain(values.explain, loaded);
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  log.info('starting', { version: root.version, ...changed(loaded) });
  const credentials = await Credentials.load(values);
  const ambassador = new Ambassador(values, credentials, log);
  watchSettings(loaded, log, (renewed) => {
    credentials.renewPasswords(renewed);
    ambassador.reload(renewed);
  });
  watchMounted(credentials.files, () => credentials.renewTls(log));
  await run([ambassador], {
    log,
    settings: values,
    metrics: registry(metrics, ambassador),
    ready: () => ambassador.ready(),
    warnings: () => ambassador.warnings(),
  });
}

function explain(text: string, { values }: LoadedSettings): void {
  const words = splitInline(Buffer.from(text))?.map(String) ?? [];
  if (words.length === 0) fail(`--explain ${text}: not a command; write it as in redis-cli, "SET key value"`);
  const policy = planPolicy(values);
  const inCluster = values.cluster.length > 0;
  const circumstances = { ...policy, ...(inCluster && { nameShard: () => undefined }) };
  process.stdout.write(`${explainRoute(words, policy, circumstances)}\n`);
}

/** `redis-ambassador health`: asks the running one, for exec probes where there is no curl. */
async function health({ values }: LoadedSettings): Promise<void> {
  if (values.adminListen === undefined)
    fail('health: --admin-listen is off; set REDIS_AMBASSADOR_ADMIN_LISTEN');
  const { ok, text } = await probe(values.adminListen);
  createLog()[ok ? 'debug' : 'error']('not ready', { text });
  process.exitCode = ok ? 0 : 1;
}

function fail(what: string): never {
  createLog().error(what);
  process.exit(64);
}

main().catch((error: unknown) => {
  if (!(error instanceof SettingError)) throw error;
  fail(error.message);
});
