// Suggestions under a field for a place: a combobox with a list, as the ARIA Authoring Practices have it. The words go in the
// body of a request, not in an address. Without this file a button beside the field looks them up.
import { forget, place, unpin } from "./here.js";

const PAUSE = 160;

export function find(root = document) {
  for (const box of root.querySelectorAll("[data-find]")) {
    const form = box.closest("form");
    const field = form?.querySelector(`#${box.dataset.for}`);
    if (field && !field.dataset.finds) combobox(box, form, field);
  }
}

function combobox(box, form, field) {
  field.dataset.finds = "1";
  const list = document.createElement("ul");
  list.id = `${field.id}-places`;
  list.className = "finds";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels?.[0]?.textContent ?? "");
  const say = document.createElement("p");
  say.className = "visually-hidden";
  say.setAttribute("role", "status");
  // The list hangs under the field, whatever stands around it.
  const frame = document.createElement("div");
  frame.className = "find-frame";
  const focused = document.activeElement === field;
  field.replaceWith(frame);
  frame.append(field, list, say);
  if (focused) field.focus();
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);
  field.autocomplete = "off";
  const button = box.querySelector("button[value=find]");
  if (button) button.hidden = true;
  if (!box.querySelector("fieldset, .notice")) box.hidden = true;

  const off = form.querySelector("[data-unpin]");
  off?.addEventListener("click", () => { unpin(form); field.focus(); });

  let found = [];
  let at = -1;
  let timer;
  let asked;
  // What was chosen from the list, while the pin is of that choice.
  let taken = null;
  document.addEventListener("mulin:place", () => { taken = null; });

  const close = () => {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const open = () => {
    if (!found.length) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  };
  const mark = (index) => {
    at = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const option = list.children[at];
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const take = (index) => {
    const chosen = found[index];
    if (!chosen) return;
    field.value = chosen.name;
    place(chosen.lat, chosen.lon, form);
    taken = chosen.name;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    say.textContent = box.dataset.taken.replace("{name}", chosen.name);
    close();
  };
  const show = (places) => {
    found = places;
    list.replaceChildren(...places.map((p, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const name = document.createElement("b");
      name.textContent = p.name;
      const hint = document.createElement("span");
      hint.textContent = p.hint;
      option.append(name, hint);
      // The field keeps the focus; a press outside of it would close the list first.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(i));
      return option;
    }));
    at = -1;
    field.removeAttribute("aria-activedescendant");
    say.textContent = places.length ? box.dataset.some.replace("{n}", places.length) : box.dataset.none;
    // Where the page is about finding a place everybody reads that there is none; elsewhere words that no list has are as good.
    say.className = places.length === 0 && field.name === "q" ? "hint" : "visually-hidden";
    if (places.length) open(); else close();
  };
  const ask = async () => {
    asked?.abort();
    const q = field.value.trim();
    if (q.length < 2) { found = []; say.textContent = ""; say.className = "visually-hidden"; return close(); }
    const mine = new AbortController();
    asked = mine;
    const value = (name) => form.querySelector(`input[name="${name}"]`)?.value ?? "";
    const body = new URLSearchParams({ q, lat: value("lat"), lon: value("lon") });
    try {
      const answer = await fetch(box.dataset.find, { method: "POST", body, headers: { accept: "application/json" }, signal: mine.signal });
      // Too often, or no network: the field is a field like any other.
      if (!answer.ok) return close();
      const { places } = await answer.json();
      if (document.activeElement === field) show(places);
    } catch { if (!mine.signal.aborted) close(); }
  };

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    // Another address is another place; a floor added to it is not.
    if (taken !== null && !field.value.startsWith(taken)) { taken = null; forget(form); }
    // Half-typed pinyin of an input method is not yet what is meant.
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const shown = !list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      open();
      const from = at < 0 && step < 0 ? found.length : at;
      mark((from + step + found.length) % found.length);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && shown && at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      take(at);
    } else if (event.key === "Tab") {
      close();
    }
  });
  field.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); close(); });
}
