/** `npm run quantise -- <name>`: what int8 weights and 7-bit activations cost, by layer and gate. */
import { join } from 'node:path';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { writeDurably } from '../checkpoint/writeDurably.ts';
import { quantiseReport } from '../quantise/quantiseReport.ts';
import { readBest } from '../run/readRun.ts';
import { openTask } from '../tasks/openTask.ts';
import { openRecipe, runCommand } from './command.ts';

/** Samples that the outputs are compared on. */
const SAMPLES = 64;

const USAGE = `npm run quantise -- <name> [options]

  Prints the error of int8 weights by layer and gate, and on validation samples the range of each layer's outputs and
  how far they move with int8 weights, and with 7-bit activations too; and what rounding costs the inputs of the layers
  with a scale for each step, as the engine has, and with a range calibrated on half of the samples and held for the
  other half. The same as JSON: runs/<name>/quantise.json.

  --run <folder>   the run (runs/<name>), whose best weights are taken
  --recipe <file>  its recipe (models/<name>/train.json, or that of the run; <name> may be <recipe>.json)
  --epochs <n>     what it was trained with, where that is not the recipe's
  --data <folder>  the data, which the outputs are compared on
`;

await runCommand(
  () => USAGE,
  async (args) => {
    const { recipe, dataFolder } = await openRecipe(args);
    const { weights } = readBest(args.runFolder, recipe);
    const task = await openTask({ name: recipe.task });
    const data = await task.prepare(recipe, dataFolder);
    const report = quantiseReport(await loadTrainKernels(), recipe, data, weights, SAMPLES);
    const percent = (part: number): string => `${(100 * part).toFixed(2)} %`.padStart(9);
    const lines = ['weights            gate  relative error  largest'];
    for (const { matrix, gate = '', relative, largest } of report.weights) {
      lines.push(
        `${matrix.padEnd(18)} ${gate.padEnd(4)} ${percent(relative)}       ${largest.toExponential(2)}`,
      );
    }
    lines.push('', `outputs (${report.samples} samples)        int8    int8a7   range`);
    for (const { layer, range, int8, int8a7 } of report.outputs) {
      const [low, high] = range.map((value) => value.toFixed(2));
      lines.push(`${layer.padEnd(18)} ${percent(int8)} ${percent(int8a7)}   ${low} ... ${high}`);
    }
    lines.push('', 'inputs in 7 bits   by step  by range   range   beyond it');
    for (const { tensor, calibrated, byStep, byRange, beyond } of report.activations) {
      const range = calibrated.toFixed(2).padStart(7);
      lines.push(`${tensor.padEnd(16)} ${percent(byStep)} ${percent(byRange)} ${range} ${percent(beyond)}`);
    }
    process.stdout.write(`${lines.join('\n')}\n`);
    const path = join(args.runFolder, 'quantise.json');
    writeDurably(path, [Buffer.from(`${JSON.stringify(report, null, 2)}\n`)]);
    process.stdout.write(`${path}\n`);
  },
);
