// A whole RNN, LSTM or GRU layer, every step of it in one dispatch: a workgroup runs one direction of LANES
// sequences, whose states stay in its memory. Threads first multiply, one row of R each for PRODUCTS gates of WIDTH
// units at a time, then compute the cell, four units of one sequence each.

// As in infer/recurrentLayer.ts: 0 tanh, 1 relu, 2 LSTM, 3 GRU, 4 GRU that resets before its product.
override CELL: u32 = 2;
override GATES: u32 = 4;
override PRODUCTS: u32 = 4;
override LANES: u32 = 1;
override WIDTH: u32 = 64;
override LAYER_THREADS: u32 = 256;
// PRODUCTS * LANES * WIDTH
override SUMS: u32 = 256;
// Two states of LANES sequences, in vectors of four units.
override STATES: u32 = 32;

struct Layer {
  steps: u32,
  batch: u32,
  hidden: u32,
  // hidden / 4, rounded up
  quads: u32,
  directions: u32,
  // Bit d: direction d runs from the end.
  backward: u32,
  // 1: lengths, 2: h, 4: c are given; 8: y is wanted.
  has: u32,
  yStep: u32,
  yRow: u32,
  yDirection: u32,
}

@group(0) @binding(0) var<uniform> layer: Layer;
// [steps, batch, directions, GATES * hidden]: W x and the biases.
@group(0) @binding(1) var<storage, read> fromInput: array<f32>;
// [directions, quads, GATES * hidden] of four columns of R each.
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
// [directions, hidden]: what a GRU adds to its last product.
@group(0) @binding(3) var<storage, read> stateBias: array<f32>;
@group(0) @binding(4) var<storage, read> lengths: array<i32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
// [directions, batch, hidden]: initial states, where there are some, and in their place the final ones.
@group(0) @binding(6) var<storage, read_write> h: array<f32>;
// c of an LSTM; z of a GRU between its two products.
@group(0) @binding(7) var<storage, read_write> c: array<f32>;

// Single numbers: a thread that writes one part of a vector may write all of it.
var<workgroup> sums: array<f32, SUMS>;
var<workgroup> states: array<vec4<f32>, STATES>;

fn multiplyState(thread: u32, direction: u32, firstGate: u32, gates: u32, firstUnit: u32, state: u32) {
  let gate = thread / WIDTH;
  let unit = firstUnit + thread % WIDTH;
  if (gate >= gates || unit >= layer.hidden) { return; }
  let rows = GATES * layer.hidden;
  var at = direction * layer.quads * rows + (firstGate + gate) * layer.hidden + unit;
  var sum = vec4<f32>();
  for (var k = 0u; k < layer.quads; k++) {
    let row = weights[at];
    sum.x += dot(row, states[state + k]);
    if (LANES > 1u) { sum.y += dot(row, states[state + layer.quads + k]); }
    if (LANES > 2u) {
      sum.z += dot(row, states[state + 2u * layer.quads + k]);
      sum.w += dot(row, states[state + 3u * layer.quads + k]);
    }
    at += rows;
  }
  let to = gate * LANES * WIDTH + thread % WIDTH;
  sums[to] = sum.x;
  if (LANES > 1u) { sums[to + WIDTH] = sum.y; }
  if (LANES > 2u) {
    sums[to + 2u * WIDTH] = sum.z;
    sums[to + 3u * WIDTH] = sum.w;
  }
}

fn stateSum(gate: u32, lane: u32, quad: u32) -> vec4<f32> {
  let at = (gate * LANES + lane) * WIDTH + 4u * quad;
  return vec4<f32>(sums[at], sums[at + 1u], sums[at + 2u], sums[at + 3u]);
}

fn inputSum(place: u32, gate: u32) -> vec4<f32> {
  let at = place + gate * layer.hidden;
  return vec4<f32>(fromInput[at], fromInput[at + 1u], fromInput[at + 2u], fromInput[at + 3u]);
}

// Numbers of the next sequence, for units that do not exist, are masked where states are kept.
fn existing(unit: u32, values: vec4<f32>) -> vec4<f32> {
  return select(vec4<f32>(), values, vec4<u32>(unit) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(layer.hidden));
}

fn keptAt(at: u32) -> vec4<f32> {
  return vec4<f32>(c[at], c[at + 1u], c[at + 2u], c[at + 3u]);
}

fn keep(at: u32, unit: u32, values: vec4<f32>) {
  for (var i = 0u; i < 4u && unit + i < layer.hidden; i++) { c[at + i] = values[i]; }
}

fn show(at: u32, unit: u32, values: vec4<f32>) {
  for (var i = 0u; i < 4u && unit + i < layer.hidden; i++) { y[at + i] = values[i]; }
}

