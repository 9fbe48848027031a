// @ts-check
/**
 * Photos before they are sent: a heavy one is drawn again smaller, because mobile data is dear and slow. Whatever goes
 * wrong here, the photo itself is sent.
 */

/** What the server takes as it is set up; beyond it nothing is sent. */
export const LARGEST = 10 * 1024 * 1024;

const HEAVY = 4_000_000;
// Three thousand: the small code on a card that fills a third of the photo is still read.
const SIDE = 3000;
const QUALITY = 0.9;
// A browser that hides its user gives an empty picture away instead of the drawn one.
const EMPTY = 60_000;

/**
 * The photo as it should be sent: itself, or a smaller JPEG of it that stands as it should.
 *
 * @param {Blob} photo
 */
export async function lighter(photo) {
  const foreign = await isHeic(photo);
  if (photo.size <= HEAVY && !foreign) return photo;
  // Where this is missing a drawn photo loses the way it was held.
  if (!window.CSS?.supports("image-orientation", "from-image")) return photo;
  const drawn = await redrawn(photo).catch(() => null);
  return drawn && drawn.size > EMPTY && (foreign || drawn.size < photo.size) ? drawn : photo;
}

/**
 * Photos of iPhones: Safari can open them, the server can't.
 *
 * @param {Blob} photo
 */
async function isHeic(photo) {
  const head = await photo.slice(4, 12).arrayBuffer().catch(() => new ArrayBuffer(0));
  return /^ftyp(hei|hev|mif1|msf1)/.test(String.fromCharCode(...new Uint8Array(head)));
}

/**
 * @param {Blob} photo
 * @returns {Promise<Blob | null>} null where the browser gives no picture away
 */
async function redrawn(photo) {
  const url = URL.createObjectURL(photo);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const scale = Math.min(1, SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.naturalWidth * scale);
    canvas.height = Math.round(picture.naturalHeight * scale);
    const pen = canvas.getContext("2d");
    if (!pen) return null;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } finally {
    URL.revokeObjectURL(url);
  }
}
