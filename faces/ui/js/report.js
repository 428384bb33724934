// Extras of public pages: the focus on what is wrong, "I'm here", places while one types, news on this device, a pin on a map, printing, one submit per form. The pages
// are complete without this file.
import { find } from "./find.js";
import { here, unpin } from "./here.js";
import { passkeys } from "./passkey.js";
import { push } from "./push.js";
import { refresh } from "./refresh.js";

document.querySelector(".error-summary")?.focus();
here();
find();
passkeys();
push();
refresh();

document.querySelector("[data-pinned] button")?.addEventListener("click", (event) => {
  event.preventDefault();
  unpin();
});

/** A map behind a button: fetched when somebody wants it. */
function unfold(name, begin) {
  for (const box of document.querySelectorAll(`[data-${name}]`)) {
    const button = box.querySelector(`[data-${name}-open]`);
    if (!button) continue;
    box.hidden = false;
    button.addEventListener("click", async () => {
      button.hidden = true;
      box.querySelector(`[data-${name}-body]`).hidden = false;
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = box.dataset.style;
      document.head.append(sheet);
      begin(await import(box.dataset.script), box.querySelector(".map"));
    }, { once: true });
  }
}
unfold("pin", ({ pick }, map) => pick(map));
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
