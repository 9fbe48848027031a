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

/** Put `text` into `parent`; phone numbers are linked where `phones` is true. */
export function putText(parent, text, phones) {
  let shown = 0;
  for (const match of text.matchAll(FOUND)) {
    const link = match[0].startsWith("https://") ? webLink(match[0]) : phones ? phoneLink(match, text) : null;
    if (!link) continue;
    parent.append(text.slice(shown, match.index), link);
    shown = match.index + link.textContent.length;
  }
  parent.append(text.slice(shown));
}

/** A link that opens in a new tab and tells screen readers so; null unless `url` is http(s). */
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

function webLink(found) {
  const url = found.replace(/[.,;:!?)\]}'’»…]+$/, "");
  return outsideLink(url, url);
}

function phoneLink(match, text) {
  const digits = match[0].replace(/[ .]/g, "");
  const around = (text[match.index - 1] ?? " ") + (text[match.index + match[0].length] ?? " ");
  if (!PHONE.test(digits) || /[\p{L}\d/-]/u.test(around)) return null;
  // A ten-digit insurance number looks like a mobile number: what stands before it tells.
  if (NUMBER_BEFORE.test(text.slice(Math.max(0, match.index - 48), match.index))) return null;
  const link = document.createElement("a");
  link.href = `tel:${digits}`;
  link.textContent = match[0];
  return link;
}
