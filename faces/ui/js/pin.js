// A map behind a button: it and its style are fetched when somebody wants it.
export function unfold(name, begin) {
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

/** A pin on a map. */
export const pins = () => unfold("pin", ({ pick }, map) => pick(map));
