// The catalogue of every metric date-adapter exposes; its documentation is made from here.
import { defineMetrics } from '@podmate/base/metrics';
import type { Follow } from '@podmate/log-tailer/follow';
import type { StdoutSink } from '@podmate/log-tailer/stdout-sink';
import type { Delivery } from './delivery.ts';
import type { LineInput } from './input/line-input.ts';
import type { LineCounts } from './transform/line-transform.ts';

export type Parts = {
  readonly input: LineInput;
  readonly delivery: Delivery;
  readonly sink: StdoutSink;
  readonly counts: LineCounts;
};

const sum = (follows: readonly Follow[], value: (follow: Follow) => number): number =>
  follows.reduce((total, follow) => total + value(follow), 0);

export const metrics = defineMetrics<Parts>([
  {
    name: 'date_adapter_lines_total',
    type: 'counter',
    help: 'Lines by what became of them; with an awk program, its records.',
    labels: ['result'],
    collect: ({ counts: { converted, passed, dropped, error } }) =>
      Object.entries({ converted, passed, dropped, error }).map(([result, value]) => [{ result }, value]),
  },
  {
    name: 'date_adapter_dst_total',
    type: 'counter',
    help: 'Stamps in an hour that clocks show twice (fold) or leave out (gap).',
    labels: ['kind'],
    collect: ({ counts: { folds, gaps } }) => [
      [{ kind: 'fold' }, folds],
      [{ kind: 'gap' }, gaps],
    ],
  },
  {
    name: 'date_adapter_read_bytes_total',
    type: 'counter',
    help: 'Bytes read from files or standard input.',
    collect: ({ input }) => input.readBytes,
  },
  {
    name: 'date_adapter_written_bytes_total',
    type: 'counter',
    help: 'Bytes written to stdout in full.',
    collect: ({ delivery }) => delivery.writtenBytes,
  },
  {
    name: 'date_adapter_stdout_blocked_seconds_total',
    type: 'counter',
    help: 'Time spent waiting for stdout to take what was written.',
    collect: ({ sink }) => sink.blockedSeconds + sink.waitingSeconds,
  },
  {
    name: 'date_adapter_reloads_total',
    type: 'counter',
    help: 'Changes of the settings file that were put to use.',
    collect: ({ delivery }) => delivery.reloads,
  },
  {
    name: 'date_adapter_lag_bytes',
    type: 'gauge',
    help: 'Bytes in followed files that were not delivered yet.',
    collect: ({ input }) => sum(input.follows, (follow) => follow.lag().bytes),
  },
  {
    name: 'date_adapter_oldest_unread_seconds',
    type: 'gauge',
    help: 'How long the oldest of them have been waiting; 0 when there are none.',
    collect: ({ input }) => Math.max(0, ...input.follows.map((follow) => follow.lag().oldestMs / 1000)),
  },
  {
    name: 'date_adapter_open_files',
    type: 'gauge',
    help: 'Followed files held open.',
    collect: ({ input }) => sum(input.follows, (follow) => follow.openFiles),
  },
  {
    name: 'date_adapter_rotations_total',
    type: 'counter',
    help: 'Rotations seen, however they were done.',
    collect: ({ input }) =>
      sum(input.follows, ({ stats }) =>
        Object.values(stats.rotations).reduce((total, one) => total + one, 0),
      ),
  },
  {
    name: 'date_adapter_lost_bytes_total',
    type: 'counter',
    help: 'Bytes seen in a file that a truncation took before they were read, and that no copy holds.',
    collect: ({ input }) => sum(input.follows, ({ stats }) => stats.lostBytes),
  },
  {
    name: 'date_adapter_checkpoint_age_seconds',
    type: 'gauge',
    help: 'How long ago the checkpoint was last written while there was something to write; 0 when it is up to date.',
    collect: ({ input }) => Math.max(0, ...input.follows.map((follow) => follow.checkpointAgeSeconds)),
  },
]);
