// Layer normalisation over the features of each step and lane (Ba, Kiros and Hinton 2016), the lanes side by side.

/**
 * y[T][F][B] = (x - mean) / sqrt(variance + eps) * gain[F] + bias[F]; mean and rstd [T][B] are kept for backward.
 */
export function layerNormForward(
  T: i32,
  F: i32,
  B: i32,
  x: usize,
  gain: usize,
  bias: usize,
  eps: f32,
  y: usize,
  mean: usize,
  rstd: usize,
): void {
  const row = <usize>B << 2;
  const part = f32x4.splat(1 / <f32>F);
  for (let t = 0; t < T; t++) {
    for (let lane: usize = 0; lane < row; lane += 16) {
      let sum = f32x4.splat(0);
      let from = x + lane;
      for (let f = 0; f < F; f++, from += row) sum = f32x4.add(sum, v128.load(from));
      const centre = f32x4.mul(sum, part);
      // A second pass over what the cache holds: E[x^2] - E[x]^2 would cancel.
      let squares = f32x4.splat(0);
      from = x + lane;
      for (let f = 0; f < F; f++, from += row) {
        const d = f32x4.sub(v128.load(from), centre);
        squares = f32x4.add(squares, f32x4.mul(d, d));
      }
      const spread = f32x4.add(f32x4.mul(squares, part), f32x4.splat(eps));
      const inverse = f32x4.div(f32x4.splat(1), f32x4.sqrt(spread));
      v128.store(mean + lane, centre);
      v128.store(rstd + lane, inverse);
      from = x + lane;
      let to = y + lane;
      for (let f = 0; f < F; f++, from += row, to += row) {
        const hat = f32x4.mul(f32x4.sub(v128.load(from), centre), inverse);
        const g = v128.load_splat<f32>(gain + (<usize>f << 2));
        v128.store(to, f32x4.add(f32x4.mul(hat, g), v128.load_splat<f32>(bias + (<usize>f << 2))));
      }
    }
    x += row * <usize>F;
    y += row * <usize>F;
    mean += row;
    rstd += row;
  }
}

/**
 * With hat = (x - mean) rstd and g = gain dy: dx += rstd (g - mean of g - hat * mean of g hat), absent when 0;
 * dgain[F] += sum of dy hat. The gradient of the bias is the sum of dy (rowSums).
 */
export function layerNormBackward(
  T: i32,
  F: i32,
  B: i32,
  x: usize,
  gain: usize,
  mean: usize,
  rstd: usize,
  dy: usize,
  dx: usize,
  dgain: usize,
): void {
  const row = <usize>B << 2;
  const part = f32x4.splat(1 / <f32>F);
  const step = row * <usize>F;
  for (let t = 0; t < T; t++) {
    for (let lane: usize = 0; dx && lane < row; lane += 16) {
      const centre = v128.load(mean + lane);
      const inverse = v128.load(rstd + lane);
      let sum = f32x4.splat(0);
      let along = f32x4.splat(0);
      let at = lane;
      for (let f = 0; f < F; f++, at += row) {
        const g = f32x4.mul(v128.load(dy + at), v128.load_splat<f32>(gain + (<usize>f << 2)));
        const hat = f32x4.mul(f32x4.sub(v128.load(x + at), centre), inverse);
        sum = f32x4.add(sum, g);
        along = f32x4.add(along, f32x4.mul(g, hat));
      }
      sum = f32x4.mul(sum, part);
      along = f32x4.mul(along, part);
      at = lane;
      for (let f = 0; f < F; f++, at += row) {
        const g = f32x4.mul(v128.load(dy + at), v128.load_splat<f32>(gain + (<usize>f << 2)));
        const hat = f32x4.mul(f32x4.sub(v128.load(x + at), centre), inverse);
        const slope = f32x4.sub(f32x4.sub(g, sum), f32x4.mul(hat, along));
        v128.store(dx + at, f32x4.add(v128.load(dx + at), f32x4.mul(inverse, slope)));
      }
    }
    for (let f = 0; f < F; f++) {
      const at = row * <usize>f;
      let sum = f32x4.splat(0);
      for (let lane: usize = 0; lane < row; lane += 16) {
        const hat = f32x4.mul(
          f32x4.sub(v128.load(x + at + lane), v128.load(mean + lane)),
          v128.load(rstd + lane),
        );
        sum = f32x4.add(sum, f32x4.mul(hat, v128.load(dy + at + lane)));
      }
      const to = dgain + (<usize>f << 2);
      store<f32>(
        to,
        load<f32>(to) +
          (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) +
          (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)),
      );
    }
    x += step;
    dy += step;
    if (dx) dx += step;
    mean += row;
    rstd += row;
  }
}
