// The words of maps as the page gives them, and what stands in the place of a map that does not come.
const ORDER = ["name", "nearer", "farther", "close", "whole", "back", "metres", "kilometres", "wait", "missing", "again"];

/** By name; empty where the page gives none. */
export function mapWords() {
  const given = (document.querySelector("meta[name=map-words]")?.content ?? "").split("|");
  return given.length < ORDER.length ? null : Object.fromEntries(ORDER.map((name, n) => [name, given[n]]));
}

/** There is no map: its words are all that is left of it, and take no more room than they need. */
export function mapOff(el) {
  const words = el.querySelector(".map-words") ?? el.appendChild(Object.assign(document.createElement("p"), { className: "map-words" }));
  words.hidden = false;
  words.textContent = el.dataset.failed ?? "";
  el.classList.add("map-off");
}

/** Once the page is there, a map whose script did not come says so instead of promising to open. */
export function mapless() {
  addEventListener("load", () => {
    for (const words of document.querySelectorAll(".map:not(.maplibregl-map, .map-off) > .map-words")) mapOff(words.parentElement);
  });
}
