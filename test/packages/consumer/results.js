// The same calls on every platform, on plain SIMD: the answers must be the same to the last bit.
export async function results(loadForecaster, loadModel, models) {
  const forecaster = await loadForecaster(`${models}sensor-forecaster/`, { variant: 'plain' });
  const y = Float32Array.from({ length: 300 }, (_, t) => 20 + 5 * Math.sin((2 * Math.PI * t) / 24));
  const { median } = await forecaster.predict({ y, horizon: 24, levels: [80] });
  const model = await loadModel(`${models}handwriting-en/model.int8.onnx`, { variant: 'plain' });
  const { logits } = await model.run({ x: { data: new Float32Array(280).fill(1), shape: [40, 1, 7] } });
  await forecaster.dispose();
  await model.dispose();
  return { engine: model.engine, median: [...median], shape: logits.shape, logits: [...logits.data] };
}
