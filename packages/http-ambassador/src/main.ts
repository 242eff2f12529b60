// http-ambassador: localhost -> the world. Settings -> plan -> parts -> lifecycle; everything else is in the parts.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '@podmate/base/admin';
import { SettingError } from '@podmate/base/errors';
import { configure, type Part, run } from '@podmate/base/lifecycle';
import { createLog } from '@podmate/base/log';
import { registry } from '@podmate/base/metrics';
import { changed } from '@podmate/base/settings';
import root from '../../../package.json' with { type: 'json' };
import { proveRewrap } from './accepted-wire.ts';
import { AccessLog, toDescriptor } from './access-log.ts';
import { Ambassador } from './ambassador.ts';
import { explainUrl } from './explain.ts';
import { FaultsApi } from './faults/api.ts';
import { metrics } from './metrics.ts';
import { planListeners } from './plan.ts';
import { Reload } from './reload.ts';
import { type LoadedSettings, settings } from './settings.ts';

const STDOUT = 1;
const LAST_WORDS_POLL_MS = 10;
/** A stdout that nobody reads must not use up the grace period of the pod. */
const LAST_WORDS_MS = 2000;

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const isProbe = argv[0] === 'health';
  const loaded = await configure(settings, {
    version: root.version,
    argv: isProbe ? ['8080=http://localhost', ...argv.slice(1)] : argv, // a probe has no listeners, any will do
  });
  if (isProbe) return health(loaded);
  const { values, secrets } = loaded;
  const specs = planListeners(values, process.env);
  const log = createLog({ level: values.logLevel, format: values.logFormat, secrets });
  if (values.explain !== undefined) {
    process.stdout.write(explainUrl(values.explain, specs));
    return;
  }
  log.info('starting', { version: root.version, ...changed(loaded) });
  const accessLog = values.accessLog ? new AccessLog(toDescriptor(STDOUT), values.accessLogShare) : undefined;
  const ambassador = new Ambassador(values, specs, log, accessLog);
  const reload = new Reload(loaded, process.env, ambassador, log);
  process.on('SIGHUP', () => reload.request());
  const reading: Part = {
    name: 'shared reads',
    async start() {
      if (!(await proveRewrap()))
        log.warn('accepted sockets cannot share a read buffer here, going on without');
    },
  };
  const logging: Part = {
    name: 'access log',
    start: () => undefined,
    drain: async () => {
      if (accessLog !== undefined && !(await written(accessLog)))
        log.warn('the last lines of the access log are lost: nobody reads stdout');
    },
  };
  const { faultsListen } = values;
  const api =
    faultsListen && new FaultsApi(faultsListen, await import('node:http'), () => ambassador.proxies);
  await run([reading, logging, ambassador, reload, ...(api ? [api] : [])], {
    log,
    settings: values,
    metrics: registry(metrics, { ambassador, reload }),
    warnings: () => [
      ...ambassador.warnings(),
      ...(reload.fault === undefined ? [] : [`old settings in use: ${reload.fault}`]),
    ],
  });
}

/** `http-ambassador health`: asks the running one, for exec probes where there is no curl. */
async function health({ values: { adminListen } }: LoadedSettings): Promise<void> {
  if (adminListen === undefined)
    throw new SettingError({
      setting: 'health',
      what: '--admin-listen is off',
      todo: 'set HTTP_AMBASSADOR_ADMIN_LISTEN',
    });
  const { ok, text } = await probe(adminListen);
  if (!ok) writeSync(2, `http-ambassador: not ready: ${text}`);
  process.exitCode = ok ? 0 : 1;
}

/** The last batch of the access log, after the last listener has drained. @returns false when it is not taken */
async function written(log: AccessLog): Promise<boolean> {
  const giveUpAtMs = performance.now() + LAST_WORDS_MS;
  for (log.flush(); !log.empty; log.flush()) {
    if (performance.now() > giveUpAtMs) return false;
    await sleep(LAST_WORDS_POLL_MS);
  }
  return true;
}

main().catch((error: unknown) => {
  if (!(error instanceof SettingError)) throw error;
  createLog().error(error.message);
  process.exit(error.exitCode);
});
