// The history of a border: one outline, and what a change gained (jade) and lost (vermilion).
import { box, load, missed, open, put } from "./map-ground.js";

function show(el) {
  const map = open(el);
  if (!map) return;
  map.on("load", async () => {
    try {
      const [outline, change] = await Promise.all([load(el.dataset.outline), load(el.dataset.change)]);
      map.addSource("outline", { type: "geojson", data: outline });
      map.addSource("change", { type: "geojson", data: change });
      put(map, { id: "border-fill", type: "fill", source: "outline", paint: { "fill-color": "--surface", "fill-opacity": 0.7 } });
      const colour = ["match", ["get", "what"], "gained", "--jade", "--vermilion"];
      put(map, { id: "change", type: "fill", source: "change", paint: { "fill-color": colour, "fill-opacity": 0.55 } });
      put(map, { id: "change-lines", type: "line", source: "change", paint: { "line-color": colour, "line-width": 2 } });
      put(map, { id: "border", type: "line", source: "outline", paint: { "line-color": "--ink", "line-width": 2 } });
      const around = box({ features: [...outline.features, ...change.features] });
      if (around) map.fitBounds(around, { padding: 32, animate: false });
    } catch { missed(map); }
    map.once("idle", () => { el.dataset.ready = "1"; });
  });
}

for (const el of document.querySelectorAll("[data-border]")) show(el);
