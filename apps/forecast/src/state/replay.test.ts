import { signal } from '@preact/signals';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LEAST_PAST } from '../forecast/forecastLog.ts';
import type { ShippedSensor } from '../source/shippedSensors.ts';
import { Replay } from './replay.ts';
import { type Sensor, shippedSensor } from './sensor.ts';

function sensor(length: number, now: number): Sensor {
  const values = new Float32Array(length);
  const series = { title: '', unit: '', start: 0, stepMs: 1000, length, clock: 'wall', values };
  return shippedSensor({ file: '', series, attribution: '', licence: '' } as ShippedSensor, 24, now);
}

/** Frames come when the test says so; what rests between them has had its rest by then. */
let frames: ((time: number) => void)[] = [];
function frame(time: number): void {
  vi.runAllTimers();
  const due = frames;
  frames = [];
  for (const tick of due) tick(time);
}

function replay(...sensors: Sensor[]) {
  const playing = signal(false);
  const speed = signal(10);
  const onMove = vi.fn();
  const made = new Replay({ sensors: signal(sensors), chosen: signal(sensors[0]), playing, speed, onMove });
  return { made, playing, speed, onMove };
}

describe('Replay', () => {
  beforeEach(() => {
    frames = [];
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', (tick: (time: number) => void) => frames.push(tick));
    return () => {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    };
  });

  it('moves all sensors by the time that has passed, and tells once a move', () => {
    const [one, two] = [sensor(100, 50), sensor(100, 20)];
    const { made, onMove } = replay(one, two);
    made.toggle();
    onMove.mockClear();
    frame(1000);
    frame(1050);
    expect([one.now.value, two.now.value]).toEqual([50, 20]);
    frame(1200);
    expect([one.now.value, two.now.value]).toEqual([52, 22]);
    expect(onMove).toHaveBeenCalledTimes(1);
    made.toggle();
    frame(9000);
    expect(one.now.value).toBe(52);
  });

  it('asks for no frame while no step is due, and for the one in which it is', () => {
    const { made, speed } = replay(sensor(100, 50));
    speed.value = 2;
    made.toggle();
    frame(1000);
    expect(frames).toHaveLength(0);
    // Half a second to the step, in stretches that notice a new speed.
    vi.advanceTimersByTime(200);
    expect(frames).toHaveLength(1);
    speed.value = 30;
    frame(1200);
    // Due two frames on: too near to rest.
    expect(frames).toHaveLength(1);
  });

  it('stops at the end of the chosen sensor and starts over when it is played again', () => {
    const one = sensor(100, 99);
    const { made, playing } = replay(one);
    made.toggle();
    frame(1000);
    frame(1200);
    expect(one.now.value).toBe(100);
    expect(playing.value).toBe(false);
    made.toggle();
    expect(one.now.value).toBe(60);
    expect(playing.value).toBe(true);
  });

  it('holds still when it is stepped by hand, and never leaves the series', () => {
    const one = sensor(100, 50);
    const { made, playing } = replay(one);
    made.toggle();
    made.step(3);
    expect(playing.value).toBe(false);
    expect(one.now.value).toBe(53);
    made.step(Number.POSITIVE_INFINITY);
    expect(one.now.value).toBe(100);
    made.seek(-5);
    expect(one.now.value).toBe(LEAST_PAST);
  });
});
