// One case of statsd-cases.json against the running program (the file's header explains the fields): start it with the
// case's flags and mapping, send the packets or walk the steps, and poll the metrics until everything expected holds.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { type ScrapedPage, parsePrometheusText } from '@podmate/testkit/prometheus-text';
import { sendStream, sendUdp, sendUnixgram } from '@podmate/testkit/statsd-sender';
import { type Running, runAdapter, startAdapter } from '../running.ts';

type Sample = { name: string; labels: Record<string, string>; value: number | string };
type Sending = { packets?: string[]; packetsBase64?: string[]; transport?: string };
type Step = {
  send?: string[];
  sendBase64?: string[];
  transport?: string;
  sleepMs?: number;
  waitSample?: string;
  waitTelemetry?: string;
  writeMapping?: string;
  reload?: 'sighup' | 'http-post';
  http?: { method: string; path: string };
  status?: number;
  statusAnyOf?: number[];
  waitRelay?: string[];
  expectExit?: unknown;
  withinMs?: number;
};
export type Case = Sending & {
  id: string;
  group: string;
  flags?: string[];
  mappingYaml?: string;
  steps?: Step[];
  tags?: string[];
  expect: {
    samples?: Sample[];
    types?: Record<string, string>;
    help?: Record<string, string>;
    userFamiliesExactly?: string[];
    absentFamilies?: string[];
    telemetry?: Sample[];
    configRejected?: boolean;
  };
};

const COMPAT = ['--compat=statsd_exporter', '--statsd.event-flush-interval=20ms'];
const OWN = /^(statsd_exporter_|statsd_metric_mapper_|metrics_adapter_|process_|nodejs_|go_)/;
const WITHIN_MS = 15_000;

/** What a case needs around it. */
type Scene = {
  readonly adapter: Running;
  readonly mappingFile: string;
  readonly socketFile: string;
  readonly relayed: string[];
  readonly path: string;
};

/** @throws Error saying what of the expected did not come */
export async function runCase(one: Case): Promise<void> {
  await using directory = await temporaryDirectory('statsd-case');
  const mappingFile = directory.file('mapping.yml');
  const socketFile = directory.file('statsd.sock');
  if (one.mappingYaml !== undefined) writeFileSync(mappingFile, one.mappingYaml);
  const mapping = one.mappingYaml === undefined ? [] : [`--statsd.mapping-config=${mappingFile}`];
  if (one.expect.configRejected === true)
    return expectRejected([...COMPAT, ...mapping, ...(one.flags ?? [])]);
  const relay = createSocket('udp4').bind(0, '127.0.0.1');
  await once(relay, 'listening');
  const relayed: string[] = [];
  relay.on('message', (packet) => relayed.push(...packet.toString().split('\n').filter(Boolean)));
  const relayPort = String(relay.address().port);
  const fill = (text: string): string => text.replaceAll('{relayPort}', relayPort);
  try {
    const flags = [
      ...COMPAT,
      ...mapping,
      `--statsd.listen-unixgram=${socketFile}`,
      ...(one.flags ?? []).map(fill),
    ];
    await using adapter = await startAdapter(flags);
    const path = one.tags?.find((tag) => tag.startsWith('path:'))?.slice(5) ?? '/metrics';
    const scene: Scene = { adapter, mappingFile, socketFile, relayed, path };
    await send(one, scene);
    for (const step of one.steps ?? []) await walk(step, scene);
    if (adapter.process.exitCode !== null) return;
    const expected = JSON.parse(fill(JSON.stringify(one.expect)));
    await eventually(async () => check(expected, await adapter.scrape(path)), { withinMs: WITHIN_MS });
  } finally {
    relay.close();
  }
}

async function expectRejected(flags: readonly string[]): Promise<void> {
  for (const command of [['--check-config'], []]) {
    const listen = [
      '--statsd.listen-udp=127.0.0.1:0',
      '--statsd.listen-tcp=',
      '--web.listen-address=127.0.0.1:0',
    ];
    const { code, stderr } = await runAdapter([...listen, ...command, ...flags]);
    if (code === 0 || code === null) throw new Error(`accepted: ${command.join(' ')}: ${stderr}`);
  }
}

