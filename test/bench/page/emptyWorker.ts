/** Says when its first line ran, on the clock that pages and workers share. */
postMessage(performance.timeOrigin + performance.now());
