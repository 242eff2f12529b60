// What the demo is made of: one half per image, each with its own awkward application, its sidecar and its verdict.
// A new image joins the demo as one file that starts such a half, and one line in demo.ts.

export type Verdict = { ok: boolean; lines: readonly string[] };

/** A half that runs. */
export type Half = {
  /** Called once a second: for what has to be thinned. */
  eachSecond(): void;
  /** The user pressed Enter: time for something to go wrong. */
  onKey?(): void;
  /** Where it stands, on one line. */
  summary(): string;
  /** Ends the application first and the sidecar after it, as a pod does, and says whether the promise was kept. */
  end(): Promise<Verdict>;
  /** Kills whatever still runs: for a second Ctrl-C. */
  abort(): void;
};