// New units of one sequence from the old ones. `place` is where its gates begin in fromInput, `at` its place in c.
fn cell(place: u32, at: u32, direction: u32, unit: u32, lane: u32, quad: u32, old: vec4<f32>) -> vec4<f32> {
  if (CELL == 2u) {
    let i = sigmoid4(inputSum(place, 0u) + stateSum(0u, lane, quad));
    let f = sigmoid4(inputSum(place, 2u) + stateSum(2u, lane, quad));
    let fresh = tanh4(inputSum(place, 3u) + stateSum(3u, lane, quad));
    let next = f * keptAt(at) + i * fresh;
    keep(at, unit, next);
    return sigmoid4(inputSum(place, 1u) + stateSum(1u, lane, quad)) * tanh4(next);
  }
  if (CELL == 3u) {
    let bias = direction * layer.hidden + unit;
    let z = sigmoid4(inputSum(place, 0u) + stateSum(0u, lane, quad));
    let r = sigmoid4(inputSum(place, 1u) + stateSum(1u, lane, quad));
    let reset = stateSum(2u, lane, quad)
      + vec4<f32>(stateBias[bias], stateBias[bias + 1u], stateBias[bias + 2u], stateBias[bias + 3u]);
    let fresh = tanh4(inputSum(place, 2u) + r * reset);
    return fresh + z * (old - fresh);
  }
  if (CELL == 4u) {
    let fresh = tanh4(inputSum(place, 2u) + stateSum(0u, lane, quad));
    return fresh + keptAt(at) * (old - fresh);
  }
  let sum = inputSum(place, 0u) + stateSum(0u, lane, quad);
  return select(tanh4(sum), max(sum, vec4<f32>()), CELL == 1u);
}

@compute @workgroup_size(LAYER_THREADS)
fn recurrent(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let direction = group.y;
  let first = group.x * LANES;
  let quadsWide = WIDTH / 4u;
  let reverse = (layer.backward & (1u << direction)) != 0u;
  for (var i = thread; i < LANES * layer.quads; i += LAYER_THREADS) {
    let b = first + i / layer.quads;
    let unit = 4u * (i % layer.quads);
    let at = (direction * layer.batch + b) * layer.hidden + unit;
    var state = vec4<f32>();
    if ((layer.has & 2u) != 0u && b < layer.batch) {
      state = existing(unit, vec4<f32>(h[at], h[at + 1u], h[at + 2u], h[at + 3u]));
    }
    states[i] = state;
    states[LANES * layer.quads + i] = vec4<f32>();
  }
  var now = 0u;
  var other = LANES * layer.quads;
  workgroupBarrier();
  for (var s = 0u; s < layer.steps; s++) {
    let t = select(s, layer.steps - 1u - s, reverse);
    if (CELL == 4u) {
      // z is kept, r h is what the last gate is multiplied by.
      for (var u = 0u; u < layer.hidden; u += WIDTH) {
        multiplyState(thread, direction, 0u, 2u, u, now);
        workgroupBarrier();
        for (var i = thread; i < LANES * quadsWide; i += LAYER_THREADS) {
          let lane = i / quadsWide;
          let b = first + lane;
          let unit = u + 4u * (i % quadsWide);
          if (b < layer.batch && unit < layer.hidden) {
            let place = ((t * layer.batch + b) * layer.directions + direction) * GATES * layer.hidden + unit;
            let state = lane * layer.quads + unit / 4u;
            let z = sigmoid4(inputSum(place, 0u) + stateSum(0u, lane, i % quadsWide));
            let r = sigmoid4(inputSum(place, 1u) + stateSum(1u, lane, i % quadsWide));
            keep((direction * layer.batch + b) * layer.hidden + unit, unit, z);
            states[other + state] = existing(unit, r * states[now + state]);
          }
        }
        workgroupBarrier();
      }
    }
    for (var u = 0u; u < layer.hidden; u += WIDTH) {
      if (CELL == 4u) {
        multiplyState(thread, direction, 2u, 1u, u, other);
      } else {
        multiplyState(thread, direction, 0u, GATES, u, now);
      }
      workgroupBarrier();
      for (var i = thread; i < LANES * quadsWide; i += LAYER_THREADS) {
        let lane = i / quadsWide;
        let b = first + lane;
        let unit = u + 4u * (i % quadsWide);
        if (b < layer.batch && unit < layer.hidden) {
          let place = ((t * layer.batch + b) * layer.directions + direction) * GATES * layer.hidden + unit;
          let at = (direction * layer.batch + b) * layer.hidden + unit;
          let state = lane * layer.quads + unit / 4u;
          let old = states[now + state];
          if (CELL == 2u && s == 0u && (layer.has & 4u) == 0u) { keep(at, unit, vec4<f32>()); }
          // Past its end a sequence keeps its state and shows zeros; in reverse it so starts at its last step.
          let ended = (layer.has & 1u) != 0u && i32(t) >= lengths[b];
          var next = old;
          if (!ended) { next = existing(unit, cell(place, at, direction, unit, lane, i % quadsWide, old)); }
          states[select(other, now, CELL == 4u) + state] = next;
          if ((layer.has & 8u) != 0u) {
            let to = t * layer.yStep + b * layer.yRow + direction * layer.yDirection + unit;
            show(to, unit, select(next, vec4<f32>(), ended));
          }
        }
      }
      workgroupBarrier();
    }
    if (CELL != 4u) {
      let swap = now;
      now = other;
      other = swap;
    }
  }
  for (var i = thread; i < LANES * layer.quads; i += LAYER_THREADS) {
    let b = first + i / layer.quads;
    let unit = 4u * (i % layer.quads);
    let at = (direction * layer.batch + b) * layer.hidden + unit;
    if (b < layer.batch) {
      for (var j = 0u; j < 4u && unit + j < layer.hidden; j++) { h[at + j] = states[now + i][j]; }
      // No step ran that would have made it zero.
      if (CELL == 2u && layer.steps == 0u && (layer.has & 4u) == 0u) { keep(at, unit, vec4<f32>()); }
    }
  }
}
