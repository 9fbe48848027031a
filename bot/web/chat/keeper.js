// @ts-check
/**
 * What the browser keeps: small values in localStorage, photos that wait for sending in IndexedDB.
 * Where either is switched off (private windows, full disk) the page goes on with memory alone.
 */

/** @type {Map<string, any>} */
const memory = new Map();
const PHOTOS = "photos";

/** @param {string} key */
export function read(key) {
  try {
    const text = localStorage.getItem(key);
    if (text !== null) return JSON.parse(text);
  } catch {
    // Storage is off or the value was damaged: memory is what is left.
  }
  return memory.get(key) ?? null;
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    // Full or off: kept in memory until the page closes.
    memory.set(key, value);
  }
}

/** @param {string} key */
export function remove(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored there.
  }
}

/** @param {string} prefix */
export function keysUnder(prefix) {
  const keys = [...memory.keys()];
  try {
    keys.push(...Object.keys(localStorage));
  } catch {
    // Memory alone.
  }
  return keys.filter((key) => key.startsWith(prefix));
}

/**
 * @param {string} id
 * @param {Blob} file
 */
export async function keepPhoto(id, file) {
  memory.set(PHOTOS + id, file);
  await photoStore("readwrite", (store) => store.put(file, id)).catch(() => {});
}

/**
 * @param {string} id
 * @returns {Promise<Blob | null>}
 */
export async function readPhoto(id) {
  const kept = memory.get(PHOTOS + id);
  return kept ?? (await photoStore("readonly", (store) => store.get(id)).catch(() => null)) ?? null;
}

/** @param {string} id */
export async function dropPhoto(id) {
  memory.delete(PHOTOS + id);
  await photoStore("readwrite", (store) => store.delete(id)).catch(() => {});
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
function photoStore(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("vssid", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(PHOTOS);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(PHOTOS, mode);
      const request = work(transaction.objectStore(PHOTOS));
      transaction.oncomplete = () => (database.close(), resolve(request.result));
      transaction.onabort = transaction.onerror = () => (database.close(), reject(transaction.error));
    };
  });
}
