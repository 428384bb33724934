// Extras of public pages: the focus on what is wrong, "I'm here", places while one types, news on this device, a pin on a map, printing, one submit per form. The pages
// are complete without this file.
import { find } from "./find.js";
import { here, named, unpin } from "./here.js";
import { mapless } from "./map-words.js";
import { passkeys } from "./passkey.js";
import { pins, unfold } from "./pin.js";
import { push } from "./push.js";
import { refresh } from "./refresh.js";

document.querySelector(".error-summary")?.focus();
here();
named();
find();
passkeys();
push();
refresh();
mapless();

document.querySelector("[data-pinned] button")?.addEventListener("click", (event) => {
  event.preventDefault();
  unpin();
});

pins();
unfold("draw", ({ draw }, map) => draw(map));

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
