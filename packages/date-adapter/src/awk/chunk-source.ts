// Main input that is not ARGV: files that go on growing, a chunk of one after a chunk of another. For the adapter,
// which pushes what came; both engines leave their loop over records when there is nothing now, with everything as it
// is, and go on with the next chunk. What they throw for it is made once and holds no place: it costs nothing.
// Invariant: a chunk is taken before the name of the next one is asked for.

export interface ChunkSource {
  /**
   * The file that the next bytes are of; undefined when nothing will come any more. Waits, or throws STARVED, when
   * nothing is there now.
   */
  next(): string | undefined;
  /** Those bytes; they belong to the source until `next` is called again. Undefined: the file has ended. */
  take(): Uint8Array | undefined;
}

/** Why a loop over records was left in the middle of its input. */
export class Pause extends Error {
  constructor() {
    super('main input pauses');
    this.stack = '';
  }
}

/** Nothing to read now. */
export const STARVED: Pause = new Pause();

/** The next bytes are of another file than the ones before. */
export const OTHER_FILE: Pause = new Pause();

/** What has happened when a program stops running for now. */
export type Progress = 'starved' | 'ended';

/** A program between two chunks of its input. */
export interface StartedProgram {
  /** NR: how many records there were. */
  readonly recordCount: number;
  /** A copy of the record that is there. */
  record(): Uint8Array;
  /** Runs BEGIN. @throws ProgramError, WorldError */
  begin(): Progress;
  /** Runs the rules over all there is. @throws ProgramError for a record that cannot be done, and can go on behind it */
  records(): Progress;
  /** Nothing came for a while: runs the rules over records whose terminator might have become longer. @throws as records */
  settle(): Progress;
  /** Runs END, unless it did, and closes what is open. @returns the exit status @throws as `begin` */
  end(): number;
}
