// @ts-check
/**
 * The line at the head of the page that tells of a lost connection, for as long as any part has trouble. A short one is
 * never told.
 */

import { byId } from "./elements.js";
import { WORDS } from "./words.js";

/** @import { ApiError } from "./api.js" */

const SHOWN_AFTER = 1_200;

export class Banner {
  #line = byId("banner", HTMLElement);
  /** @type {Map<string, ApiError | undefined>} The last error of each part that has trouble. */
  #trouble = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {"outbox" | "feed"} part
   * @param {boolean} ok
   * @param {ApiError} [error]
   */
  reachable(part, ok, error) {
    if (ok) this.#trouble.delete(part);
    else this.#trouble.set(part, error);
    if (this.#trouble.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#line.hidden = true;
    } else if (!this.#timer) {
      this.#timer = setTimeout(() => this.show(), navigator.onLine ? SHOWN_AFTER : 0);
    }
  }

  /** At once: the browser itself has said that it is offline. */
  show() {
    const said = [...this.#trouble.values()].map((error) => error?.message).find(Boolean);
    this.#line.textContent = said || WORDS.lost;
    this.#line.hidden = false;
  }
}
