/** Operators that other frameworks' exporters put around a recurrent network, against onnxruntime-web. */
import { it } from 'vitest';
import { FOREIGN_OPERATORS } from './cases/foreignOperators.ts';
import { compare } from './compareOperator.ts';

it.each(FOREIGN_OPERATORS)('$name', compare);
