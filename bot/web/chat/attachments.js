// @ts-check
/**
 * Photos and files of the conversation. They need the conversation's token, so they are fetched and shown from memory;
 * a photo is fetched only when it comes into view (cheap phones, dear data).
 */

import { WORDS } from "./words.js";

/** @typedef {() => Promise<Blob>} Load */

/**
 * A photo that opens large in a new tab; `load` gives its Blob. One that no browser shows is named by its file.
 *
 * @param {Load} load
 * @param {string} name
 */
export function photoView(load, name, fileName = "") {
  const frame = document.createElement("div");
  frame.className = "photo";
  frame.textContent = WORDS.photoLoading;
  const show = async () => {
    frame.textContent = WORDS.photoLoading;
    try {
      const link = pictureLink(await load(), name);
      link.firstElementChild?.addEventListener("error", () => link.replaceWith(fileName || WORDS.photo));
      frame.replaceChildren(link);
    } catch {
      frame.replaceChildren(again(show));
    }
  };
  whenSeen(frame, show);
  return frame;
}

/**
 * A button that fetches a file and hands it to the browser's downloads.
 *
 * @param {Load} load
 * @param {string} title
 */
export function fileView(load, title) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "choice";
  button.textContent = title;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await load());
      link.download = "";
      link.click();
    } catch {
      button.textContent = WORDS.photoFailed;
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function pictureLink(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.setAttribute("aria-label", `${name} (${WORDS.openPhoto})`);
  const picture = document.createElement("img");
  picture.src = url;
  picture.alt = name;
  link.append(picture);
  return link;
}

/** @param {() => void} show */
function again(show) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "choice";
  button.textContent = WORDS.photoFailed;
  button.addEventListener("click", show);
  return button;
}

/**
 * @param {Element} element
 * @param {() => void} act
 */
function whenSeen(element, act) {
  if (!window.IntersectionObserver) return void act();
  const observer = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    act();
  }, { rootMargin: "200px" });
  observer.observe(element);
}
