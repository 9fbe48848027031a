// @ts-check
/**
 * The web chat API as the page uses it: one conversation (id and token kept in this browser), sending, long polls,
 * files. Every failure is an ApiError that says what a caller can do about it; nothing here tries again.
 */

import { read, remove, write } from "./keeper.js";

/** @typedef {{ id: string, token: string }} Conversation */
/** @typedef {"contact" | "assistant" | "agent" | "system"} Author */
/** @typedef {{ title: string, payload?: string, url?: string }} Button One with a `url` leads there, others are sent. */
/** @typedef {{ kind: string, url: string }} Attachment */
/** @typedef {{ latitude: number, longitude: number }} Position */
/**
 * @typedef {object} Message As the server keeps it.
 * @property {number} seq
 * @property {string} id
 * @property {Author} author
 * @property {string} text
 * @property {Button[]} buttons
 * @property {Attachment[]} attachments
 * @property {string} created_at
 */
/** @typedef {{ messages: Message[], typing: boolean }} Page */
/** @typedef {(share: number) => void} Progress */
/** @import { Draft } from "./outbox.js" */

const KEY = "vssid.conversation";
const SEND_TIMEOUT = 30_000;
const PHOTO_TIMEOUT = 180_000;

export class ApiError extends Error {
  /**
   * `status` 0 means that no answer came; `retryAfter` is in seconds, null when the server named none.
   *
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {number | null} retryAfter
   */
  constructor(status, code, message, retryAfter = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The server doesn't know this conversation any more. */
  get conversationGone() {
    return this.status === 401 || this.status === 404;
  }

  /** Worth trying again as it is. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 425 || this.status >= 500;
  }
}

export class Api {
  /** @returns {Conversation | null} */
  get conversation() {
    const kept = read(KEY);
    return kept && typeof kept.id === "string" && typeof kept.token === "string" ? kept : null;
  }

  /**
   * The conversation; a new one is made when there is none. Two tabs that open at once share one.
   *
   * @returns {Promise<Conversation>}
   */
  async ensure() {
    const make = async () => {
      const there = this.conversation;
      if (there) return there;
      const { id, token } = await this.#call("POST", "/api/conversations", { json: {}, timeout: SEND_TIMEOUT });
      write(KEY, { id, token });
      return { id, token };
    };
    const kept = this.conversation;
    if (kept) return kept;
    return navigator.locks ? navigator.locks.request(KEY, make) : make();
  }

  /**
   * Forget a conversation that the server refused; false when another one has taken its place already.
   *
   * @param {string} id
   */
  forget(id) {
    if (this.conversation?.id !== id) return false;
    remove(KEY);
    return true;
  }

  /**
   * Send one outbox item; `photo` is its file, if it has one, and `progress` hears how much of it is gone (0 to 1).
   *
   * @param {Conversation} conversation
   * @param {Draft} item
   * @param {Blob | null} photo
   * @param {Progress} progress
   * @returns {Promise<{ id: string, duplicate: boolean }>}
   */
  async send(conversation, item, photo, progress) {
    const path = `/api/conversations/${encodeURIComponent(conversation.id)}/messages`;
    if (photo) {
      const form = new FormData();
      form.append("id", item.id);
      if (item.text) form.append("text", item.text);
      form.append("file", photo, item.fileName || "photo.jpg");
      return upload(path, conversation.token, form, progress);
    }
    /** @type {{ id: string, text?: string, payload?: string, location?: Position }} */
    const json = { id: item.id };
    if (item.kind === "button") json.payload = item.payload;
    else if (item.kind === "location") json.location = item.location;
    else json.text = item.text;
    return this.#call("POST", path, { token: conversation.token, json, timeout: SEND_TIMEOUT });
  }

  /**
   * Messages after `after`; waits up to `wait` seconds for the first.
   *
   * @param {Conversation} conversation
   * @param {number} after
   * @param {number} wait
   * @param {AbortSignal} signal
   * @returns {Promise<Page>}
   */
  async messages(conversation, after, wait, signal) {
    const path = `/api/conversations/${encodeURIComponent(conversation.id)}/messages?after=${after}&wait=${wait}`;
    const page = await this.#call("GET", path, { token: conversation.token, signal, timeout: (wait + 15) * 1000 });
    // What stands between (a hotel's network, a proxy) may answer in the server's place.
    if (!Array.isArray(page?.messages)) throw new ApiError(0, "network", "");
    return page;
  }

  /**
   * A file of the conversation. The token goes to this site only.
   *
   * @param {string} url
   * @returns {Promise<Blob>}
   */
  async file(url) {
    const target = new URL(url, location.href);
    if (target.origin !== location.origin) throw new ApiError(400, "foreign_url", "");
    const token = this.conversation?.token;
    return this.#call("GET", target.href, { token, timeout: PHOTO_TIMEOUT, blob: true });
  }

  /**
   * @param {string} method
   * @param {string} url
   * @param {{ token?: string, json?: object, signal?: AbortSignal, timeout: number, blob?: boolean }} options
   * @returns {Promise<any>} what the contract says, or a Blob
   */
  async #call(method, url, { token, json, signal, timeout, blob }) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeout);
    const stop = () => abort.abort();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) abort.abort();
    /** @type {Record<string, string>} */
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(url, {
        method,
        headers,
        body: json && JSON.stringify(json),
        signal: abort.signal,
        cache: "no-store",
        credentials: "same-origin",
      });
      if (!response.ok) {
        const body = await response.json().catch(() => null);
        throw refusal(response.status, body, response.headers.get("Retry-After"));
      }
      return blob ? await response.blob() : await response.json();
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(0, "network", "");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }
}

/**
 * Like a call, but one that can tell how far it is: fetch can't.
 *
 * @param {string} url
 * @param {string} token
 * @param {FormData} form
 * @param {Progress} progress
 * @returns {Promise<any>}
 */
function upload(url, token, form, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = PHOTO_TIMEOUT;
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status < 200 || request.status > 299) {
        reject(refusal(request.status, body, request.getResponseHeader("Retry-After")));
      } else if (body) resolve(body);
      else reject(new ApiError(0, "network", ""));
    };
    request.onerror = request.onabort = request.ontimeout = () => reject(new ApiError(0, "network", ""));
    request.send(form);
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {number} status
 * @param {any} body whatever came
 * @param {string | null} retryAfter
 */
function refusal(status, body, retryAfter) {
  const code = typeof body?.error?.code === "string" ? body.error.code : "";
  const message = typeof body?.error?.message === "string" ? body.error.message : "";
  const seconds = Number.parseFloat(retryAfter ?? "");
  return new ApiError(status, code, message, Number.isFinite(seconds) && seconds >= 0 ? seconds : null);
}
