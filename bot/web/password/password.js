// @ts-check
/*
 * The password page's comforts: how strong, whether both are alike, show and hide, how long until a code can be sent
 * again. Without it the page works too: everything is checked by the server.
 */

const RUNS = ["01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl",
  "zxcvbnm"];

/**
 * @param {string} text
 * @returns {boolean}
 */
const isRun = (text) => {
  const half = text.slice(0, Math.floor(text.length / 2));
  return RUNS.some((run) => run.includes(text))
    || (half !== "" && half + half === text && (half.length <= 3 || isRun(half)));
};

/** @param {string} letter */
const pointOf = (letter) => letter.codePointAt(0) ?? 0;

/** @param {string} text */
const fold = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "");

/**
 * As `is_common` in helpdesk/accounts/passwords.py.
 *
 * @param {string} password
 * @param {Set<string>} common
 */
export const isCommon = (password, common) => {
  const plain = fold(password);
  const letters = plain.replace(/[^\p{L}]/gu, "");
  const digits = plain.replace(/[^\p{Nd}]/gu, "");
  if (new Set(plain).size <= 3) return true;
  const usual = digits.length <= 3 || isRun(digits) || new Set(digits).size <= 2 || /^(19|20)\d\d$/.test(digits);
  return usual && (common.has(letters) || isRun(letters) || new Set(letters).size === 1);
};

/**
 * As `strength` in helpdesk/accounts/passwords.py: 1 to 4.
 *
 * @param {string} typed
 * @param {Set<string>} common
 */
export const strength = (typed, common) => {
  const password = typed.normalize("NFC");
  const letters = [...password];
  let pool = 0;
  if (/\p{Ll}/u.test(password)) pool += 26;
  if (/\p{Lu}/u.test(password)) pool += 26;
  if (/\p{Nd}/u.test(password)) pool += 10;
  if (/[^\p{L}\p{N}]/u.test(password)) pool += 20;
  if (letters.some((letter) => pointOf(letter) > 127)) pool += 40;
  const steps = letters.slice(1).filter((letter, i) => Math.abs(pointOf(letter) - pointOf(letters[i])) > 1);
  const bits = (letters.length ? 1 + steps.length : 0) * Math.log2(Math.max(pool, 2));
  if (letters.length < 8 || bits < 40 || isCommon(password, common)) return 1;
  return bits < 55 ? 2 : bits < 72 ? 3 : 4;
};

/** @param {string} id */
const input = (id) => {
  const found = document.getElementById(id);
  return found instanceof HTMLInputElement ? found : null;
};

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} note
 */
const showStrength = (input, note) => {
  const common = new Set(note.dataset.common?.split(" "));
  const words = note.dataset.words?.split("|") ?? [];
  input.addEventListener("input", () => {
    note.hidden = input.value === "";
    const step = strength(input.value, common);
    note.dataset.step = String(step);
    note.textContent = [...input.value.normalize("NFC")].length < 8
      ? "Mới có " + [...input.value.normalize("NFC")].length + " ký tự, cần ít nhất 8."
      : "Mật khẩu này " + words[step - 1] + ".";
  });
};

/**
 * @param {HTMLInputElement} input
 * @param {HTMLInputElement} repeat
 * @param {HTMLElement} note
 */
const compare = (input, repeat, note) => {
  const look = () => {
    note.hidden = repeat.value === "";
    const alike = repeat.value === input.value;
    note.dataset.step = alike ? "3" : "";
    note.textContent = alike ? "Hai lần nhập giống nhau." : "Chưa giống mật khẩu mới ở trên.";
  };
  repeat.addEventListener("input", look);
  input.addEventListener("input", look);
};

/** @param {HTMLElement} button */
const letPeek = (button) => {
  const secret = input(button.dataset.peek ?? "");
  if (!secret) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = secret.type === "password";
    secret.type = shown ? "text" : "password";
    button.textContent = shown ? "Ẩn" : "Hiện";
    button.setAttribute("aria-pressed", String(shown));
  });
  // A shown password would be kept among the browser's suggestions.
  secret.form?.addEventListener("submit", () => { secret.type = "password"; });
};

/** @param {HTMLButtonElement} button */
const countDown = (button) => {
  const words = button.textContent;
  const readyAt = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((readyAt - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? words + " (sau " + left + " giây)" : words;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
};

/**
 * A slipped second tap must not send the form twice.
 *
 * @param {HTMLFormElement} form
 */
const sendOnce = (form) => {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
};

const [fresh, repeat] = [input("new"), input("repeat")];
const [howStrong, alike] = [document.getElementById("strength"), document.getElementById("repeat-hint")];
if (fresh && howStrong) showStrength(fresh, howStrong);
if (fresh && repeat && alike) compare(fresh, repeat, alike);
document.querySelectorAll("[aria-invalid]").forEach((input) => {
  input.addEventListener("input", () => input.removeAttribute("aria-invalid"), { once: true });
});
/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-peek]")).forEach(letPeek);
/** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-wait]")).forEach(countDown);
document.querySelectorAll("form").forEach(sendOnce);
