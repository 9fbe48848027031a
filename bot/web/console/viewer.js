// @ts-check
/**
 * Photos that turn and grow: on the case's page each one turns in its frame, and in the viewer it fills the screen. As
 * it was turned there it stays here.
 */

const LARGEST = 8;
const STEP = 1.5;

/** @param {HTMLImageElement} image */
export const turnsOf = (image) => Number(image.dataset.turns ?? 0);

/** @param {HTMLImageElement} image */
export function turn(image) {
  image.dataset.turns = String((turnsOf(image) + 1) % 4);
}

export class Viewer {
  #dialog;
  #name;
  #ground;
  #canvas;
  /** @type {HTMLImageElement | null} */
  #image = null;
  #turns = 0;
  #zoom = 1;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#name = part(dialog, ".viewer-name", HTMLElement);
    this.#ground = part(dialog, ".viewer-ground", HTMLElement);
    this.#canvas = part(dialog, "canvas", HTMLCanvasElement);
    /** @type {Record<string, () => void>} */
    const deeds = {
      in: () => this.#zoomTo(this.#zoom * STEP),
      out: () => this.#zoomTo(this.#zoom / STEP),
      turn: () => this.#turn(),
      close: () => dialog.close(),
    };
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll("[data-do]"))) {
      button.addEventListener("click", deeds[button.dataset.do ?? ""]);
    }
    /** @type {Record<string, string>} */
    const keys = { "+": "in", "=": "in", "-": "out", r: "turn" };
    dialog.addEventListener("keydown", ({ key }) => deeds[keys[key]]?.());
    dialog.addEventListener("close", () => this.#leave());
    addEventListener("resize", () => dialog.open && this.#draw());
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} name
   */
  open(image, name) {
    // Not here yet, or never.
    if (!image.naturalWidth) return;
    [this.#image, this.#turns, this.#zoom] = [image, turnsOf(image), 1];
    this.#name.textContent = name;
    this.#canvas.setAttribute("aria-label", name);
    this.#dialog.showModal();
    this.#draw();
  }

  #leave() {
    if (this.#image) this.#image.dataset.turns = String(this.#turns);
  }

  #turn() {
    this.#turns = (this.#turns + 1) % 4;
    this.#draw();
  }

  /** @param {number} zoom */
  #zoomTo(zoom) {
    const [ground, before] = [this.#ground, this.#zoom];
    this.#zoom = Math.min(Math.max(zoom, 1), LARGEST);
    const share = this.#zoom / before;
    const left = (ground.scrollLeft + ground.clientWidth / 2) * share - ground.clientWidth / 2;
    const top = (ground.scrollTop + ground.clientHeight / 2) * share - ground.clientHeight / 2;
    this.#draw();
    ground.scrollTo(left, top);
  }

  #draw() {
    const [image, canvas, ground, pen] = [this.#image, this.#canvas, this.#ground, this.#canvas.getContext("2d")];
    if (!image || !pen) return;
    const lies = this.#turns % 2 === 1;
    canvas.width = lies ? image.naturalHeight : image.naturalWidth;
    canvas.height = lies ? image.naturalWidth : image.naturalHeight;
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((this.#turns * Math.PI) / 2);
    pen.drawImage(image, -image.naturalWidth / 2, -image.naturalHeight / 2);
    const fit = Math.min(ground.clientWidth / canvas.width, ground.clientHeight / canvas.height);
    canvas.style.width = `${canvas.width * fit * this.#zoom}px`;
  }
}

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 */
function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${selector}`);
  return found;
}