async function send({ packets = [], packetsBase64 = [], transport }: Sending, scene: Scene): Promise<void> {
  const all = [...packets, ...packetsBase64.map((packet) => Buffer.from(packet, 'base64'))];
  if (all.length === 0) return;
  if (transport === 'tcp') await sendStream(all, { port: scene.adapter.tcpPort, host: '127.0.0.1' });
  else if (transport === 'unixgram') await sendUnixgram(all, scene.socketFile);
  else await sendUdp(all, { port: scene.adapter.udpPort });
}

async function walk(step: Step, scene: Scene): Promise<void> {
  const { adapter, path } = scene;
  const patience = { withinMs: step.withinMs ?? WITHIN_MS };
  if (step.send ?? step.sendBase64)
    await send(
      { packets: step.send ?? [], packetsBase64: step.sendBase64 ?? [], transport: step.transport ?? 'udp' },
      scene,
    );
  if (step.sleepMs !== undefined) await sleep(step.sleepMs);
  const line = step.waitSample ?? step.waitTelemetry;
  if (line !== undefined)
    await eventually(async () => {
      const [wanted] = parsePrometheusText(line).samples;
      const got = (await adapter.scrape(path)).value(wanted?.name ?? '', wanted?.labels);
      if (got !== wanted?.value) throw new Error(`${line}: ${got}`);
    }, patience);
  if (step.writeMapping !== undefined) writeFileSync(scene.mappingFile, step.writeMapping);
  if (step.reload === 'sighup') adapter.process.kill('SIGHUP');
  if (step.reload === 'http-post') await adapter.get('/-/reload', { method: 'POST' });
  if (step.http !== undefined) {
    const { status } = await adapter.get(step.http.path, { method: step.http.method });
    if (status !== step.status && step.statusAnyOf?.includes(status) !== true)
      throw new Error(`${step.http.method} ${step.http.path}: ${status}`);
  }
  for (const wanted of step.waitRelay ?? [])
    await eventually(() => {
      if (!scene.relayed.includes(wanted)) throw new Error(`not relayed: ${wanted}`);
    }, patience);
  if (step.expectExit !== undefined)
    await eventually(() => {
      if (adapter.process.exitCode === null) throw new Error('still running');
    }, patience);
  if (typeof step.expectExit === 'number' && adapter.process.exitCode !== step.expectExit)
    throw new Error(`ended with ${adapter.process.exitCode}`);
}

/** @throws Error naming the first difference */
function check(expected: Case['expect'], page: ScrapedPage): void {
  for (const { name, labels, value } of expected.samples ?? []) {
    const got = page.value(name, labels);
    if (got === undefined || !isNear(got, Number(value), labels['quantile'] !== undefined))
      throw new Error(`${name} ${JSON.stringify(labels)}: ${got}, not ${value}`);
  }
  for (const { name, labels, value } of expected.telemetry ?? []) {
    const got = page.value(name, labels) ?? 0;
    if (got !== Number(value)) throw new Error(`${name} ${JSON.stringify(labels)}: ${got}, not ${value}`);
  }
  for (const [name, type] of Object.entries(expected.types ?? {}))
    if (page.types.get(name) !== type) throw new Error(`TYPE ${name}: ${page.types.get(name)}, not ${type}`);
  for (const [name, help] of Object.entries(expected.help ?? {}))
    if (page.help.get(name) !== help) throw new Error(`HELP ${name}: ${page.help.get(name)}`);
  for (const name of expected.absentFamilies ?? [])
    if (page.types.has(name)) throw new Error(`${name} is there`);
  const users = [...page.types.keys()].filter((name) => !OWN.test(name)).toSorted();
  const wanted = expected.userFamiliesExactly?.toSorted();
  if (wanted !== undefined && wanted.join() !== users.join())
    throw new Error(`families ${users.join()}, not ${wanted.join()}`);
}

/** Of a quantile the neighbouring ranks are right, too: 1 in 100 of the values that the cases send. */
function isNear(got: number, wanted: number, isQuantile: boolean): boolean {
  if (Number.isNaN(wanted)) return Number.isNaN(got);
  return Math.abs(got - wanted) <= (isQuantile ? 0.011 : 1e-9) * Math.max(Math.abs(wanted), 1e-300);
}
