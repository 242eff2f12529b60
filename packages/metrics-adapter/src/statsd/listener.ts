// What all ways to receive have in common, for main and the metrics.
export type Listener = {
  /** `udp 0.0.0.0:9125`, for logs and metrics. */
  readonly name: string;
  /** Receive buffer that the kernel granted; undefined for streams. */
  readonly grantedBytes?: number;
  /** Takes what has arrived, then ends. */
  close(): Promise<void>;
};
