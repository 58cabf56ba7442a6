/** Entry of a training thread: opens it with the data it was started with, then answers requests in order. */
import { parentPort, workerData } from 'node:worker_threads';
import { RivuletError } from '@rivulet/core';
import { openTask } from '../tasks/openTask.ts';
import { Barrier } from './barrier.ts';
import type { Reply, Request, ThreadInit } from './protocol.ts';
import { TrainerThread } from './trainerThread.ts';

const port = parentPort!;
const init = workerData as ThreadInit;
const send = (reply: Reply): void => port.postMessage(reply);

const fail = (cause: unknown): void => {
  new Barrier(new Int32Array(init.shared.barrier), init.threads).break();
  const error =
    cause instanceof RivuletError
      ? cause
      : new RivuletError('INTERNAL', `Training thread ${init.thread}: ${cause}`, {
          stack: cause instanceof Error ? cause.stack : undefined,
        });
  send({ kind: 'error', error: error.toWire() });
};

try {
  const thread = await TrainerThread.open(init, await openTask(init.task));
  port.on('message', (request: Request) => {
    try {
      send(thread.handle(request));
    } catch (cause) {
      fail(cause);
    }
  });
  send(thread.ready());
} catch (cause) {
  fail(cause);
}
