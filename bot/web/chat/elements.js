// @ts-check
/**
 * Elements: those that the page knows to be there (one that is missing stops it at once, with its name), and new ones.
 */

/**
 * The first element in `root` that fits.
 *
 * @param {ParentNode} root
 * @param {string} selector
 */
export function found(root, selector) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return element;
}

/**
 * The element of this id, which has to be of `kind`.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`no #${id}`);
  return element;
}

/**
 * A new one with words in it.
 *
 * @param {string} className
 * @param {string} text
 * @param {"div" | "span"} kind
 */
export function line(className, text, kind = "div") {
  const element = document.createElement(kind);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
