/** Locations that only the tests' host knows. */

/** Reading it throws where nobody catches, which ends the thread. */
export const FATAL = 'fatal:';
/** Reading it never ends. */
export const ENDLESS = 'endless:';
