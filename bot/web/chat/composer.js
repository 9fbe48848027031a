// @ts-check
/**
 * The input line of deep-chat with this page's own sending: Enter and the send button are caught before deep-chat sees
 * them, because deep-chat shows what was typed as Markdown and blocks the line until an answer is there.
 */

import { found } from "./elements.js";
import { WORDS } from "./words.js";

const LONGEST = 20_000;

export class Composer {
  #input;

  /**
   * @param {ShadowRoot} root deep-chat's
   * @param {{ text: (text: string) => void, tooLong: () => void }} events
   */
  constructor(root, events) {
    this.#input = found(root, "#text-input");
    const button = found(root, "#input .input-button");
    this.#name(button);
    const submit = () => {
      const text = this.#text();
      if ([...text].length > LONGEST) events.tooLong();
      else if (text) events.text(this.take());
    };
    const caught = (/** @type {Event} */ event) => (event.preventDefault(), event.stopImmediatePropagation());
    root.addEventListener("keydown", (pressed) => {
      const event = /** @type {KeyboardEvent} */ (pressed);
      const onInput = event.target === this.#input;
      const onButton = event.target === button;
      // Enter that ends a composition (Telex, VNI) belongs to the keyboard, not to us.
      if (event.isComposing || event.keyCode === 229) return event.stopImmediatePropagation();
      if (onInput && event.key === "Enter" && !event.shiftKey && !event.ctrlKey) (caught(event), submit());
      if (onButton && (event.key === "Enter" || event.key === " ")) (caught(event), submit());
    }, true);
    root.addEventListener("click", (event) => {
      if (!event.composedPath().includes(button)) return;
      caught(event);
      submit();
      this.#input.focus();
    }, true);
    // A tap on the button must not close the phone's keyboard first.
    button.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** What is typed, taken out of the line. */
  take() {
    const text = this.#text();
    this.#input.textContent = "";
    this.#input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return text;
  }

  /** Closes a phone's keyboard, which hides the buttons below the line; whoever is typing keeps it. */
  rest() {
    if (!this.#text() && matchMedia("(pointer: coarse)").matches) this.#input.blur();
  }

  #text() {
    return this.#input.innerText.replace(/\u00a0/g, " ").trim();
  }

  /** @param {HTMLElement} button */
  #name(button) {
    this.#input.tabIndex = 0;
    this.#input.setAttribute("aria-label", WORDS.inputName);
    this.#input.setAttribute("aria-multiline", "true");
    this.#input.setAttribute("enterkeyhint", "send");
    button.setAttribute("aria-label", WORDS.send);
    button.title = WORDS.send;
    button.querySelector("svg")?.setAttribute("aria-hidden", "true");
  }
}
