// The JVM itself, by the names of client_java's JVM metrics, which dashboards are made for. What there would be
// process_... is jvm_process_... here, because process_... are the adapter's own.
// Without what only notifications or operations tell: allocations, deadlocks, threads by state.

import { beans, MS, NS, preset, type Measure } from './preset.ts';

const AREA = { heap: 'HeapMemoryUsage', nonheap: 'NonHeapMemoryUsage' };
const SIZES = { used: 'Used', committed: 'Committed', max: 'Max', init: 'Initial' };

const memory: Measure[] = Object.entries(AREA).flatMap(([area, attribute]) =>
  Object.entries(SIZES).map(([size, word]): Measure => {
    const help = `${word} bytes of an area of memory; max is -1 where there is no limit.`;
    return [`${attribute}.${size}`, `jvm_memory_${size}_bytes`, 'gauge', help, { labels: { area } }];
  }),
);

const pools: Measure[] = Object.entries({ Usage: 'pool', CollectionUsage: 'pool_collection' }).flatMap(
  ([attribute, infix]) =>
    Object.entries(SIZES).map(([size, word]): Measure => {
      const when = infix === 'pool' ? '' : ', after the last collection of the pool';
      const help = `${word} bytes of a memory pool${when}; max is -1 where there is no limit.`;
      return [`${attribute}.${size}`, `jvm_memory_${infix}_${size}_bytes`, 'gauge', help];
    }),
);

export const jvm = preset('jvm', [
  beans('java.lang:type=Memory', [
    ...memory,
    [
      'ObjectPendingFinalizationCount',
      'jvm_memory_objects_pending_finalization',
      'gauge',
      'Objects that wait in the finalizer queue.',
    ],
  ]),
  beans('java.lang:type=MemoryPool,name={pool}', pools),
  beans('java.lang:type=GarbageCollector,name={gc}', [
    ['CollectionCount', 'jvm_gc_collection_seconds_count', 'untyped', 'Collections by a garbage collector.'],
    ['CollectionTime', 'jvm_gc_collection_seconds_sum', 'untyped', 'Time spent in a garbage collector.', MS],
  ]),
  beans('java.lang:type=Threading', [
    ['ThreadCount', 'jvm_threads_current', 'gauge', 'Live threads.'],
    ['DaemonThreadCount', 'jvm_threads_daemon', 'gauge', 'Live daemon threads.'],
    ['PeakThreadCount', 'jvm_threads_peak', 'gauge', 'Most live threads since the start.'],
    ['TotalStartedThreadCount', 'jvm_threads_started_total', 'counter', 'Threads started.'],
  ]),
  beans('java.lang:type=ClassLoading', [
    ['LoadedClassCount', 'jvm_classes_currently_loaded', 'gauge', 'Classes that are loaded now.'],
    ['TotalLoadedClassCount', 'jvm_classes_loaded_total', 'counter', 'Classes loaded since the start.'],
    ['UnloadedClassCount', 'jvm_classes_unloaded_total', 'counter', 'Classes unloaded since the start.'],
  ]),
  beans('java.lang:type=Compilation', [
    [
      'TotalCompilationTime',
      'jvm_compilation_time_seconds_total',
      'counter',
      'Time spent on compiling to machine code.',
      MS,
    ],
  ]),
  beans('java.nio:type=BufferPool,name={pool}', [
    ['MemoryUsed', 'jvm_buffer_pool_used_bytes', 'gauge', 'Bytes that the JVM uses for a buffer pool.'],
    ['TotalCapacity', 'jvm_buffer_pool_capacity_bytes', 'gauge', 'Capacity of the buffers of a pool.'],
    ['Count', 'jvm_buffer_pool_used_buffers', 'gauge', 'Buffers of a pool.'],
  ]),
  beans('java.lang:type=OperatingSystem', [
    [
      'ProcessCpuTime',
      'jvm_process_cpu_seconds_total',
      'counter',
      'CPU time of the JVM, user and system.',
      NS,
    ],
    ['OpenFileDescriptorCount', 'jvm_process_open_fds', 'gauge', 'Open file descriptors of the JVM.'],
    ['MaxFileDescriptorCount', 'jvm_process_max_fds', 'gauge', 'File descriptors that the JVM may open.'],
    ['CommittedVirtualMemorySize', 'jvm_process_virtual_memory_bytes', 'gauge', 'Virtual memory of the JVM.'],
    ['AvailableProcessors', 'jvm_available_processors', 'gauge', 'Processors that the JVM may use.'],
  ]),
  beans('java.lang:type=Runtime', [
    ['StartTime', 'jvm_process_start_time_seconds', 'gauge', 'When the JVM started, since the epoch.', MS],
    ['VmVersion', 'jvm_version', 'gauge', 'Version of the JVM.', { info: 'version' }],
  ]),
]);
