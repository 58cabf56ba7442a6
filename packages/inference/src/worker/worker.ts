/** The worker's script: a host that reads by fetch. */
import * as Comlink from 'comlink';
import { fetchBytes } from '../load/fetchBytes.ts';
import { createHost } from './host.ts';

Comlink.expose(createHost(fetchBytes));
