/** The host's side of ringCaller.ts. */
import { type Answer, codedError } from '@rivulet/core';
import { canSpin, FrameRing } from './frameRing.ts';
import { ANSWERS, FRAME_WORDS, RING_WORDS } from './ringCaller.ts';
import { WordReader, WordWriter } from './wordCodec.ts';

export interface RingHost {
  /** A result that is there at once, or undefined when the call has to wait. @throws coded errors */
  direct(handle: number, method: string, args: readonly unknown[]): unknown;
  call(handle: number, method: string, args: readonly unknown[]): Promise<Answer<unknown>>;
}

export interface ServedRings {
  /** An answer that no ring takes, by the number of its call. @throws INTERNAL for one that is not there */
  collect(number: number): Answer<unknown>;
}

/** Who steps a model in a loop comes back within this, even where an answer has to wake them. */
const SPIN_US = 200;
/** Calls that come at this distance are such a loop; samples of a sensor are further apart, and nobody looks for them. */
const LOOP_MS = 1;
const TURNS = 30;

/** A short answer in words: number, kind, and the length before them. */
const SHORT = 7;

/** Answers for as long as this thread lives. */
export function serveRings(there: SharedArrayBuffer, back: SharedArrayBuffer, host: RingHost): ServedRings {
  const [calls, answers] = [new FrameRing(there), new FrameRing(back)];
  const reader = new WordReader(RING_WORDS);
  const writer = new WordWriter(FRAME_WORDS);
  const kept = new Map<number, Answer<unknown>>();
  let due = 0;
  /** When it was looked for calls. */
  let last = 0;

  const answer = (number: number, got: Answer<unknown>): void => {
    due--;
    // Room for a short answer to every other call stays: so this side never waits for the reader.
    const fits = answers.room - FRAME_WORDS > SHORT * due;
    const [kind, value] = 'value' in got ? [ANSWERS.value, got.value] : [ANSWERS.error, got.error];
    let length = fits ? writer.write(number, kind, value) : -1;
    if (length < 0) {
      kept.set(number, got);
      length = writer.write(number, ANSWERS.collect);
    }
    answers.write(writer.words, length);
  };

  const begin = (): void => {
    due++;
    reader.begin();
    const number = reader.value() as number;
    const handle = reader.value() as number;
    const method = reader.value() as string;
    const args = reader.value() as readonly unknown[];
    let got: Answer<unknown>;
    try {
      const value = host.direct(handle, method, args);
      if (value === undefined) {
        return void host.call(handle, method, args).then((later) => answer(number, later));
      }
      got = { value };
    } catch (error) {
      got = { error: codedError(error, false).toWire() };
    }
    answer(number, got);
  };

  const listen = async (): Promise<never> => {
    for (;;) {
      const before = last;
      last = performance.now();
      while (calls.read(reader.words) >= 0) begin();
      // A model's answer is some turns of the queue away, unless it waits for something else.
      for (let turn = 0; due > 0 && turn < TURNS; turn++) await undefined;
      const loop = calls.loop && last - before < LOOP_MS;
      if (due > 0 || !loop || !canSpin || !calls.spin(SPIN_US)) await calls.written();
    }
  };
  void listen();

  return {
    collect(number) {
      const got = kept.get(number);
      kept.delete(number);
      return got ?? { error: codedError(new Error(`no answer ${number} is kept`), false).toWire() };
    },
  };
}
