/** How the commands of this folder end: what has a code is told by its message, anything else by its stack. */
import { RivuletError } from '@rivulet/core';

/** @param hint stands behind what is said of a wrong option */
export async function runMain(main: () => Promise<void>, hint = ''): Promise<void> {
  try {
    await main();
  } catch (cause) {
    const error = ofArguments(cause, hint);
    const known = error instanceof RivuletError;
    process.stderr.write(
      known ? `${error.code}: ${error.message}\n` : `${error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = 1;
  }
}

/** An option that is unknown, or lacks its value. */
function ofArguments(error: unknown, hint: string): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (!code?.startsWith('ERR_PARSE_ARGS')) return error;
  return new RivuletError('ARGUMENT', message!.split('. ')[0] + hint, {}, error);
}
