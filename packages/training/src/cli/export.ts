/** `npm run export -- <name>`: the model folder of a run that was trained, from its best weights. */
import { exportModel } from '../export/exportModel.ts';
import { exportOptions, openRecipe, runCommand } from './command.ts';

const USAGE = `npm run export -- <name> [options]

  Writes model.onnx, model.int8.onnx, manifest.json, parity.json and CARD.md from runs/<name>/best.ckpt.

  --run <folder>   the run (runs/<name>)
  --recipe <file>  its recipe (models/<name>/train.json, or that of the run; <name> may be <recipe>.json)
  --epochs <n>     what it was trained with, where that is not the recipe's
  --out <folder>   where the model goes (models/<name>; runs/<name>/model of a small recipe, and with
                   <recipe>.json, --recipe or --epochs)
  --data <folder>  the data, which the figures are measured on
`;

await runCommand(
  () => USAGE,
  async (args) => {
    const manifest = await exportModel(exportOptions(args, await openRecipe(args)));
    process.stdout.write(`${args.modelFolder}\n${JSON.stringify(manifest.figures)}\n`);
  },
);
