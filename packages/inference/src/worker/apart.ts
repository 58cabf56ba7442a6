/** What a listener throws is its caller's, and no failure of what it listens to. */
export function apart<T>(listener: (told: T) => void): (told: T) => void {
  return (told) => {
    try {
      listener(told);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  };
}
