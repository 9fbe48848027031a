// @ts-check
/**
 * What of the conversation is in sight: whoever reads the newest message goes on seeing it when another one comes, the
 * keyboard opens or a photo arrives. Only a hand moves it up; what lies below is said by a button.
 */

import { More } from "./more.js";

const NEAR_END = 80;
const AT_END = 8;

export class Sight {
  #log;
  #more;
  #resized;
  #pinned = true;
  #top = 0;

  /**
   * @param {HTMLElement} log what scrolls
   * @param {HTMLElement} input the line below it
   */
  constructor(log, input) {
    this.#log = log;
    this.#more = new More(log, input);
    log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#resized = new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
      this.#more.update();
    });
    this.#resized.observe(log);
  }

  get atEnd() {
    return this.#pinned || this.#toGo() < NEAR_END;
  }

  /**
   * See to it that what grows in `list` moves nothing out of sight.
   *
   * @param {Element} list
   */
  watch(list) {
    this.#resized.observe(list);
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /**
   * Bring a new message into sight, where it should be.
   *
   * @param {HTMLElement} message
   * @param {boolean} own whether this person has just sent it
   * @param {boolean} atEnd whether the end was in sight before it came
   */
  follow(message, own, atEnd) {
    if (!atEnd && !own) return;
    // An answer that is taller than the screen is read from its beginning.
    const tall = !own && message.offsetHeight > this.#log.clientHeight - 24;
    this.#pinned = !tall;
    if (!tall) return this.toEnd();
    const above = message.getBoundingClientRect().top - this.#log.getBoundingClientRect().top;
    this.#log.scrollTop += above - 12;
  }

  /** Come back to where it is now, after whoever else scrolls in a timer that is set already. */
  hold() {
    const [goal, pinned] = [this.#log.scrollTop, this.#pinned];
    setTimeout(() => (pinned ? this.toEnd() : (this.#log.scrollTop = goal)));
  }

  /** A photo that comes in moves the end away, a hand moves the conversation up. */
  #scrolled() {
    const top = this.#log.scrollTop;
    if (this.#toGo() < AT_END) this.#pinned = true;
    else if (top < this.#top) this.#pinned = false;
    this.#top = top;
    this.#more.update();
  }

  #toGo() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }
}
