/**
 * Recipes of models that are out: whatever layers are added, their checkpoints must still be theirs. The hash and
 * the places of the parameters are exact; values come from uniform draws, which are the same in every engine, and
 * may move by what another order of float32 sums moves them.
 */
import { readFileSync } from 'node:fs';
import { loadTrainKernels } from '@rivulet/kernels/train';
import { describe, expect, it } from 'vitest';
import { recipeHash } from '../checkpoint/recipeHash.ts';
import { Random } from '../random.ts';
import { parseRecipe } from '../recipe.ts';
import { Network } from './network.ts';
import { planNetwork } from './networkPlan.ts';

const shipped = [
  {
    name: 'handwriting-en',
    hash: 'c60dd0964f06b7467acb9c1eb46ac24f6332503d612a6db50be87acd69dbbd19',
    places:
      'strokes.W@0:2x256x7 strokes.R@3584:2x256x64 letters.W@36352:2x384x256 letters.R@232960:2x384x96 words.W@306688:2x384x192 words.R@454144:2x384x96 logits.W@527872:95x192 strokes.B@546112:2x512 letters.B@547136:2x768 words.B@548672:2x768 logits.B@550208:95',
    output: 11.057956,
    gradient: 12.643939,
  },
  {
    name: 'sensor-forecaster',
    hash: 'ac3603a00eae6c92edcecf0317f908dcc5649d75e31da6cdd2ff101975548110',
    places:
      'encoder.W@0:1x384x72 encoder.R@27648:1x384x128 decoder.W@76800:1x384x111 decoder.R@119424:1x384x128 raw.W@168576:360x128 encoder.B@214656:1x768 decoder.B@215424:1x768 raw.B@216192:360',
    output: 97.753424,
    gradient: 136.529653,
  },
];

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe.each(shipped)('the recipe of $name', ({ name, hash, places, output, gradient }) => {
  const json = readFileSync(new URL(`../../../../models/${name}/train.json`, import.meta.url), 'utf8');
  const recipe = parseRecipe(JSON.parse(json));
  const plan = planNetwork(recipe.network);

  it('has the hash that its checkpoints bear', () => expect(recipeHash(recipe)).toBe(hash));

  it('has its parameters where its checkpoints have them', () => {
    expect(plan.parameters.map((p) => `${p.name}@${p.offset}:${p.shape.join('x')}`).join(' ')).toBe(places);
  });

  it('computes the same outputs and gradients', async () => {
    const network = new Network(await loadTrainKernels({ variant: 'plain' }), plan);
    const random = Random.fromSeed(3);
    const draw = (): number => random.uniform(-0.2, 0.2);
    network.weights().set(Float32Array.from({ length: plan.floats }, draw));
    const [T, lanes] = [7, 16];
    const inputs = Object.fromEntries(
      Object.entries(recipe.network.inputs).map(([input, F]) => {
        const data = Float32Array.from({ length: T * F * lanes }, () => 5 * draw());
        return [input, { data, T, F, lanes }];
      }),
    );
    const lengths = Int32Array.from({ length: lanes }, (_, lane) => (lane < 13 ? 1 + ((lane * 5) % T) : 0));
    const batch = { size: 13, lanes, inputs, target: 0, ...(plan.inputs.length === 1 ? { lengths } : {}) };
    const [y] = Object.values(network.forward(batch, { dropout: Random.fromSeed(5) }));
    expect(norm(y!.data)).toBeCloseTo(output, 3);
    network.clearGradients();
    const [dy] = Object.values(network.outputGradients());
    const steps = network.outputLengths();
    for (let i = 0; i < dy!.length; i++) {
      const lane = i % lanes;
      const t = Math.floor(i / (y!.F * lanes));
      if (lane < 13 && t < (steps?.[lane] ?? T)) dy![i] = draw();
    }
    network.backward();
    expect(norm(network.gradients())).toBeCloseTo(gradient, 3);
  });
});
