// A map behind a button: it and its style are fetched when somebody wants it.
import { mapWords } from "./map-words.js";

export function unfold(name, begin) {
  for (const box of document.querySelectorAll(`[data-${name}]`)) {
    const button = box.querySelector(`[data-${name}-open]`);
    if (!button) continue;
    const body = box.querySelector(`[data-${name}-body]`);
    const map = box.querySelector(".map");
    const say = button.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "hint" }));
    say.setAttribute("role", "status");
    let tries = 0;
    box.hidden = false;
    button.addEventListener("click", async () => {
      button.hidden = true;
      say.textContent = mapWords()?.wait ?? "";
      // A browser remembers that an address did not come: the next try has another.
      const of = (address) => (tries === 0 ? address : `${address}?${tries}`);
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: of(box.dataset.style) });
      document.head.append(sheet);
      try {
        const script = await import(of(box.dataset.script));
        say.textContent = "";
        body.hidden = false;
        begin(script, map);
      } catch {
        // No signal: the words beside it do the same, and the button stays for another try.
        tries += 1;
        sheet.remove();
        body.hidden = true;
        button.hidden = false;
        say.textContent = map.dataset.failed ?? "";
      }
    });
  }
}

/** A pin on a map. */
export const pins = () => unfold("pin", ({ pick }, map) => pick(map));
