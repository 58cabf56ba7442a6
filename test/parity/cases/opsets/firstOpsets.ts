/**
 * The version of the operator set that an operator is there from, where that is not the first that the engine takes
 * (ONNX, docs/Changelog.md).
 */
export const FIRST_OPSETS: Readonly<Record<string, number>> = {
  ...{ Expand: 8 },
  ...{ ConstantOfShape: 9, Cosh: 9, Erf: 9, IsNaN: 9, OneHot: 9, Sign: 9, Sinh: 9, Where: 9 },
  ...{ DequantizeLinear: 10, IsInf: 10, MatMulInteger: 10, Mod: 10, QuantizeLinear: 10, ReverseSequence: 10 },
  ...{ ThresholdedRelu: 10 },
  ...{ CumSum: 11, DynamicQuantizeLinear: 11, GatherElements: 11, GatherND: 11, Range: 11, Round: 11 },
  ...{ ScatterElements: 11, ScatterND: 11 },
  // It is there from 10 on, with other inputs and places: that form is refused.
  ...{ Resize: 11 },
  ...{ Celu: 12, Einsum: 12, GreaterOrEqual: 12, LessOrEqual: 12 },
  ...{ HardSwish: 14, Trilu: 14 },
  ...{ LayerNormalization: 17 },
  ...{ GroupNormalization: 18, Mish: 18 },
  ...{ Gelu: 20 },
  ...{ RMSNormalization: 23 },
  ...{ Swish: 24 },
};

/** Operators that onnxruntime 1.30 refuses at a version, so that nothing is there to compare with. */
export const NOT_IN_ONNXRUNTIME: Readonly<Record<string, readonly number[]>> = { Swish: [25] };
