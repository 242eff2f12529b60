// The parts of a running ambassador, put together from the settings: control plane, exchange, fences, listener. For main.
import type { Part } from '@podmate/base/lifecycle';
import type { Log } from '@podmate/base/log';
import { Identities } from './client-state.ts';
import { ClusterDeployment } from './cluster/deployment.ts';
import { Fences } from './consistency/fences.ts';
import type { Credentials } from './credentials.ts';
import { learnCommands } from './commands/find.ts';
import { readCommandRows } from './commands/learned.ts';
import { readReply } from './resp/reply.ts';
import { Question } from './upstream/question.ts';
import { OWN, type Source } from './upstream/source.ts';
import { planCluster, planTopology } from './find-servers.ts';
import { Listener } from './listener.ts';
import { planPolicy } from './command-policy.ts';
import type { Policy } from './routing.ts';
import { Scripts } from './scripts.ts';
import { SessionStats } from './session-context.ts';
import { listenAddress, separated } from './access-settings.ts';
import { serverZone } from './read-settings.ts';
import type { SettingsValues } from './settings.ts';
import { SlowLog, type SlowCommand } from './slow-log.ts';
import { infoSection, statusText, type StatusParts } from './status.ts';
import type { Topology } from './topology.ts';
import { ExchangeCounts } from './upstream/exchange-counts.ts';
import { Exchange, type ExchangeEvent, type ExchangeOptions } from './upstream/exchange.ts';

/** Deadlines, silent servers and stale replicas are looked for this often. */
const TICK_MS = 100;
const COMMAND = Buffer.from('*1\r\n$7\r\nCOMMAND\r\n');
const now = (): number => performance.now();

