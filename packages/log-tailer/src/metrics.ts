// The catalogue of every metric log-tailer exposes; its documentation is made from here.
import { defineMetrics } from '@podmate/base/metrics';
import type { Follow } from './follow.ts';
import type { LineFormat } from './line-format.ts';
import type { StdoutSink } from './stdout-sink.ts';

export type Parts = {
  readonly follow: Follow;
  readonly sink: StdoutSink;
  /** The formats in use and those a reload retired: their lines were delivered all the same. */
  readonly formats: () => Iterable<LineFormat>;
};

const byLabel = (
  name: string,
  counts: Iterable<readonly [string, number]>,
): [Record<string, string>, number][] => Array.from(counts, ([label, value]) => [{ [name]: label }, value]);

export const metrics = defineMetrics<Parts>([
  {
    name: 'log_tailer_read_bytes_total',
    type: 'counter',
    help: 'Bytes read from log files.',
    collect: ({ follow }) => follow.stats.readBytes,
  },
  {
    name: 'log_tailer_delivered_bytes_total',
    type: 'counter',
    help: 'Bytes of log files that were written to stdout in full, in whatever format.',
    collect: ({ follow }) => follow.stats.deliveredBytes,
  },
  {
    name: 'log_tailer_lines_total',
    type: 'counter',
    help: 'Lines (with a multi-line pattern: records) handed to stdout.',
    collect: ({ formats }) => Array.from(formats()).reduce((sum, format) => sum + format.lines, 0),
  },
  {
    name: 'log_tailer_lag_bytes',
    type: 'gauge',
    help: 'Bytes in held files that were not delivered yet.',
    collect: ({ follow }) => follow.lag().bytes,
  },
  {
    name: 'log_tailer_oldest_unread_seconds',
    type: 'gauge',
    help: 'How long the oldest of them have been waiting; 0 when there are none.',
    collect: ({ follow }) => follow.lag().oldestMs / 1000,
  },
  {
    name: 'log_tailer_open_files',
    type: 'gauge',
    help: 'Log files held open.',
    collect: ({ follow }) => follow.openFiles,
  },
  {
    name: 'log_tailer_rotations_total',
    type: 'counter',
    help: 'Rotations seen, by how they were done.',
    labels: ['kind'],
    collect: ({ follow }) => byLabel('kind', Object.entries(follow.stats.rotations)),
  },
  {
    name: 'log_tailer_truncations_total',
    type: 'counter',
    help: 'Truncations seen, by copytruncate or otherwise.',
    collect: ({ follow }) => follow.stats.truncations,
  },
  {
    name: 'log_tailer_recovered_bytes_total',
    type: 'counter',
    help: 'Bytes that a truncation took from the file and that were read from the copy made before.',
    collect: ({ follow }) => follow.stats.recoveredBytes,
  },
  {
    name: 'log_tailer_lost_bytes_total',
    type: 'counter',
    help: 'Bytes seen in a file that a truncation took before they were read, and that no copy holds.',
    collect: ({ follow }) => follow.stats.lostBytes,
  },
  {
    name: 'log_tailer_skipped_nul_bytes_total',
    type: 'counter',
    help: 'NUL bytes skipped in holes left by writers that keep their offset over a truncation.',
    collect: ({ follow }) => follow.stats.skippedNulBytes,
  },
  {
    name: 'log_tailer_long_lines_total',
    type: 'counter',
    help: 'Lines longer than a read buffer (stream) or than --max-line-bytes, by what was done to them.',
    labels: ['action'],
    collect: ({ follow }) => byLabel('action', Object.entries(follow.stats.longLines)),
  },
  {
    name: 'log_tailer_stdout_blocked_seconds_total',
    type: 'counter',
    help: 'Time spent waiting for stdout to take what was written.',
    collect: ({ sink }) => sink.blockedSeconds + sink.waitingSeconds,
  },
  {
    name: 'log_tailer_open_errors_total',
    type: 'counter',
    help: 'Files that matched and could not be opened, by cause.',
    labels: ['code'],
    collect: ({ follow }) => byLabel('code', follow.stats.openErrors),
  },
  {
    name: 'log_tailer_watch_fallback',
    type: 'gauge',
    help: 'Directories polled because the kernel had no more inotify instances or watches.',
    collect: ({ follow }) => follow.watchFallbacks,
  },
  {
    name: 'log_tailer_checkpoint_errors_total',
    type: 'counter',
    help: 'Checkpoint writes that failed, by cause.',
    labels: ['code'],
    collect: ({ follow }) => byLabel('code', follow.stats.checkpointErrors),
  },
  {
    name: 'log_tailer_checkpoint_age_seconds',
    type: 'gauge',
    help: 'How long ago the checkpoint was last written while there was something to write; 0 when it is up to date.',
    collect: ({ follow }) => follow.checkpointAgeSeconds,
  },
]);
