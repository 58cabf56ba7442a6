/** A DOMException where the platform has them; elsewhere an Error of that name. */
export function domException(name: string, message: string, cause?: unknown): Error {
  const error =
    typeof DOMException === 'function' ? new DOMException(message, name) : namedError(name, message);
  // DOMException's constructor takes no cause in every browser.
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: cause, configurable: true });
  return error;
}

function namedError(name: string, message: string): Error {
  return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true });
}
