/** An input of the network: what leaves it stands in the batch. */
import type { NetworkNode } from '../operation.ts';

export class Input implements NetworkNode {
  readonly op = 'input';
  readonly name: string;
  readonly sources: readonly number[] = [];
  readonly features: number;
  readonly streams = true;

  constructor(name: string, features: number) {
    this.name = name;
    this.features = features;
  }

  /** The network has copied the batch. */
  forward(): void {}
  backward(): void {}
  write(): string {
    return this.name;
  }
}
