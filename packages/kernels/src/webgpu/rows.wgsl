// What looks at a whole row: softmax and the normalisations. A workgroup takes a row, whose numbers lie `step` apart.

struct Rows {
  rows: u32,
  width: u32,
  // Rows that begin next to each other; they are width * inner apart from the next ones.
  inner: u32,
  // Softmax: 1 for its logarithm. Normalisation: scales repeat after as many numbers (LayerNormalization), or 0:
  // a row has one of them, of `channels` (InstanceNormalization).
  kind: u32,
  channels: u32,
  biased: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> rowsOf: Rows;
@group(0) @binding(1) var<storage, read> rowsIn: array<f32>;
@group(0) @binding(2) var<storage, read_write> rowsOut: array<f32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read> biases: array<f32>;

var<workgroup> parts: array<f32, 64>;

fn sumOfParts(thread: u32, mine: f32) -> f32 {
  parts[thread] = mine;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (thread < half) { parts[thread] += parts[thread + half]; }
    workgroupBarrier();
  }
  let all = parts[0];
  workgroupBarrier();
  return all;
}

fn largestOfParts(thread: u32, mine: f32) -> f32 {
  parts[thread] = mine;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (thread < half) { parts[thread] = max(parts[thread], parts[thread + half]); }
    workgroupBarrier();
  }
  let all = parts[0];
  workgroupBarrier();
  return all;
}

@compute @workgroup_size(64)
fn softmax(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.y * groups.x + group.x;
  let inner = rowsOf.inner;
  let start = (row / inner) * rowsOf.width * inner + row % inner;
  let here = row < rowsOf.rows;
  var most = -3.4e38;
  if (here) {
    for (var i = thread; i < rowsOf.width; i += 64u) { most = max(most, rowsIn[start + i * inner]); }
  }
  most = largestOfParts(thread, most);
  var sum = 0.0;
  if (here) {
    for (var i = thread; i < rowsOf.width; i += 64u) { sum += exp(rowsIn[start + i * inner] - most); }
  }
  sum = sumOfParts(thread, sum);
  if (!here) { return; }
  for (var i = thread; i < rowsOf.width; i += 64u) {
    let x = rowsIn[start + i * inner] - most;
    if (rowsOf.kind == 1u) {
      rowsOut[start + i * inner] = x - log(sum);
    } else {
      rowsOut[start + i * inner] = exp(x) / sum;
    }
  }
}

@compute @workgroup_size(64)
fn normalise(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.y * groups.x + group.x;
  let here = row < rowsOf.rows;
  let start = row * rowsOf.width;
  let n = f32(rowsOf.width);
  var sum = 0.0;
  if (here) {
    for (var i = thread; i < rowsOf.width; i += 64u) { sum += rowsIn[start + i]; }
  }
  let mean = sumOfParts(thread, sum) / n;
  var squares = 0.0;
  if (here) {
    for (var i = thread; i < rowsOf.width; i += 64u) {
      let off = rowsIn[start + i] - mean;
      squares += off * off;
    }
  }
  let scale = inverseSqrt(sumOfParts(thread, squares) / n + rowsOf.epsilon);
  if (!here) { return; }
  for (var i = thread; i < rowsOf.width; i += 64u) {
    var at = row % rowsOf.channels;
    if (rowsOf.kind != 0u) { at = i % rowsOf.kind; }
    var value = (rowsIn[start + i] - mean) * scale * scales[at];
    if (rowsOf.biased != 0u) { value += biases[at]; }
    rowsOut[start + i] = value;
  }
}
