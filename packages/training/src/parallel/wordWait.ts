/**
 * How a thread waits for a word of shared memory: awake for about as long as such waits last, then asleep. To be woken
 * takes 50 to 100 us, a percent of a short step; but where threads outnumber idle cores, whoever stays awake takes the
 * very core that it waits for.
 */

/** Looks before it sleeps: some 10 us of them at the least, 1 ms at the most. */
const [FEWEST, MOST] = [2_000, 200_000];

export class WordWait {
  /** How many looks are worth it: the more often they were enough, the more. */
  #looks = FEWEST;

  /** Returns once `closed` says no: it looks again when `words[at]` changes, and each second in any case. */
  while(words: Int32Array, at: number, closed: () => boolean): void {
    if (!closed()) return; // what is no wait says nothing of the next one
    let left = this.#looks;
    while (left > 0 && closed()) left--;
    this.#looks = left > 0 ? Math.min(MOST, 2 * this.#looks) : Math.max(FEWEST, this.#looks >> 2);
    if (left === 0) sleepWhile(words, at, closed);
  }
}

function sleepWhile(words: Int32Array, at: number, closed: () => boolean): void {
  for (;;) {
    const seen = Atomics.load(words, at);
    if (!closed()) return;
    Atomics.wait(words, at, seen, 1000);
  }
}
