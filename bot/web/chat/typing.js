// @ts-check
/**
 * The sign that an answer is on its way. A very quick answer never shows it, and it isn't read out.
 */

import { line } from "./elements.js";
import { WORDS } from "./words.js";

const DELAY = 300;

export class Typing {
  /** @type {HTMLElement | null} */
  #element = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** What is shown just now, or null. */
  get element() {
    return this.#element;
  }

  /**
   * Have it put in its place after a while, unless it is there.
   *
   * @param {() => void} show
   */
  showSoon(show) {
    clearTimeout(this.#timer);
    if (!this.#element) this.#timer = setTimeout(show, DELAY);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#element?.remove();
    this.#element = null;
  }

  /**
   * The sign itself, new.
   *
   * @param {boolean} photo whether it is a photo that is being looked at
   */
  shown(photo) {
    const [sign, dots] = [line("typing", ""), line("dots", "", "span")];
    sign.setAttribute("aria-hidden", "true");
    dots.append(line("", ""), line("", ""), line("", ""));
    sign.append(dots, line("typing-words", photo ? WORDS.looking : WORDS.typing));
    this.#element = sign;
    return sign;
  }
}
