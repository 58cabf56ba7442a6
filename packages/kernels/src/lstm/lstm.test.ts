import { recurrentSuite } from '../testing/recurrentSuite.ts';

recurrentSuite('lstm');
