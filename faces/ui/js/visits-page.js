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

/** What became of a report that was not simply taken, with what can be done about it. */
export function cameBack(id, what, { say, title, open, read }) {
  const mend = what.outcome === "mend";
  const why = what.words || say(what.outcome === "conflict" ? "conflict" : what.outcome, 0, title);
  const inside = [element("p", { textContent: mend ? say("mend", 0, title) : title }), element("p", {}, element("strong", { textContent: why }))];
  const note = what.command?.form?.note;
  if (note && !mend) inside.push(element("p", { className: "said", textContent: note }));
  const drop = (button, item) => {
    if (button.dataset.sure) return read(item);
    button.dataset.sure = "1";
    button.textContent = say("drop-sure");
  };
  const dismiss = (_, item) => read(item);
  const item = notice(id, "wait", inside, mend ? [[say("mend-go"), open], [say("drop"), drop]] : [[say("dismiss"), dismiss]]);
  item.setAttribute("role", "alert");
  return item;
}

/** Each line of the list says how it stands on this phone; what was done here is off it. */
export function markList(box, say, stateOf, doneHere) {
  const done = new Set(doneHere.map(({ visit }) => visit));
  for (const item of box.querySelectorAll("li[data-visit]")) {
    const { visit } = item.dataset;
    const state = stateOf(visit);
    const said = item.querySelector("[data-state]");
    said.hidden = !state;
    said.textContent = state ? say(state) : "";
    item.dataset.state = state;
    item.hidden = state === "" && done.has(visit);
  }
  const today = new Date().toDateString();
  const count = doneHere.filter(({ at }) => new Date(at).toDateString() === today).length;
  const line = box.querySelector("[data-done-here]");
  if (line) {
    line.hidden = count === 0;
    line.textContent = say("done-here", count);
  }
}
