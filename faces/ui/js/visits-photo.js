// The photo of an open form: chosen, made small, shown, taken back.
import { BadPhoto, shrink } from "./visits-form.js";

/** Photos of open forms, in Base64. */
const photos = new WeakMap();

export const photoOf = (form) => photos.get(form);

export function showPhoto(form, base64) {
  photos.set(form, base64);
  form.dataset.photo = base64 ? "1" : "";
  const box = form.querySelector("[data-photo]");
  const img = box.querySelector("img");
  box.hidden = !base64;
  if (base64) img.src = `data:image/jpeg;base64,${base64}`;
  else img.removeAttribute("src");
}

/** What is kept and sent is the small one; a file that is no photo says so, and the rest of the form stays. */
export async function choosePhoto(input, say) {
  const { form } = input;
  const says = form.querySelector("[data-photo-says]");
  const [file] = input.files;
  if (!file) return;
  says.hidden = false;
  says.textContent = say("photo-busy");
  try {
    showPhoto(form, await shrink(file));
    says.hidden = true;
  } catch (error) {
    if (!(error instanceof BadPhoto)) throw error;
    showPhoto(form, "");
    says.textContent = say(error.message);
  }
  input.value = "";
}
