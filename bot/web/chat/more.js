// @ts-check
/**
 * The button that says that there is more below what is seen, and goes there by a screen: on a small phone the buttons
 * of a long answer lie there, and nothing else would tell.
 */

import { WORDS } from "./words.js";

const WORTH_SAYING = 24;
const KEPT_IN_SIGHT = 60;
const FAR = 3;

export class More {
  #log;
  #button = document.createElement("button");

  /**
   * @param {HTMLElement} log what scrolls
   * @param {HTMLElement} line what the button stands above
   */
  constructor(log, line) {
    this.#log = log;
    this.#button.type = "button";
    this.#button.className = "more";
    this.#button.textContent = WORDS.more;
    this.#button.hidden = true;
    this.#button.addEventListener("click", () => this.#go());
    line.prepend(this.#button);
  }

  /** To be called when the conversation was moved or has grown. */
  update() {
    this.#button.hidden = this.#toGo() < WORTH_SAYING;
  }

  #go() {
    const screen = this.#log.clientHeight;
    const far = this.#toGo() > FAR * screen;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = far ? this.#log.scrollHeight : this.#log.scrollTop + screen - KEPT_IN_SIGHT;
    this.#log.scrollTo({ top, behavior: far || calm ? "auto" : "smooth" });
  }

  #toGo() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }
}
