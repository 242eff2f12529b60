// What all exchanges count together: read at each scrape, and kept when a shard of a cluster leaves, as counters must not fall.
export class ExchangeCounts {
  /** Times that another server became primary. */
  failovers = 0;
  /** Commands sent again, to another server or connection, because they were not executed or only read. */
  retries = 0;
  /** Commands that waited for a primary in vain. */
  expired = 0;
  /** Commands of our own, sent to learn what the replicas have applied. */
  fences = 0;
}
