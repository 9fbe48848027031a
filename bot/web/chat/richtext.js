// @ts-check
/**
 * Text as people wrote it, shown as text: line breaks stay, https links and the office's phone numbers can be tapped.
 * Everything is made with DOM calls; no string ever becomes HTML.
 */

import { WORDS } from "./words.js";

// No look-behind: older iPhones refuse a whole script that holds one.
const FOUND = /https:\/\/[^\s<>"“”]+|[+\d][\d .]{6,16}\d/g;
const PHONE = /^(1[89]00\d{4,6}|0[35789]\d{8}|02\d{9}|\+84\d{9,10})$/;
// Numbers that nobody should call: those of papers, and examples, which may be a stranger's.
const NUMBER_BEFORE = /(mã số|số bhxh|thẻ|cccd|định danh|căn cước|giao dịch|ví dụ)[^.\n]{0,24}$/i;

/**
 * Put `text` into `parent`; phone numbers are linked where `phones` is true.
 *
 * @param {Element} parent
 * @param {string} text
 * @param {boolean} phones
 */
export function putText(parent, text, phones) {
  let shown = 0;
  for (const match of text.matchAll(FOUND)) {
    const [start, written] = [match.index ?? 0, match[0]];
    const link = written.startsWith("https://") ? webLink(written) : phones ? phoneLink(written, start, text) : null;
    if (!link) continue;
    parent.append(text.slice(shown, start), link);
    shown = start + (link.textContent ?? "").length;
  }
  parent.append(text.slice(shown));
}

/**
 * A link that opens in a new tab and tells screen readers so; null unless `url` is http(s).
 *
 * @param {string} url
 * @param {string} title
 */
export function outsideLink(url, title) {
  let target;
  try {
    target = new URL(url, location.href);
  } catch {
    return null;
  }
  if (target.protocol !== "https:" && target.protocol !== "http:") return null;
  const link = document.createElement("a");
  link.href = target.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = title;
  link.setAttribute("aria-label", `${title} (${WORDS.opensNewTab})`);
  return link;
}

/** @param {string} found */
function webLink(found) {
  const url = found.replace(/[.,;:!?)\]}'’»…]+$/, "");
  return outsideLink(url, url);
}

/**
 * @param {string} written
 * @param {number} start where it stands in `text`
 * @param {string} text
 */
function phoneLink(written, start, text) {
  const digits = written.replace(/[ .]/g, "");
  const around = (text[start - 1] ?? " ") + (text[start + written.length] ?? " ");
  if (!PHONE.test(digits) || /[\p{L}\d/-]/u.test(around)) return null;
  // A ten-digit insurance number looks like a mobile number: what stands before it tells.
  if (NUMBER_BEFORE.test(text.slice(Math.max(0, start - 48), start))) return null;
  const link = document.createElement("a");
  link.href = `tel:${digits}`;
  link.textContent = written;
  return link;
}
