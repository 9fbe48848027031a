// @ts-check
/**
 * The buttons under a message: what is tapped is told once, however the finger trembles. Links open in a new tab.
 */

import { outsideLink } from "./richtext.js";
import { WORDS } from "./words.js";

const DOUBLE_TAP = 800;
const SLIPPED_TAP = 300;

/** @import { Button } from "./api.js" */

export class Choices {
  #tap;
  #last = { payload: /** @type {string | undefined} */ (undefined), at: 0 };

  /**
   * `tap` gets the {title, payload} of what was tapped.
   *
   * @param {(button: Button) => void} tap
   */
  constructor(tap) {
    this.#tap = tap;
  }

  /**
   * The element that shows the buttons of one message.
   *
   * @param {readonly Button[]} buttons
   */
  shown(buttons) {
    const group = document.createElement("div");
    group.className = "choices";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", WORDS.choices);
    for (const { title, payload, url } of buttons) {
      const choice = url ? outsideLink(url, title) : this.#button({ title, payload });
      if (!choice) continue;
      choice.classList.add("choice");
      group.append(choice);
    }
    return group;
  }

  /** @param {Button} told */
  #button(told) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = told.title;
    button.addEventListener("click", () => this.#tapped(told));
    return button;
  }

  /** @param {Button} button */
  #tapped(button) {
    const now = Date.now();
    // Whatever button it hits: after the first tap the page has moved, and the second lands on another one.
    const since = now - this.#last.at;
    if (since < SLIPPED_TAP || (since < DOUBLE_TAP && this.#last.payload === button.payload)) return;
    this.#last = { payload: button.payload, at: now };
    this.#tap(button);
  }
}
