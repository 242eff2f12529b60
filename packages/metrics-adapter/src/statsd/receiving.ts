// Which listeners the settings ask for, brought up in order; what cannot be had is a setting error that names the address.
import { type Address, parseAddress } from '@podmate/base/address';
import { SettingError } from '@podmate/base/errors';
import type { Log } from '@podmate/base/log';
import { asksForJmx } from '../jmx-source/targets.ts';
import type { Adapter } from '../adapter.ts';
import type { SettingsValues } from '../settings.ts';
import type { Listener } from './listener.ts';
import { DatagramThread } from './datagram-thread.ts';
import { type Ffi, loadLibc } from './libc.ts';
import { listenStream } from './stream-server.ts';
import { type HostPort, listenUdp } from './udp-socket.ts';

/** statsd_exporter reads 4096 bytes of a stream at a time: its longest line, with the newline. */
const COMPAT_STREAM_LINE = 4095;
const DEFAULT_BUFFER = 4 * 1024 * 1024;
/** Longest packet of a framed stream; clients send 8 KiB. */
const MAX_FRAME = 1024 * 1024;

/**
 * The receive thread, or undefined where node:dgram has to do it, without unix datagrams. `entry` is the program whose
 * start in a thread runs receiveLoop(). @throws SettingError when the thread was asked for and cannot be had
 */
export function chooseReceiver(
  { statsdReceiver }: SettingsValues,
  { ingest, counts }: Adapter,
  log: Log,
  { entry, ffi }: { entry: string; ffi: Ffi | undefined },
  failed: (error: Error) => void,
): DatagramThread | undefined {
  if (statsdReceiver === 'dgram') return undefined;
  try {
    return new DatagramThread({ libc: loadLibc(ffi), entry, ingest, counts, failed });
  } catch (cause) {
    if (statsdReceiver === 'thread')
      throw new SettingError({
        setting: '--statsd.receiver',
        value: 'thread',
        what: 'not to be had here',
        cause,
      });
    log.info('receiving by node:dgram', { error: cause });
    return undefined;
  }
}

export async function startListeners(
  values: SettingsValues,
  adapter: Adapter,
  thread: DatagramThread | undefined,
): Promise<void> {
  const { ingest, counts, listeners } = adapter;
  const bufferBytes = values.statsdReadBuffer || DEFAULT_BUFFER;
  const add = async (
    setting: string,
    value: string,
    start: () => Promise<Listener> | Listener,
  ): Promise<void> => {
    try {
      listeners.push(await start());
    } catch (cause) {
      throw new SettingError({ setting, value, what: 'cannot listen', cause });
    }
  };
  for (const text of values.statsdListenUdp.filter(Boolean))
    await add('--statsd.listen-udp', text, () => {
      const address = hostPort(text);
      return thread?.udp(address, bufferBytes) ?? listenUdp(address, bufferBytes, ingest, counts);
    });
  for (const path of values.statsdListenUnixgram.filter(Boolean))
    await add('--statsd.listen-unixgram', path, () => {
      if (thread === undefined)
        throw new Error('unix datagrams need node:ffi (Node 26), which is not to be had here');
      return thread.unixgram(path, bufferBytes, Number.parseInt(values.statsdUnixsocketMode, 8));
    });
  const compat = values.compat === 'statsd_exporter';
  const stream = {
    maxLineBytes: compat ? COMPAT_STREAM_LINE : values.statsdMaxLine,
    endOnLongLine: compat,
    mode: Number.parseInt(values.statsdUnixsocketMode, 8),
  };
  const streams: [string, string, Address][] = [
    ...values.statsdListenTcp
      .filter(Boolean)
      .map((text): [string, string, Address] => ['--statsd.listen-tcp', text, tcp(text)]),
    ...values.statsdListenUnix
      .filter(Boolean)
      .map((path): [string, string, Address] => ['--statsd.listen-unix', path, { path }]),
  ];
  for (const [setting, text, address] of streams)
    await add(setting, text, () => {
      const framed = 'path' in address && !compat ? { framed: { maxBytes: MAX_FRAME } } : {};
      return listenStream(address, { ...stream, ...framed }, ingest, counts);
    });
  if (listeners.length === 0 && !asksForJmx(values))
    throw new SettingError({
      setting: '--statsd.listen-udp',
      what: 'no listener is left',
      todo: 'leave at least one of them on',
    });
  await thread?.start();
}

function hostPort(text: string): HostPort {
  const address = parseAddress(text);
  if ('path' in address) throw new Error('not host:port');
  return address;
}

/** Node listens on every interface, IPv6 too, when there is no host. */
function tcp(text: string): Address {
  const { host, port } = hostPort(text);
  return { host: host || '::', port };
}
