// @ts-check
/**
 * The buttons below the line: take a photo, choose photos, send the position. Where a photo is asked for, the first two
 * stand out.
 */

import { byId } from "./elements.js";
import { currentPosition, LocationError } from "./position.js";
import { WORDS } from "./words.js";

// What the guide's requests for a photo have in common; a button too many that stands out does no harm.
const ASKS = /(?:chụp|gửi) (?:lại )?giúp em|anh\/chị chụp|chụp[^.\n]{0,60}(?:gửi|giúp em)/i;

/** @import { Position } from "./api.js" */
/**
 * @typedef {object} ToolEvents
 * @property {(files: File[]) => void} photos
 * @property {(location: Position) => void} position
 * @property {(text: string) => void} note
 */

export class Tools {
  #events;
  #asked = false;
  #photoButtons = [byId("camera-button", HTMLButtonElement), byId("photo-button", HTMLButtonElement)];
  #locationButton = byId("location-button", HTMLButtonElement);

  /** @param {ToolEvents} events */
  constructor(events) {
    this.#events = events;
    this.#pair("camera");
    this.#pair("photo");
    this.#locationButton.disabled = false;
    this.#locationButton.addEventListener("click", () => this.#shareLocation());
  }

  /**
   * Says whether the words of the assistant ask for a photo, and shows it on the buttons.
   *
   * @param {string} text
   */
  heard(text) {
    this.#asked = ASKS.test(text.normalize("NFC"));
    this.want(this.#asked);
    return this.#asked;
  }

  /**
   * Let the photo buttons stand out, if a photo was asked for; not while one is on its way.
   *
   * @param {boolean} on
   */
  want(on) {
    for (const button of this.#photoButtons) button.classList.toggle("wanted", on && this.#asked);
  }

  /** @param {"camera" | "photo"} name */
  #pair(name) {
    const button = byId(`${name}-button`, HTMLButtonElement);
    const input = byId(`${name}-file`, HTMLInputElement);
    button.disabled = false;
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      this.#events.photos(files);
    });
  }

  async #shareLocation() {
    const words = byId("location-words", HTMLElement);
    this.#locationButton.disabled = true;
    words.textContent = WORDS.locating;
    try {
      this.#events.position(await currentPosition());
    } catch (error) {
      if (!(error instanceof LocationError)) throw error;
      this.#events.note(error.message);
    } finally {
      this.#locationButton.disabled = false;
      words.textContent = WORDS.shareLocation;
    }
  }
}
