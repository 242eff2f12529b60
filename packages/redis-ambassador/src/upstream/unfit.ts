// Errors by which a server tells that it is not, or not yet, what it was taken for: it was made a replica, it is loading its
// data, it has lost its primary. The command was not executed. Pure.

const UNFIT = /^(READONLY You can't|LOADING |MASTERDOWN )/;

/** @param error the text of an error reply, without its `-`; its first 20 bytes are enough */
export const isUnfit = (error: string): boolean => UNFIT.test(error);
