/** How far numbers stand from the exact ones: root mean square of the errors over that of the numbers. */
export class Ratio {
  #error = 0;
  #size = 0;
  largest = 0;

  add(exact: number, found: number): void {
    const error = found - exact;
    this.#error += error * error;
    this.#size += exact * exact;
    this.largest = Math.max(this.largest, Math.abs(error));
  }

  get relative(): number {
    return Math.sqrt(this.#error / (this.#size || 1));
  }
}
