import { describe, expect, it } from 'vitest';
import { ForecastDesk } from './forecastDesk.ts';

/** A desk whose work ends when the test says so. */
function desk() {
  let wanted: number | undefined;
  const done: number[] = [];
  const failed: unknown[] = [];
  let finish: (error?: Error) => void = () => undefined;
  const it = new ForecastDesk<number>({
    pick: () => {
      const job = wanted;
      wanted = undefined;
      return job;
    },
    work: (job) =>
      new Promise((resolve, reject) => {
        finish = (error) => {
          if (error) return reject(error);
          done.push(job);
          resolve();
        };
      }),
    onFailure: (error) => failed.push(error),
  });
  const want = (job: number) => {
    wanted = job;
    it.wake();
  };
  const end = async (error?: Error) => {
    finish(error);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { want, end, done, failed };
}

describe('ForecastDesk', () => {
  it('does one thing at a time and skips what is no longer wanted', async () => {
    const { want, end, done } = desk();
    want(1);
    want(2);
    want(3);
    await end();
    await end();
    expect(done).toEqual([1, 3]);
  });

  it('goes on after a failure', async () => {
    const { want, end, done, failed } = desk();
    want(1);
    await end(new Error('no'));
    want(2);
    await end();
    expect(done).toEqual([2]);
    expect(failed).toHaveLength(1);
  });
});
