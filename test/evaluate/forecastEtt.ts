/**
 * The ETT benchmark (task ETT_1H of fev-bench): 20 windows of 168 hours that tile the last 3,360 rows of ETTh1
 * and ETTh2, season 24. A model may have seen only the rows before the first of them. SQL and MASE are averaged
 * over the two files, then columns, then windows; WQL is the loss of both files over the sum of |y|, per column
 * and window.
 */

import { window } from '@rivulet/core';
import { loadSensors } from '@rivulet/training';
import { compareOnWindow, type Forecaster, type WindowComparison } from './scoreForecasts.ts';

const HORIZON = 168;
const WINDOWS = 20;
const COLUMNS = 7;

/** Rows a model may be trained on: those before the first window. */
export const ETT_TRAINING_ROWS = 17_420 - WINDOWS * HORIZON;

export async function evaluateEtt(
  forecaster: Forecaster | undefined,
  data: string,
): Promise<Record<string, number>> {
  const all = await loadSensors('ett', data);
  const cells: WindowComparison[][] = [];
  for (const origin of window(all[0]!.y.length, { context: 0, horizon: HORIZON, from: ETT_TRAINING_ROWS })) {
    for (let column = 0; column < COLUMNS; column++) {
      const cell: WindowComparison[] = [];
      for (const series of [all[column]!, all[column + COLUMNS]!]) {
        cell.push((await compareOnWindow(forecaster, series, origin, HORIZON))!);
      }
      cells.push(cell);
    }
  }
  console.log(`ETT_1H, ${cells.length / COLUMNS} windows of ${HORIZON} hours`);
  console.log('                     SQL    MASE     WQL');
  const figures: Record<string, number> = {};
  for (const who of forecaster === undefined ? (['naive'] as const) : (['naive', 'model'] as const)) {
    const scores = overCells(cells, who);
    const [sql, mase, wql] = [scores.sql, scores.mase, scores.wql].map((x) => x.toFixed(4));
    console.log(`${who.padEnd(16)} ${sql}  ${mase}  ${wql}`);
    for (const [name, value] of Object.entries(scores)) figures[`${who} ${name}`] = value;
  }
  return figures;
}

function overCells(
  cells: readonly (readonly WindowComparison[])[],
  who: 'naive' | 'model',
): { sql: number; mase: number; wql: number } {
  const mean = (of: (cell: readonly WindowComparison[]) => number) =>
    cells.reduce((sum, cell) => sum + of(cell), 0) / cells.length;
  const total = (cell: readonly WindowComparison[], of: (item: WindowComparison) => number) =>
    cell.reduce((sum, item) => sum + of(item), 0);
  return {
    sql: mean((cell) => total(cell, (item) => item[who]!.sql) / cell.length),
    mase: mean((cell) => total(cell, (item) => item[who]!.mase) / cell.length),
    wql: mean((cell) => total(cell, (item) => item[who]!.loss) / total(cell, ({ size }) => size)),
  };
}
