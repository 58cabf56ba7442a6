/** Conv and pooling in front of a recurrent network, against onnxruntime-web. */
import { it } from 'vitest';
import { WINDOW_OPERATORS } from './cases/windowOperators.ts';
import { compare } from './compareOperator.ts';

it.each(WINDOW_OPERATORS)('$name', compare);
