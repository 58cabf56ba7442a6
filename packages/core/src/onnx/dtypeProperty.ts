/**
 * The metadata property of an ONNX file that says for what a network with int8 weights was trained. `int8a7`: its
 * activations were rounded while it learned as a 7-bit engine rounds them, each row x that meets a matrix to
 * `round(x * 63 / m) * m / 63` with m the largest |x| of that row and ties to even. Without the property, or with
 * another value, nothing was said.
 */
export const DTYPE_PROPERTY = 'rivulet.dtype';
