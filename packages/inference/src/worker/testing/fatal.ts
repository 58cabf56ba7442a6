/** Reading this location in the test's host throws where nobody catches, which ends the thread. */
export const FATAL = 'fatal:';
