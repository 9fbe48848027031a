// @ts-check
/** The phone's position, asked for only when the citizen taps the button; every refusal is a sentence to show. */

import { WORDS } from "./words.js";

const TIMEOUT = 20_000;
const DENIED = 1;

export class LocationError extends Error {}

/** @import { Position } from "./api.js" */

/**
 * To about a metre; raises LocationError.
 *
 * @returns {Promise<Position>}
 */
export function currentPosition() {
  if (!navigator.geolocation) return Promise.reject(new LocationError(WORDS.locationUnsupported));
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: short(coords.latitude), longitude: short(coords.longitude) }),
      ({ code }) => reject(new LocationError(code === DENIED ? WORDS.locationDenied : WORDS.locationFailed)),
      { enableHighAccuracy: false, timeout: TIMEOUT, maximumAge: 60_000 },
    );
  });
}

/** @param {number} degrees */
function short(degrees) {
  return Math.round(degrees * 100_000) / 100_000;
}
