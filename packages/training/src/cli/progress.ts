/**
 * Shows a run: one line that renews itself on a terminal, a line every so often elsewhere.
 */
import type { TrainEvent } from '../trainEvent.ts';

type Start = Extract<TrainEvent, { kind: 'start' }>;
type Step = Extract<TrainEvent, { kind: 'step' }>;

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Seconds between lines where there is no terminal. */
const PLAIN_SECONDS = 15;
/** Milliseconds between redraws on a terminal. */
const REDRAW_MS = 100;
/** How fast the shown loss and speed follow. */
const SMOOTHING = 0.02;
const BAR_CELLS = 20;
/** Characters of a note. */
const MOST_NOTE = 240;

export class Progress {
  readonly #output: Output;
  #start: Start | undefined;
  #loss = 0;
  #stepMs = 0;
  #samplesPerSecond = 0;
  #validationMs = 0;
  #seen = 0;
  #shown = Number.NEGATIVE_INFINITY;
  #lineOpen = false;

  constructor(output: Output) {
    this.#output = output;
  }

  readonly handle = (event: TrainEvent): void => {
    switch (event.kind) {
      case 'start':
        this.#begin(event);
        break;
      case 'step':
        this.#step(event);
        break;
      case 'validation': {
        this.#validationMs += event.seconds * 1000;
        const figures = Object.entries(event.figures)
          .filter(([name]) => name !== 'best')
          .map(([name, value]) => `${name} ${round(value)}`);
        const loss = `train loss ${round(event.trainLoss)}`;
        const took = `${event.seconds.toFixed(1)} s`;
        this.line(
          `step ${event.step}: ${loss}, ${figures.join(', ')} (${took})${event.best ? ' *best' : ''}`,
        );
      }
    }
  };

  /** A line of its own, above the bar. */
  line(text: string): void {
    this.#output.write(this.#lineOpen ? `\r\x1b[K${text}\n` : `${text}\n`);
    this.#lineOpen = false;
  }

  #begin(start: Start): void {
    this.#start = start;
    const { trainCount, valCount, parameters, threads, variant } = start;
    this.line(
      `${trainCount} samples, ${valCount} for validation, ${parameters} parameters, ` +
        `${threads} thread${threads > 1 ? 's' : ''}, ${variant} SIMD`,
    );
    for (const [what, value] of Object.entries(start.notes)) this.line(shortened(`${what}: ${value}`));
    if (start.step > 0) this.line(`resumed at step ${start.step} of ${start.totalSteps}`);
  }

  #step(event: Step): void {
    // Bias-corrected like Adam's moments, so that the first steps show themselves.
    this.#seen++;
    const share = Math.max(SMOOTHING, 1 / this.#seen);
    this.#loss += share * (event.loss - this.#loss);
    this.#stepMs += share * (event.milliseconds - this.#stepMs);
    const speed = (event.samples / event.milliseconds) * 1000;
    this.#samplesPerSecond += share * (speed - this.#samplesPerSecond);
    const now = performance.now();
    const pause = this.#output.isTTY ? REDRAW_MS : PLAIN_SECONDS * 1000;
    if (now - this.#shown < pause && event.step !== this.#start!.totalSteps) return;
    this.#shown = now;
    const text = this.#text(event);
    if (!this.#output.isTTY) {
      this.line(text);
      return;
    }
    this.#output.write(`\r\x1b[K${text.slice(0, (this.#output.columns ?? 80) - 1)}`);
    this.#lineOpen = true;
  }

  #text({ step, epoch, lr }: Step): string {
    const { totalSteps, stepsPerEpoch } = this.#start!;
    const filled = Math.round((step / totalSteps) * BAR_CELLS);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
    // Validations to come cost as much a step as those that were.
    const validationMs = this.#validationMs / Math.max(1, this.#seen);
    const left = duration(((totalSteps - step) * (this.#stepMs + validationMs)) / 1000);
    const epochs = Math.ceil(totalSteps / stepsPerEpoch);
    return (
      `${bar} ${step}/${totalSteps} epoch ${epoch + 1}/${epochs} loss ${round(this.#loss)} ` +
      `${this.#samplesPerSecond.toFixed(0)}/s lr ${lr.toExponential(1)} left ${left}`
    );
  }
}

/** A list of samples can be longer than anyone reads here. */
function shortened(text: string): string {
  return text.length <= MOST_NOTE ? text : `${text.slice(0, MOST_NOTE)}... (the run's log has the rest)`;
}

/** Four digits that matter. */
function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
