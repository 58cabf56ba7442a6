/** Strings that cross a ring again and again, methods and names of inputs: sent whole once, by number from then on. */

/** Longer ones, and more of them, are not worth it: each stays for the life of the ring. */
const MAX_LENGTH = 64;
const MAX_NAMES = 1024;

/**
 * Both sides hold the same, since each adds a name when it crosses. What is taken back (`cut`) was added for a frame
 * that was never written.
 */
export class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  add(name: string): void {
    if (name.length > MAX_LENGTH || this.list.length === MAX_NAMES) return;
    this.#numbers.set(name, this.list.length);
    this.list.push(name);
  }

  cut(length: number): void {
    while (this.list.length > length) this.#numbers.delete(this.list.pop()!);
  }
}
