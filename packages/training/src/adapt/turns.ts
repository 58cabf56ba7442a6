/** Lets the messages in that came while a step was computed: by a port of its own, which no timer's clamp slows. */
export class Turns {
  readonly #channel = new MessageChannel();
  #next: () => void = () => {};

  constructor() {
    this.#channel.port1.onmessage = () => this.#next();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#next = resolve;
      this.#channel.port2.postMessage(0);
    });
  }

  /** An open port would keep a Node process alive. */
  close(): void {
    this.#channel.port1.close();
  }
}
