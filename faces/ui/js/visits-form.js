// The form of one visit: what is in it, as it is kept and sent, and the photo made small before it goes anywhere.
const SEEN_ONLY = ["chat", "cleaned"];
const MOST_FILE = 30_000_000;
const MOST_PIXELS = 60_000_000;
const MOST_BYTES = 280_000;

/** Why a photo is not taken: end of a key of the words. */
export class BadPhoto extends Error {}

/** What was filled in. */
export function reading(form) {
  const data = new FormData(form);
  const one = (name) => data.get(name) || null;
  const about = { card: one("card"), strap: one("strap"), mood: one("mood"), next: one("next"), hazards: data.getAll("hazards"), needs: data.getAll("needs"), note: (data.get("note") ?? "").trim() };
  for (const name of SEEN_ONLY) about[name] = data.get(name) === "yes";
  return { outcome: one("outcome"), form: about };
}

/** Is there anything in it? */
export const empty = ({ outcome, form, photo }) =>
  !outcome && !photo && Object.values(form).every((v) => !v || v.length === 0);

/** Fills a form in as it was. */
export function fill(form, { outcome, form: about = {} }) {
  const marked = { outcome: [outcome], card: [about.card], strap: [about.strap], mood: [about.mood], hazards: about.hazards ?? [], needs: about.needs ?? [] };
  for (const name of SEEN_ONLY) marked[name] = about[name] ? ["yes"] : [];
  for (const box of form.querySelectorAll("input[type=radio], input[type=checkbox]")) box.checked = (marked[box.name] ?? []).includes(box.value);
  form.elements.next.value = about.next ?? "";
  form.elements.note.value = about.note ?? "";
}

const text = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

/** Width and height as the file claims them, before anything is unpacked; `null`: it is no picture that is known. */
export function claimed(bytes) {
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 24 && text(bytes, 1, 4) === "PNG") return [at.getUint32(16), at.getUint32(20)];
  if (bytes.length > 30 && text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") {
    const kind = text(bytes, 12, 16);
    if (kind === "VP8X") return [1 + (at.getUint32(24, true) & 0xffffff), 1 + (at.getUint32(26, true) >>> 8)];
    if (kind === "VP8 ") return [at.getUint16(26, true) & 0x3fff, at.getUint16(28, true) & 0x3fff];
    if (kind === "VP8L") return [1 + (at.getUint32(21, true) & 0x3fff), 1 + ((at.getUint32(21, true) >>> 14) & 0x3fff)];
    return null;
  }
  if (bytes.length > 12 && text(bytes, 4, 8) === "ftyp" && /^(heic|heix|mif1|avif)/.test(text(bytes, 8, 12))) return [0, 0];
  if (bytes.length < 4 || at.getUint16(0) !== 0xffd8) return null;
  for (let n = 2; n + 9 < bytes.length;) {
    if (bytes[n] !== 0xff) return null;
    const mark = bytes[n + 1];
    if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)) return [at.getUint16(n + 7), at.getUint16(n + 5)];
    n += 2 + at.getUint16(n + 2);
  }
  return null;
}

const base64 = (blob) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(new BadPhoto("photo-bad"));
  reader.readAsDataURL(blob);
});

/** The picture alone, drawn anew: small, upright, and without what the camera wrote beside it. JPEG in Base64. */
export async function shrink(file) {
  if (file.size > MOST_FILE) throw new BadPhoto("photo-large");
  const head = new Uint8Array(await file.slice(0, 600_000).arrayBuffer());
  const size = claimed(head);
  if (!size) throw new BadPhoto("photo-bad");
  if (size[0] * size[1] > MOST_PIXELS) throw new BadPhoto("photo-large");
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => { throw new BadPhoto("photo-bad"); });
  try {
    if (picture.width * picture.height > MOST_PIXELS) throw new BadPhoto("photo-large");
    for (const side of [1280, 960, 640]) {
      const share = Math.min(1, side / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * share));
      canvas.height = Math.max(1, Math.round(picture.height * share));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "white";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.8, 0.65, 0.5]) {
        const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });
        if (blob && blob.size <= MOST_BYTES) return base64(blob);
      }
    }
    throw new BadPhoto("photo-large");
  } finally {
    picture.close();
  }
}

/** So many days from today, as a date field has it. `today` is the server's when the list was made: a phone whose clock is days off does not
 *  agree on days of another year. */
export function dayAfter(today, days, now = new Date()) {
  const pad = (n) => String(n).padStart(2, "0");
  const here = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  const there = Date.parse(today);
  const from = Number.isNaN(there) || (here >= there && here - there <= 3 * 86_400_000) ? here : there;
  const at = new Date(from + days * 86_400_000);
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
}
