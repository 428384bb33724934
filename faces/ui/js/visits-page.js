// Pieces of the page of visits: what is put on it, and what does not need to know the day.

/** Says that a day lies on this phone; nothing of it. */
const FLAG = "mulin-day";

/** An element with what is in it. */
export const element = (name, more = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), more);
  made.append(...inside);
  return made;
};

export function flag(on) {
  try {
    if (on) localStorage.setItem(FLAG, "1");
    else localStorage.removeItem(FLAG);
  } catch { /* then the sign-in page deletes nothing, and 48 hours do */ }
}
export function flagged() {
  try { return localStorage.getItem(FLAG) !== null; } catch { return false; }
}

/** A notice with buttons under it: [words, what it does] each. */
export function notice(id, tone, inside, buttons) {
  const item = element("div", { className: `notice notice-${tone}` }, ...inside);
  item.dataset.id = id;
  for (const [text, act] of buttons) {
    const made = element("button", { type: "button", className: "button button-quiet", textContent: text });
    made.addEventListener("click", () => act(made, item));
    item.append(made);
  }
  return item;
}

/** How much of the phone a day takes: the pack, and the pages that open without signal. */
export async function measure(pack) {
  let bytes = new TextEncoder().encode(JSON.stringify(pack)).length;
  for (const name of await caches.keys()) {
    if (!name.startsWith("mulin-field ")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) bytes += (await (await cache.match(request)).blob()).size;
  }
  return bytes;
}
