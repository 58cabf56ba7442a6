// to [rows, columns] = alpha a [rows, depth] . b [depth, columns] + beta bias, for any strides of a, b and bias, and for
// as many matrices as the third dimension of the grid counts. A thread makes four rows of four columns; a workgroup
// brings the parts of a and b that it needs into its own memory, 8 of the depth at a time.

// Threads of a workgroup.
override DOWN: u32 = 16;
override ACROSS: u32 = 16;
// 8 * DOWN, 8 * ACROSS
override LEFT: u32 = 128;
override RIGHT: u32 = 128;
const DEPTH = 8u;

struct Product {
  rows: u32,
  columns: u32,
  depth: u32,
  aStart: u32,
  aRow: u32,
  aStep: u32,
  aMatrix: u32,
  bStart: u32,
  bRow: u32,
  bStep: u32,
  bMatrix: u32,
  biasRow: u32,
  biasStep: u32,
  toStart: u32,
  alpha: f32,
  // 0: no bias.
  beta: f32,
}

@group(0) @binding(0) var<uniform> sizes: Product;
@group(0) @binding(1) var<storage, read> factorA: array<f32>;
@group(0) @binding(2) var<storage, read> factorB: array<f32>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

var<workgroup> left: array<vec4<f32>, LEFT>;
var<workgroup> right: array<vec4<f32>, RIGHT>;

fn leftAt(matrix: u32, row: u32, k: u32) -> f32 {
  if (row >= sizes.rows || k >= sizes.depth) { return 0.0; }
  return factorA[sizes.aStart + matrix * sizes.aMatrix + row * sizes.aRow + k * sizes.aStep];
}

fn rightAt(matrix: u32, k: u32, column: u32) -> f32 {
  if (column >= sizes.columns || k >= sizes.depth) { return 0.0; }
  return factorB[sizes.bStart + matrix * sizes.bMatrix + k * sizes.bRow + column * sizes.bStep];
}

fn storeRow(matrix: u32, row: u32, column: u32, sums: vec4<f32>) {
  if (row >= sizes.rows) { return; }
  for (var i = 0u; i < 4u && column + i < sizes.columns; i++) {
    var value = sizes.alpha * sums[i];
    if (sizes.beta != 0.0) {
      value += sizes.beta * addend[row * sizes.biasRow + (column + i) * sizes.biasStep];
    }
    result[sizes.toStart + (matrix * sizes.rows + row) * sizes.columns + column + i] = value;
  }
}

@compute @workgroup_size(ACROSS, DOWN)
fn product(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let firstRow = group.y * DOWN * 4u;
  let firstColumn = group.x * ACROSS * 4u;
  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  for (var k = 0u; k < sizes.depth; k += DEPTH) {
    for (var i = thread; i < LEFT; i += ACROSS * DOWN) {
      let row = firstRow + 4u * (i / DEPTH);
      let at = k + i % DEPTH;
      left[(i % DEPTH) * DOWN + i / DEPTH] = vec4<f32>(
        leftAt(group.z, row, at), leftAt(group.z, row + 1u, at),
        leftAt(group.z, row + 2u, at), leftAt(group.z, row + 3u, at),
      );
    }
    for (var i = thread; i < RIGHT; i += ACROSS * DOWN) {
      let column = firstColumn + 4u * (i % ACROSS);
      let at = k + i / ACROSS;
      right[i] = vec4<f32>(
        rightAt(group.z, at, column), rightAt(group.z, at, column + 1u),
        rightAt(group.z, at, column + 2u), rightAt(group.z, at, column + 3u),
      );
    }
    workgroupBarrier();
    for (var d = 0u; d < DEPTH; d++) {
      let a = left[d * DOWN + local.y];
      let b = right[d * ACROSS + local.x];
      sum0 += a.x * b;
      sum1 += a.y * b;
      sum2 += a.z * b;
      sum3 += a.w * b;
    }
    workgroupBarrier();
  }
  let row = firstRow + 4u * local.y;
  let column = firstColumn + 4u * local.x;
  storeRow(group.z, row, column, sum0);
  storeRow(group.z, row + 1u, column, sum1);
  storeRow(group.z, row + 2u, column, sum2);
  storeRow(group.z, row + 3u, column, sum3);
}
