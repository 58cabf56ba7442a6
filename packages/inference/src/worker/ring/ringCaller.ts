/**
 * The caller's side of calls that go to the host and back by two rings: a tenth of the time of a message. What no
 * ring takes (large, of another kind, too many at once) is for the caller to send as a message.
 */
import type { Answer } from '@rivulet/core';
import type { HostApi } from '../api.ts';
import { canSpin, FrameRing, ringMemory } from './frameRing.ts';
import { WordReader, WordWriter } from './wordCodec.ts';

/** Of each ring: 128 KiB. Frames of up to the half of it; for what is larger a message is as fast. */
export const RING_WORDS = 1 << 15;
export const FRAME_WORDS = RING_WORDS / 2;
/** Calls under way: the host keeps room for a short answer to each. */
const MAX_CALLS = 256;

/** Less than what a message costs the thread that sends it. */
const SPIN_US = 40;
/** The first of a row wakes the host. */
const TRIES = 4;
const LEAST_REST = 8;
const MOST_REST = 64;

/** What a call's answer is. */
export const ANSWERS = { value: 0, error: 1, collect: 2 } as const;

export interface RingCaller {
  /** @returns undefined where this call is not one for the ring; else an answer, which never comes once it has ended */
  call(handle: number, method: string, args: readonly unknown[]): Promise<Answer<unknown>> | undefined;
  end(): void;
}

/** @param api which gets the rings; until it has them, no call is one for them */
export function ringCaller(api: Pick<HostApi, 'attachRings' | 'collect'>): RingCaller {
  const [there, back] = [ringMemory(RING_WORDS), ringMemory(RING_WORDS)];
  const [calls, answers] = [new FrameRing(there), new FrameRing(back)];
  const writer = new WordWriter(FRAME_WORDS);
  const reader = new WordReader(RING_WORDS);
  /** By number; the answers of one service come in the order of its calls. */
  const waiting = new Map<number, (answer: Answer<unknown> | Promise<Answer<unknown>>) => void>();
  let [attached, ended, listening, numbers] = [false, false, false, 0];
  /** Answers that were looked for in vain; how many will not be looked for now, and after the next such row. */
  let [misses, resting, rest] = [0, 0, LEAST_REST];
  void api.attachRings(there, back).then(
    (taken) => {
      attached = taken;
    },
    () => {},
  );

  // Of no use while a model takes long, or where others want the cores: tried now and then, ever more seldom.
  const spun = (): boolean => {
    if (!canSpin || resting-- > 0) return false;
    calls.loop = true;
    const found = answers.spin(SPIN_US);
    if (found) [misses, rest] = [0, LEAST_REST];
    else if (++misses === TRIES) {
      calls.loop = false;
      [misses, resting, rest] = [0, rest, Math.min(2 * rest, MOST_REST)];
    }
    return found;
  };

  // Only while an answer is due: a page at rest leaves nobody waiting.
  const listen = async (): Promise<void> => {
    listening = true;
    // Who made the call goes on first: it may have more of them.
    await undefined;
    while (waiting.size > 0 && !ended) {
      if (!spun()) await answers.written();
      while (!ended && answers.read(reader.words) >= 0) settle();
    }
    listening = false;
  };

  const settle = (): void => {
    reader.begin();
    const number = reader.value() as number;
    const kind = reader.value() as number;
    const resolve = waiting.get(number)!;
    waiting.delete(number);
    if (kind === ANSWERS.collect) resolve(api.collect(number));
    else resolve({ [kind === ANSWERS.value ? 'value' : 'error']: reader.value() } as Answer<unknown>);
  };

  return {
    call(handle, method, args) {
      if (!attached || ended || waiting.size === MAX_CALLS) return undefined;
      // Beyond the room that there is, nothing must be written: names would be thought to have crossed.
      if (calls.room < FRAME_WORDS) return undefined;
      const number = numbers + 1;
      const length = writer.write(number, handle, method, args);
      if (length < 0) return undefined;
      numbers = number;
      const answer = new Promise<Answer<unknown>>((resolve) => waiting.set(number, resolve));
      calls.write(writer.words, length);
      if (!listening) void listen();
      return answer;
    },
    end() {
      ended = true;
      waiting.clear();
      answers.wake();
    },
  };
}
