// Number by number, of floats and of integers. The operation is no constant of the pipeline: a graph has many, and each
// pipeline takes longer to compile than a branch does to run.
// No sine and cosine: WebGPU promises them within 2^-11 only.

@group(0) @binding(1) var<storage, read> operandA: array<f32>;
@group(0) @binding(2) var<storage, read> operandB: array<f32>;
@group(0) @binding(3) var<storage, read> operandC: array<f32>;
@group(0) @binding(4) var<storage, read_write> outcome: array<f32>;

// Abramowitz and Stegun 7.1.26, within 1.5e-7.
fn erf(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - series * exp(-x * x));
}

fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log(1.0 + exp(-abs(x)));
}

// e^x - 1 for x <= 0; near 0 a series, where the difference would lose its digits.
fn elu(x: f32) -> f32 {
  return select(exp(x) - 1.0, x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x / 24.0))), abs(x) < 0.05);
}

// Of a negative number by a whole exponent, which pow does not give.
fn power(base: f32, exponent: f32) -> f32 {
  if (exponent == 0.0) { return 1.0; }
  if (exponent == 2.0) { return base * base; }
  if (exponent == 1.0) { return base; }
  if (base == 0.0) { return select(1.0 / base, 0.0, exponent > 0.0); }
  if (base < 0.0 && floor(exponent) != exponent) { return pow(base, exponent); }
  let size = pow(abs(base), exponent);
  return select(size, -size, base < 0.0 && floor(exponent) % 2.0 != 0.0);
}

fn floatOutcome(a: f32, b: f32, c: f32) -> f32 {
  switch (box.operation) {
    case 0u: { return max(a, 0.0); }
    case 1u: { return tanh1(a); }
    case 2u: { return sigmoid1(a); }
    case 3u: { return a + b; }
    case 4u: { return a - b; }
    case 5u: { return a * b; }
    case 6u: { return a / b; }
    case 7u: { return softplus(a); }
    case 8u: { return a / (1.0 + abs(a)); }
    case 9u: { return select(a, box.alpha * a, a < 0.0); }
    case 10u: { return select(0.0, a, a > box.alpha); }
    case 11u: { return clamp(box.alpha * a + box.beta, 0.0, 1.0); }
    case 12u: { return select(a, box.alpha * elu(min(a, 0.0)), a < 0.0); }
    case 13u: { return select(a, box.alpha * elu(min(a, 0.0) / box.alpha), a < 0.0); }
    case 14u: { return box.beta * select(a, box.alpha * elu(min(a, 0.0)), a < 0.0); }
    case 15u: { return 0.5 * a * (1.0 + erf(a * 0.70710678)); }
    case 16u: { return 0.5 * a * (1.0 + tanh1(0.79788456 * (a + 0.044715 * a * a * a))); }
    case 17u: { return a * clamp(a / 6.0 + 0.5, 0.0, 1.0); }
    case 18u: { return a * tanh1(softplus(a)); }
    case 19u: { return a * sigmoid1(box.alpha * a); }
    case 20u: { return abs(a); }
    case 21u: { return -a; }
    case 22u: { return exp(a); }
    case 23u: { return log(a); }
    case 24u: { return sqrt(a); }
    case 25u: { return 1.0 / a; }
    case 26u: { return floor(a); }
    case 27u: { return ceil(a); }
    case 28u: { return round(a); }
    case 29u: { return sign(a); }
    case 30u: { return erf(a); }
    case 31u: { return power(a, b); }
    case 32u: { return select(a, b * a, a < 0.0); }
    case 33u: { return max(a, b); }
    case 34u: { return min(a, b); }
    case 35u: { return clamp(a, box.alpha, box.beta); }
    case 36u: { return a * b + c; }
    case 37u: { return a * box.alpha; }
    default: { return a; }
  }
}

@compute @workgroup_size(64)
fn floats(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= box.count) { return; }
  let at = placesOf(i);
  outcome[i] = floatOutcome(operandA[at.x], operandB[at.y], operandC[at.z]);
}

@group(0) @binding(1) var<storage, read> wordA: array<u32>;
@group(0) @binding(2) var<storage, read> wordB: array<u32>;
@group(0) @binding(3) var<storage, read> wordC: array<u32>;
@group(0) @binding(4) var<storage, read_write> wordOut: array<u32>;

fn asFloat(word: u32) -> f32 {
  return bitcast<f32>(word);
}

fn truth(condition: bool) -> u32 {
  return select(0u, 1u, condition);
}

// What takes or gives integers, as bits.
fn wordOutcome(a: u32, b: u32, c: u32) -> u32 {
  let m = bitcast<i32>(a);
  let n = bitcast<i32>(b);
  switch (box.operation) {
    case 0u: { return bitcast<u32>(m + n); }
    case 1u: { return bitcast<u32>(m - n); }
    case 2u: { return bitcast<u32>(m * n); }
    case 3u: { return bitcast<u32>(m / n); }
    case 4u: { return bitcast<u32>(max(m, n)); }
    case 5u: { return bitcast<u32>(min(m, n)); }
    case 6u: { return bitcast<u32>(-m); }
    case 7u: { return bitcast<u32>(abs(m)); }
    case 8u: { return truth(m == n); }
    case 9u: { return truth(m < n); }
    case 10u: { return truth(m <= n); }
    case 11u: { return truth(m > n); }
    case 12u: { return truth(m >= n); }
    case 13u: { return truth(m != 0 && n != 0); }
    case 14u: { return truth(m != 0 || n != 0); }
    case 15u: { return truth((m != 0) != (n != 0)); }
    case 16u: { return truth(m == 0); }
    case 17u: { return truth(asFloat(a) == asFloat(b)); }
    case 18u: { return truth(asFloat(a) < asFloat(b)); }
    case 19u: { return truth(asFloat(a) <= asFloat(b)); }
    case 20u: { return truth(asFloat(a) > asFloat(b)); }
    case 21u: { return truth(asFloat(a) >= asFloat(b)); }
    case 22u: { return select(c, b, a != 0u); }
    case 23u: { return bitcast<u32>(f32(m)); }
    case 24u: { return bitcast<u32>(i32(asFloat(a))); }
    case 25u: { return truth(asFloat(a) != 0.0); }
    case 26u: { return truth(m != 0); }
    default: { return a; }
  }
}

@compute @workgroup_size(64)
fn words(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = flatIndex(id, groups);
  if (i >= box.count) { return; }
  let at = placesOf(i);
  wordOut[i] = wordOutcome(wordA[at.x], wordB[at.y], wordC[at.z]);
}