export class Ambassador implements Part {
  readonly name = 'redis-ambassador';
  readonly exchange: Exchange;
  /** In front of a cluster; the exchange and the fences above then serve nobody. */
  readonly cluster: ClusterDeployment | undefined;
  readonly fences: Fences;
  readonly listener: Listener;
  readonly stats = new SessionStats();
  readonly counts = new ExchangeCounts();
  readonly scripts: Scripts;
  readonly slowLog: SlowLog;
  /** What the primary's COMMAND told: how many commands it has, and how many of them are not in our table. */
  serverCommands = 'not known yet';
  readonly #topology: Topology | undefined;
  readonly #clock = { beat: 0 };
  readonly #policy: Policy;
  readonly #values: SettingsValues;
  readonly #log: Log;
  #complaints: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(values: SettingsValues, credentials: Credentials, log: Log) {
    this.#values = values;
    this.#policy = planPolicy(values);
    this.#log = log;
    const { slowlogThreshold, slowlogSize: size } = values;
    this.slowLog = new SlowLog({ size, report: (slow) => this.#saySlow(slow) });
    const exchangeOptions: ExchangeOptions = {
      slowMs: slowlogThreshold || Infinity,
      onSlow: (server, request, tookMs) => this.slowLog.add(request, tookMs, server.name, Date.now()),
      reach: credentials,
      now,
      readFrom: values.readFrom,
      balance: values.balance,
      zone: values.zone === '' ? undefined : values.zone,
      zones: new Map(separated(values.serverZones).map(serverZone)),
      failoverTimeoutMs: values.failoverTimeout,
      failoverQueueBytes: values.failoverQueue,
      commandTimeoutMs: values.commandTimeout,
      maxStalenessMs: values.maxStaleness || Infinity,
      counts: this.counts,
      report: (event) => this.#say(event),
    };
    const idleMs = Math.min(1000, (values.maxStaleness || 4000) / 4);
    const fenceOptions = { intervalMs: values.fenceInterval, idleMs };
    this.exchange = new Exchange(exchangeOptions);
    this.scripts = new Scripts(this.exchange);
    this.fences = new Fences({ exchange: this.exchange, now, ...fenceOptions });
    if (values.cluster.length > 0)
      this.cluster = new ClusterDeployment(
        { exchange: exchangeOptions, fences: fenceOptions, now },
        planCluster(values, credentials),
      );
    else this.#topology = planTopology(values, credentials);
    this.exchange.nudge = (doubted) => this.#topology?.nudge(doubted);
    this.listener = new Listener(
      {
        exchange: this.exchange,
        fences: this.fences,
        scripts: this.scripts,
        ...(this.cluster && { shards: this.cluster.shards }),
        policy: this.#policy,
        limits: {
          maxBulkBytes: values.maxValue,
          pipeline: values.maxPipeline,
          clientBufferBytes: values.clientBuffer,
          clientOutputMaxBytes: values.clientOutputMax,
          failoverTimeoutMs: values.failoverTimeout,
        },
        identities: new Identities(),
        stats: this.stats,
        clock: this.#clock,
        clientPassword: () => credentials.clientPassword,
        now,
        slowLog: this.slowLog,
        status: () => this.status(),
        info: () => infoSection(this.#parts, this.listener.sessions.size),
      },
      {
        maxClients: values.maxClients,
        idleBeats: values.clientTimeout === undefined ? undefined : values.clientTimeout / TICK_MS,
        maxBytes: values.maxMemory,
        socketMode: Number.parseInt(values.listenMode, 8),
        tls: credentials.clientTls,
      },
    );
  }

  async start(): Promise<void> {
    this.cluster?.start((complaints) => this.#complain(complaints));
    this.#topology?.start((sighting) => {
      this.exchange.see(sighting);
      this.#complain(sighting.complaints);
    });
    const fenced = this.#values.readFrom !== 'primary';
    this.#timer = setInterval(() => {
      this.#clock.beat++;
      this.listener.sweep();
      if (this.cluster) return this.cluster.shards.tick(fenced);
      this.exchange.tick();
      if (fenced) this.fences.beat();
    }, TICK_MS);
    await this.listener.start(separated(this.#values.listen).map(listenAddress));
    this.#log.info('listening', { addresses: this.#values.listen.join(' ') });
  }

  async drain(signal: AbortSignal): Promise<void> {
    await this.listener.drain(signal);
    clearInterval(this.#timer);
    this.fences.stop();
    this.#topology?.stop();
    this.cluster?.stop();
    this.exchange.close();
  }

  /** Takes over what may change while running: which commands are refused or renamed. */
  reload(values: SettingsValues): void {
    Object.assign(this.#policy, planPolicy(values));
  }

  /** One, or in front of a cluster one for each shard and one more for slots that nobody serves. */
  get exchanges(): readonly Exchange[] {
    return this.cluster?.exchanges ?? [this.exchange];
  }

  /** Why the application should not be sent here; complaints about single servers are warnings. */
  ready(): string[] {
    if (this.cluster) return this.cluster.ready();
    const { primary, complaints } = this.exchange;
    if (!primary?.up) return ['no primary', ...complaints];
    const { noReplica } = this.exchange;
    return noReplica === undefined ? [] : [noReplica];
  }

  warnings(): string[] {
    const complaints = this.cluster?.complaints() ?? this.exchange.complaints;
    const stale = this.exchanges
      .flatMap(({ replicas }) => replicas)
      .filter(({ up, fresh }) => up && !fresh)
      .map(({ name }) => `${name}: too far behind to read from`);
    return [...complaints, ...stale];
  }

  get #parts(): StatusParts {
    return {
      exchanges: this.exchanges,
      counts: this.counts,
      policy: this.#policy,
      stats: this.stats,
      slowLog: this.slowLog,
    };
  }

  status(): string {
    const rows = [`commands of the server: ${this.serverCommands}`, ...this.ready()];
    return statusText(this.#parts, this.listener.sessions.size, rows);
  }

  /** What the primary knows beyond our table: modules, later versions. Until then, and without, such commands go there. */
  #learnCommands(): void {
    const exchange = (): Exchange => this.cluster?.shards.one().exchange ?? this.exchange;
    const source = (): Source => exchange().primarySource(OWN, true);
    const question = new Question((reply) => {
      const answer = reply instanceof Error ? reply : readReply(reply);
      if (answer instanceof Error) this.#log.warn('COMMAND was refused', { error: answer.message });
      else {
        const rows = readCommandRows(answer);
        this.serverCommands = `${rows.length}, ${learnCommands(rows)} beyond the table`;
      }
    }, source);
    source().send(question, COMMAND, 0, COMMAND.length, -1);
  }

  /** Says each complaint when it comes up, not as long as it lasts. */
  #complain(complaints: readonly string[]): void {
    for (const why of complaints) if (!this.#complaints.includes(why)) this.#log.warn('amiss', { why });
    this.#complaints = complaints;
  }

  #saySlow({ text, tookMs, server }: SlowCommand): void {
    this.#log.warn('slow command', { command: text, tookMs: Math.round(tookMs), server });
  }

  #say(event: ExchangeEvent): void {
    if (event.kind === 'primary') {
      this.#log.info('primary found', { server: event.name, before: event.before });
      this.scripts.forget();
      this.#learnCommands();
    } else this.#log.warn('a connection failed', { server: event.name, error: event.why });
  }
}
