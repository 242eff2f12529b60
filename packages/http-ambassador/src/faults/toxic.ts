// Faults on purpose, in the words of toxiproxy: what a toxic does to the bytes of one direction of a connection. Pure:
// how long to wait before which part of a piece; clock and dice are parameters. link.ts carries it out.

/** Of the connection; `down` and `abort` are ours: connections, or requests, are refused. */
export const TOXIC_TYPES = [
  'latency',
  'bandwidth',
  'slow_close',
  'timeout',
  'reset_peer',
  'slicer',
  'limit_data',
  'down',
  'abort',
] as const;
export type ToxicType = (typeof TOXIC_TYPES)[number];

/** What each can be told: ms; rate in KB/s; bytes; the slicer's delay in µs; a status. */
const ATTRIBUTES: Readonly<Record<ToxicType, readonly string[]>> = {
  latency: ['latency', 'jitter'],
  bandwidth: ['rate'],
  slow_close: ['delay'],
  timeout: ['timeout'],
  reset_peer: ['timeout'],
  slicer: ['average_size', 'size_variation', 'delay'],
  limit_data: ['bytes'],
  down: [],
  abort: ['status'],
};

export type Toxic = {
  readonly name: string;
  readonly type: ToxicType;
  /** upstream: what the client sends; downstream: what it gets. */
  readonly stream: 'upstream' | 'downstream';
  /** The share of the connections (abort: of the requests) it is for, 0..1. */
  readonly toxicity: number;
  readonly attributes: Readonly<Record<string, number>>;
};

export type ToxicText = {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly stream?: string | undefined;
  readonly toxicity?: number | undefined;
  readonly attributes?: Readonly<Record<string, number | undefined>> | undefined;
};

/** @returns what is wrong with it, in words */
export function parseToxic(text: ToxicText): Toxic | string {
  const type = TOXIC_TYPES.find((each) => each === text.type);
  if (type === undefined) return `type ${text.type ?? ''} is none of ${TOXIC_TYPES.join(', ')}`;
  const stream = text.stream ?? 'downstream';
  if (stream !== 'upstream' && stream !== 'downstream')
    return `stream ${stream} is neither upstream nor downstream`;
  const { toxicity = 1 } = text;
  if (!(toxicity >= 0 && toxicity <= 1)) return 'toxicity is not from 0 to 1';
  const attributes: Record<string, number> = {};
  for (const [name, value] of Object.entries(text.attributes ?? {})) {
    if (value === undefined) continue;
    if (!ATTRIBUTES[type].includes(name)) return `${type} has no ${name}`;
    if (!(value >= 0)) return `${name} is below 0`;
    attributes[name] = value;
  }
  if (
    type === 'abort' &&
    !(attributes['status'] !== undefined && attributes['status'] >= 400 && attributes['status'] <= 599)
  )
    return 'abort needs a status from 400 to 599';
  return { name: text.name ?? `${type}_${stream}`, type, stream, toxicity, attributes };
}

const of = ({ attributes }: Toxic, name: string): number => attributes[name] ?? 0;

/** A part of a piece, and how long to wait before it is sent. */
export type Step = { readonly waitMs: number; readonly bytes: number };

/** Pieces of bandwidth: so much of a second at a time, so that the pace is even. */
const PACE_SECONDS = 0.1;

/**
 * @param bytes of the piece that came
 * @param ageMs for how long it has been here
 */
export function stepsOf(
  toxics: readonly Toxic[],
  bytes: number,
  ageMs: number,
  random: () => number,
): Step[] {
  let steps: Step[] = [{ waitMs: 0, bytes }];
  for (const toxic of toxics) {
    if (toxic.type === 'latency') {
      const delayMs = of(toxic, 'latency') + of(toxic, 'jitter') * (2 * random() - 1);
      const [first, ...rest] = steps;
      if (first !== undefined)
        steps = [{ ...first, waitMs: first.waitMs + Math.max(0, delayMs - ageMs) }, ...rest];
    } else if (toxic.type === 'slicer') steps = steps.flatMap((step) => sliced(step, toxic, random));
    else if (toxic.type === 'bandwidth')
      steps = steps.flatMap((step) => paced(step, of(toxic, 'rate') * 1000));
  }
  return steps;
}

function sliced({ waitMs, bytes }: Step, toxic: Toxic, random: () => number): Step[] {
  const average = Math.max(1, of(toxic, 'average_size'));
  const variation = Math.min(of(toxic, 'size_variation'), average - 1);
  const steps: Step[] = [];
  for (let left = bytes; left > 0;) {
    const size = Math.min(left, Math.round(average + variation * (2 * random() - 1)));
    steps.push({ waitMs: steps.length === 0 ? waitMs : of(toxic, 'delay') / 1000, bytes: size });
    left -= size;
  }
  return steps;
}

/** @param perSecond bytes; 0 lets nothing through */
function paced({ waitMs, bytes }: Step, perSecond: number): Step[] {
  if (perSecond === 0) return [{ waitMs: Infinity, bytes }];
  const most = Math.max(1, Math.floor(perSecond * PACE_SECONDS));
  const steps: Step[] = [];
  for (let left = bytes; left > 0; left -= most) {
    const part = Math.min(left, most);
    const own = steps.length === 0 ? waitMs : 0;
    steps.push({ waitMs: own + (part / perSecond) * 1000, bytes: part });
  }
  return steps;
}

/** For so many ms the end of a stream is kept back. */
export function slowCloseMs(toxics: readonly Toxic[]): number {
  return toxics.reduce((sum, toxic) => sum + (toxic.type === 'slow_close' ? of(toxic, 'delay') : 0), 0);
}

/** Bytes that may pass in all; Infinity: any. */
export function mostBytes(toxics: readonly Toxic[]): number {
  const limits = toxics.filter(({ type }) => type === 'limit_data').map((toxic) => of(toxic, 'bytes'));
  return Math.min(Infinity, ...limits);
}

/** What keeps all data back, and how it ends after `ms`; undefined ms: not by itself. */
export function heldBy(
  toxics: readonly Toxic[],
): { ms: number | undefined; by: 'close' | 'reset' } | undefined {
  for (const toxic of toxics) {
    if (toxic.type === 'reset_peer') return { ms: of(toxic, 'timeout'), by: 'reset' };
    if (toxic.type === 'timeout') return { ms: of(toxic, 'timeout') || undefined, by: 'close' };
  }
  return undefined;
}
