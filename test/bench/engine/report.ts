/** The engine bench in words and numbers. */
import { CASES, type Goal } from './cases.ts';
import { type CaseTimes, type EngineTimes, WAYS, type WayName } from './measure.ts';

/** One promise of ours, and how it stands. */
export interface Figure {
  readonly name: string;
  /** onnxruntime-web's time over ours, fastest rounds. */
  readonly ratio: number;
  /** The same of the medians. */
  readonly medianRatio: number;
  readonly goal: Goal;
}

export function figuresOf({ cases, int8, int8a7 }: EngineTimes): Figure[] {
  return CASES.flatMap((kase, i) => {
    const { times } = cases[i]!;
    const figure = (name: string, way: WayName, goal: Goal): Figure => ({
      name,
      ratio: times['ort f32'].fastest / times[way].fastest,
      medianRatio: times['ort f32'].median / times[way].median,
      goal,
    });
    const float: WayName =
      times['relaxed f32'].fastest < times['plain f32'].fastest ? 'relaxed f32' : 'plain f32';
    return [
      ...(kase.int8
        ? [figure(`${kase.name}, int8a7`, int8a7, kase.int8), figure(`${kase.name}, int8`, int8, kase.int8)]
        : []),
      ...(kase.float32 ? [figure(`${kase.name}, float32`, float, kase.float32)] : []),
    ];
  });
}

/** How many times its floor a way takes; onnxruntime-web is held to the floor of float32. */
export function distance({ times, floors }: CaseTimes, way: WayName): number {
  return times[way].fastest / floors[way === 'ort f32' ? 'plain f32' : way];
}

export function printTimes(times: EngineTimes): void {
  const { where, peaks, int8, int8a7, cases } = times;
  const row = (name: string, cells: readonly string[]): void =>
    console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(16)).join(''));
  console.log(`\n${where}, one thread; int8 is ${int8} here, int8a7 is ${int8a7}`);
  const peak = ([name, value]: readonly [string, number | undefined]): string =>
    `${name} ${value === undefined ? 'none' : ((2 * value) / 1000).toFixed(0)}`;
  console.log(
    `peaks of this machine, 10^9 operations a second: ${Object.entries(peaks).map(peak).join(', ')}`,
  );
  row('microseconds a call, fastest', WAYS);
  for (const { name, times: way } of cases)
    row(
      name,
      WAYS.map((each) => way[each].fastest.toFixed(1)),
    );
  row('median', WAYS);
  for (const { name, times: way } of cases)
    row(
      name,
      WAYS.map((each) => way[each].median.toFixed(1)),
    );
  row('times the floor of its products', WAYS);
  for (const kase of cases)
    row(
      kase.name,
      WAYS.map((each) => distance(kase, each).toFixed(1)),
    );
  row('against onnxruntime-web float32', ['fastest', 'median', 'must', 'aim']);
  for (const { name, ratio, medianRatio, goal } of figuresOf(times)) {
    row(name, [`${ratio.toFixed(1)}x`, `${medianRatio.toFixed(1)}x`, `${goal.must}x`, `${goal.aim}x`]);
  }
}

/** By name, for --json. */
export function flatten(times: EngineTimes): Record<string, number> {
  const flat: Record<string, number> = {};
  for (const [name, value] of Object.entries(times.peaks))
    flat[`${times.where}, peak ${name}, MAC/us`] = value;
  for (const kase of times.cases) {
    for (const way of WAYS) {
      const { fastest, median } = kase.times[way];
      flat[`${times.where}, ${kase.name}, ${way}, us`] = fastest;
      flat[`${times.where}, ${kase.name}, ${way}, median us`] = median;
      flat[`${times.where}, ${kase.name}, ${way}, times its floor`] = distance(kase, way);
    }
  }
  for (const { name, ratio, medianRatio } of figuresOf(times)) {
    flat[`${times.where}, ${name}, ratio`] = ratio;
    flat[`${times.where}, ${name}, median ratio`] = medianRatio;
  }
  return flat;
}
