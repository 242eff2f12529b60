// The instructions of a stamp program, by their numbers. For the compiler (stamp-program.ts) and the machine that runs
// them (stamp-reader.ts). Pure.

/** Integers of one instruction: code and five arguments. */
export const STEP = 6;

/** so many bytes are needed by the fixed instructions that follow */
export const NEED = 0;
/** this byte; fixed */
export const BYTE = 1;
/** one of a set of bytes (index of `sets`); fixed */
export const ONE_OF = 2;
/** two digits: slot, least, most, 2, and the byte behind them or -1; fixed */
export const TWO = 3;
/** so many digits: slot, least, most, count, and the byte behind them or -1; fixed */
export const DIGITS = 4;
/** slot, least, most, fewest and most digits * 16, blanks before (1 or 0) */
export const NUMBER = 5;
/** a run of blanks: at least so many */
export const BLANKS = 6;
/** a name: index of `tries`, slot */
export const NAME = 7;
/** a separator and digits, or nothing: index of `sets` */
export const FRACTION = 8;
/** digits at once: so many, or -1 for all there are */
export const GLUED_FRACTION = 9;
export const ZONE = 10;
/** digits of the unit, exact count or 0, digits left to a fraction behind (-1: all after the tenth) */
export const EPOCH = 11;
export const TAI64N = 12;
/** the instructions up to this index may be missing */
export const OPTIONAL = 13;

/** In place of the byte behind digits. */
export const NO_BYTE = -1;

/** Bytes that an instruction takes in any case, or 0 when that is not fixed. */
export function fixedWidth([code, , , , count = 0, behind]: ArrayLike<number> & Iterable<number>): number {
  if (code === BYTE || code === ONE_OF) return 1;
  return code === TWO || code === DIGITS ? count + (behind === NO_BYTE ? 0 : 1) : 0;
}
