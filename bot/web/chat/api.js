/**
 * The web chat API as the page uses it: one conversation (id and token kept in this browser), sending, long polls,
 * files. Every failure is an ApiError that says what a caller can do about it; nothing here tries again.
 */

import { read, remove, write } from "./keeper.js";

const KEY = "vssid.conversation";
const SEND_TIMEOUT = 30_000;
const PHOTO_TIMEOUT = 180_000;

export class ApiError extends Error {
  /** `status` 0 means that no answer came; `retryAfter` is in seconds, null when the server named none. */
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
  get conversation() {
    const kept = read(KEY);
    return kept && typeof kept.id === "string" && typeof kept.token === "string" ? kept : null;
  }

  /** The conversation; a new one is made when there is none. Two tabs that open at once share one. */
  async ensure() {
    const make = async () => {
      if (!this.conversation) {
        const made = await this.#call("POST", "/api/conversations", { json: {}, timeout: SEND_TIMEOUT });
        write(KEY, { id: made.id, token: made.token });
      }
      return this.conversation;
    };
    if (this.conversation) return this.conversation;
    return navigator.locks ? navigator.locks.request(KEY, make) : make();
  }

  /** Forget a conversation that the server refused; false when another one has taken its place already. */
  forget(id) {
    if (this.conversation?.id !== id) return false;
    remove(KEY);
    return true;
  }

  /** Send one outbox item; `photo` is its file, if it has one, and `progress` hears how much of it is gone (0 to 1). */
  async send(conversation, item, photo, progress) {
    const path = `/api/conversations/${encodeURIComponent(conversation.id)}/messages`;
    if (item.kind === "photo") {
      const form = new FormData();
      form.append("id", item.id);
      if (item.text) form.append("text", item.text);
      form.append("file", photo, item.fileName || "photo.jpg");
      return upload(path, conversation.token, form, progress);
    }
    const json = { id: item.id };
    if (item.kind === "button") json.payload = item.payload;
    else if (item.kind === "location") json.location = item.location;
    else json.text = item.text;
    return this.#call("POST", path, { token: conversation.token, json, timeout: SEND_TIMEOUT });
  }

  /** Messages after `after`; waits up to `wait` seconds for the first. */
  async messages(conversation, after, wait, signal) {
    const path = `/api/conversations/${encodeURIComponent(conversation.id)}/messages?after=${after}&wait=${wait}`;
    const page = await this.#call("GET", path, { token: conversation.token, signal, timeout: (wait + 15) * 1000 });
    // What stands between (a hotel's network, a proxy) may answer in the server's place.
    if (!Array.isArray(page?.messages)) throw new ApiError(0, "network", "");
    return page;
  }

  /** A file of the conversation as a Blob. The token goes to this site only. */
  async file(url) {
    const target = new URL(url, location.href);
    if (target.origin !== location.origin) throw new ApiError(400, "foreign_url", "");
    const token = this.conversation?.token;
    return this.#call("GET", target.href, { token, timeout: PHOTO_TIMEOUT, blob: true });
  }

  async #call(method, url, { token, json, signal, timeout, blob }) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeout);
    const stop = () => abort.abort();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) abort.abort();
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

/** Like a call, but one that can tell how far it is: fetch can't. */
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

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status, body, retryAfter) {
  const code = typeof body?.error?.code === "string" ? body.error.code : "";
  const message = typeof body?.error?.message === "string" ? body.error.message : "";
  const seconds = Number.parseFloat(retryAfter ?? "");
  return new ApiError(status, code, message, Number.isFinite(seconds) && seconds >= 0 ? seconds : null);
}
