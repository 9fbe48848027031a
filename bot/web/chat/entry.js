// @ts-check
/**
 * One message as it is seen: whose it is, its words, and what is said of its sending. DOM calls only.
 */

import { line } from "./elements.js";
import { putText } from "./richtext.js";
import { WORDS } from "./words.js";

/** @import { Author } from "./api.js" */

export class Entry {
  /** Whether there is a photo in it. */
  photo = false;
  /** Whether it is a tapped button, which keeps the words that were tapped. */
  titled = false;
  /** @type {HTMLElement | null} */
  #words = null;
  /** @type {HTMLElement | null} */
  #status = null;

  /**
   * @param {Author} author
   * @param {number} order
   * @param {HTMLElement} outer deep-chat's element of the whole message
   * @param {Element} slot its bubble's inside
   */
  constructor(author, order, outer, slot) {
    this.author = author;
    this.order = order;
    this.outer = outer;
    this.slot = slot;
    outer.dataset.author = author;
    outer.setAttribute("role", "group");
    outer.setAttribute("aria-label", WORDS[author] ?? WORDS.system);
  }

  /**
   * Show `text`, unless it says nothing or the same already.
   *
   * @param {string} text
   */
  setText(text) {
    if (!text || this.#words?.textContent === text) return;
    this.#words ??= line("words", "");
    this.#words.textContent = "";
    putText(this.#words, text, this.author === "assistant" || this.author === "agent");
    this.slot.append(this.#words);
  }

  /**
   * Show `text` with nothing in it to tap.
   *
   * @param {string} text
   */
  setPlain(text) {
    this.#words = line("words", text);
    this.slot.append(this.#words);
  }

  /**
   * What is said under an own message: nothing once it is stored.
   *
   * @param {string} text
   * @param {"busy" | "bad"} kind
   */
  setStatus(text, kind = "busy") {
    if (!text) {
      this.#status?.remove();
      this.#status = null;
      return;
    }
    if (!this.#status) this.outer.append((this.#status = line("", "")));
    this.#status.className = `status ${kind}`;
    this.#status.textContent = text;
    // How far a photo is on its way isn't read out at every step.
    this.#status.setAttribute("aria-live", kind === "bad" ? "polite" : "off");
  }
}
