// @ts-check
/**
 * Waiting between attempts: longer each time, a little by chance (so that a thousand phones don't come back in the
 * same second), and cut short when the network is back or the citizen returns to the page.
 */

const SHORTEST = 500;
const LONGEST = 15_000;

export class Patience {
  #failures = 0;
  /** @type {(() => void) | null} */
  #wake = null;

  constructor() {
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  get failures() {
    return this.#failures;
  }

  succeeded() {
    this.#failures = 0;
  }

  /** Wait after one more failure. */
  async failed() {
    const wait = Math.min(LONGEST, SHORTEST * 2 ** this.#failures);
    this.#failures += 1;
    await this.sleep(wait * (0.75 + Math.random() / 2));
  }

  /** @param {number} milliseconds */
  async sleep(milliseconds) {
    await new Promise((/** @type {(value: void) => void} */ resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
    this.#wake = null;
  }

  wake() {
    this.#wake?.();
  }
}
