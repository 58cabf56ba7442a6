/** The echo as a worker of a page. */
import * as Comlink from 'comlink';
import { echoHost } from '../border/echoHost.ts';

Comlink.expose(echoHost());
