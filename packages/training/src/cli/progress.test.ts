import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainEvent } from '../trainEvent.ts';
import { Progress } from './progress.ts';

let written: string;
beforeEach(() => {
  written = '';
});

const start: TrainEvent = {
  kind: 'start',
  step: 0,
  totalSteps: 40,
  stepsPerEpoch: 20,
  trainCount: 640,
  valCount: 12,
  parameters: 999,
  threads: 2,
  variant: 'plain',
  notes: { 'left out': 3 },
};
const step = (n: number): TrainEvent => ({
  kind: 'step',
  step: n,
  epoch: n > 20 ? 1 : 0,
  loss: 2,
  norm: 1,
  lr: 1e-3,
  samples: 32,
  milliseconds: 500,
});
const validation: TrainEvent = {
  kind: 'validation',
  step: 20,
  trainLoss: 2,
  valLoss: 3,
  figures: { cer: 0.12345, best: 0.12345 },
  best: true,
  seconds: 1,
};

function show(output: { isTTY?: boolean; columns?: number }, events: readonly TrainEvent[]): void {
  const progress = new Progress({ ...output, write: (text) => (written += text) });
  for (const event of events) progress.handle(event);
}

describe('the progress of a run', () => {
  it('is one line that renews itself on a terminal, no wider than it', () => {
    show({ isTTY: true, columns: 60 }, [start, step(1), validation, step(40)]);
    const redraws = written.split('\r\x1b[K').slice(1);
    expect(redraws.length).toBeGreaterThanOrEqual(2);
    expect(redraws[0]).toMatch(/^█?░+ 1\/40 epoch 1\/2 loss 2 64\/s/);
    for (const line of redraws) if (line.includes('░')) expect(line.length).toBe(59);
    expect(redraws.at(-1)!.endsWith('\n')).toBe(false);
  });
  it('is plain lines elsewhere, with loss, speed and time left', () => {
    show({}, [start, step(1), step(2), validation, step(40)]);
    expect(written).not.toContain('\r');
    const lines = written.trimEnd().split('\n');
    expect(lines[0]).toBe('640 samples, 12 for validation, 999 parameters, 2 threads, plain SIMD');
    expect(lines[1]).toBe('left out: 3');
    expect(lines[2]).toMatch(/1\/40 epoch 1\/2 loss 2 64\/s lr 1\.0e-3 left 0:20$/);
    expect(lines[3]).toBe('step 20: train loss 2, cer 0.1235 (1.0 s) *best');
    expect(lines[4]).toMatch(/40\/40 epoch 2\/2 .* left 0:00$/);
    expect(lines).toHaveLength(5);
  });
  it('counts the validations to come into the time left', () => {
    vi.useFakeTimers();
    try {
      const progress = new Progress({ write: (text) => (written += text) });
      for (const event of [start, ...Array.from({ length: 20 }, (_, i) => step(i + 1))])
        progress.handle(event);
      progress.handle({ ...validation, seconds: 20 });
      vi.advanceTimersByTime(16_000);
      progress.handle(step(21));
      // 19 steps of half a second each, and of what 20 s after every 20 come to.
      expect(written).toMatch(/21\/40 .* left 0:2[78]\n$/);
    } finally {
      vi.useRealTimers();
    }
  });
});
