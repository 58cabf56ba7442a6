import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayClock } from './replayClock.ts';

describe('ReplayClock', () => {
  it('gives as many steps as time has passed, however the frames fall', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 200 }),
        fc.constantFrom(1, 2, 5, 30),
        (frames, speed) => {
          const clock = new ReplayClock(speed);
          const steps = frames.reduce((sum, frame) => sum + clock.advance(frame), 0);
          const passed = frames.reduce((sum, frame) => sum + frame, 0);
          expect(Math.abs(steps - (passed / 1000) * speed)).toBeLessThanOrEqual(1 + 1e-6);
        },
      ),
    );
  });

  it('says when the next step is due', () => {
    const clock = new ReplayClock(4);
    expect(clock.untilDueMs).toBeCloseTo(250);
    clock.advance(100);
    expect(clock.untilDueMs).toBeCloseTo(150);
    expect(clock.advance(149)).toBe(0);
    expect(clock.advance(clock.untilDueMs)).toBe(1);
  });

  it('does not leap after a tab was hidden, nor run backwards', () => {
    const clock = new ReplayClock(10);
    expect(clock.advance(3_600_000)).toBeLessThanOrEqual(3);
    expect(clock.advance(-500)).toBe(0);
  });

  it('forgets the rest of a step on restart and follows a new speed', () => {
    const clock = new ReplayClock(1);
    clock.advance(240);
    clock.restart();
    clock.speed = 4;
    expect(clock.advance(240)).toBe(0);
    expect(clock.advance(20)).toBe(1);
  });
});
