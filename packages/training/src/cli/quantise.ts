/** `npm run quantise -- <name>`: what int8 costs, by layer and gate, and on request a model with calibrated ranges. */
import { join } from 'node:path';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { writeDurably } from '../checkpoint/writeDurably.ts';
import { exportModel } from '../export/exportModel.ts';
import { RANGE_METHODS } from '../quantise/chooseRange.ts';
import { quantiseReport } from '../quantise/quantiseReport.ts';
import { readBest } from '../run/readRun.ts';
import { openTask } from '../tasks/openTask.ts';
import { exportOptions, openRecipe, runCommand } from './command.ts';
import { quantiseLines } from './quantiseLines.ts';

/** Samples that the outputs are compared on. */
const SAMPLES = 64;

const USAGE = `npm run quantise -- <name> [options]

  Prints the error of int8 weights by layer and gate, and on validation samples the range of each layer's outputs and
  how far they move with int8 weights, with 7-bit activations too (int8a7), and with activations in ranges calibrated
  on training samples; and what rounding costs the inputs of the layers in 7, 8 and 16 bits, with a scale for each step,
  as the engine has, and in those ranges. The same as JSON: runs/<name>/quantise.json.

  With --ranges it also writes a model folder whose model.int8.onnx rounds the activations before each recurrent, dense
  and conv1d layer in its range (QuantizeLinear, DequantizeLinear), and measures it on the validation part. Without,
  each step has a scale of its own: that is more exact, and as fast (packages/training/README.md).

  --ranges <how>   ${RANGE_METHODS.join(' | ')}: all values of the training samples are within, all but the outermost
                   0.01 %, as many as make the squared error least, or as lose the least information (entropy)
  --bits <n>       of the activations in ranges, 8 | 16 (8)
  --out <folder>   where that model goes (runs/<name>/calibrated)
  --run <folder>   the run (runs/<name>), whose best weights are taken
  --recipe <file>  its recipe (models/<name>/train.json, or that of the run; <name> may be <recipe>.json)
  --epochs <n>     what it was trained with, where that is not the recipe's
  --data <folder>  the data, which ranges are calibrated and outputs compared on
`;

await runCommand(
  () => USAGE,
  async (args) => {
    const opened = await openRecipe(args);
    const { recipe, dataFolder } = opened;
    const { method, bits, folder } = args.calibrated;
    const { weights } = readBest(args.runFolder, recipe);
    const task = await openTask({ name: recipe.task });
    const data = await task.prepare(recipe, dataFolder);
    const report = quantiseReport(await loadTrainKernels(), recipe, data, weights, SAMPLES, bits);
    process.stdout.write(`${quantiseLines(report).join('\n')}\n`);
    const path = join(args.runFolder, 'quantise.json');
    writeDurably(path, [Buffer.from(`${JSON.stringify(report, null, 2)}\n`)]);
    process.stdout.write(`${path}\n`);
    if (!method) return;
    const options = { ...exportOptions(args, opened), modelFolder: folder, ranges: { method, bits } };
    const { figures } = await exportModel(options);
    process.stdout.write(`${folder}\n${JSON.stringify(figures)}\n`);
  },
  'quantise',
);
