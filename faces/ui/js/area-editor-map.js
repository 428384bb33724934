// What the editor shows on the map, in WGS-84 outside and in the map's own datum inside: neighbours, the area being edited with its corners, the line being drawn, what is wrong.
import { box, fromMap, open, put, toMap } from "./map-ground.js";
import { corners, rings } from "./area-editor-shape.js";

/** Pixels within which a finger, and within which a pointer means a dot. */
const FINGER = { corners: 22, middles: 14 };
const POINTER = { corners: 1, middles: 1 };

const nothing = { type: "FeatureCollection", features: [] };
const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
const dot = (point, properties) => feature({ type: "Point", coordinates: toMap(point) }, properties);
const all = (outline) => outline.map((part) => part.map((line) => line.map(toMap)));

function layers(map) {
  for (const id of ["others", "edited", "current", "names", "problems", "line", "middles", "corners"]) map.addSource(id, { type: "geojson", data: nothing });
  put(map, { id: "others-fill", type: "fill", source: "others", paint: { "fill-color": "--surface", "fill-opacity": 0.2 } });
  put(map, { id: "others", type: "line", source: "others", paint: { "line-color": "--control", "line-width": 1, "line-opacity": 0.8 } });
  put(map, { id: "edited", type: "line", source: "edited", paint: { "line-color": "--slate", "line-width": 2 } });
  put(map, { id: "current-fill", type: "fill", source: "current", paint: { "fill-color": "--jade", "fill-opacity": 0.18 } });
  put(map, { id: "current", type: "line", source: "current", paint: { "line-color": "--jade", "line-width": 3 } });
  put(map, { id: "names", type: "symbol", source: "names", layout: { "text-field": ["get", "name"], "text-size": 13, "text-max-width": 9 }, paint: { "text-color": "--ink", "text-halo-color": "--surface", "text-halo-width": 2 } });
  put(map, { id: "line", type: "line", source: "line", paint: { "line-color": "--amber-line", "line-width": 3, "line-dasharray": [2, 1] } });
  put(map, { id: "line-points", type: "circle", source: "line", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "--amber-line" } });
  put(map, { id: "middles", type: "circle", source: "middles", paint: { "circle-radius": 4, "circle-color": "--surface", "circle-stroke-width": 1.5, "circle-stroke-color": "--jade", "circle-stroke-opacity": 0.7 } });
  // The chosen one lies on top, however close the others are.
  put(map, { id: "corners", type: "circle", source: "corners", layout: { "circle-sort-key": ["case", ["get", "chosen"], 1, 0] }, paint: {
    "circle-radius": ["case", ["get", "chosen"], 9, 6], "circle-color": ["case", ["get", "chosen"], "--jade", "--surface"], "circle-stroke-width": 2.5, "circle-stroke-color": "--jade" } });
  // Above everything: what is wrong is often smaller than the dot of a corner.
  put(map, { id: "problems", type: "fill", source: "problems", filter: ["!=", ["geometry-type"], "Point"], paint: { "fill-color": "--vermilion", "fill-opacity": 0.6 } });
  put(map, { id: "problem-lines", type: "line", source: "problems", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "--vermilion", "line-width": 3 } });
  put(map, { id: "problem-points", type: "circle", source: "problems", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 9, "circle-color": "--vermilion" } });
}

const shape = (area) => feature({ type: "MultiPolygon", coordinates: all(area.outline) }, { id: area.id, name: area.name });

function middle(area) {
  let [x, y, n] = [0, 0, 0];
  for (const { point } of corners(area.outline)) { x += point[0]; y += point[1]; n += 1; }
  return [x / n, y / n];
}

export class Canvas {
  constructor(el, ready) {
    this.el = el;
    // Without WebGL lists and buttons do the same.
    this.map = open(el);
    if (!this.map) return;
    this.map.boxZoom.disable();
    this.map.on("load", () => {
      layers(this.map);
      ready();
      this.map.once("idle", () => { el.dataset.ready = "1"; });
    });
  }

  set(id, features) { this.map?.getSource(id)?.setData(collection(features)); }

  draw({ areas, original, current, chosen, line }) {
    if (!this.map?.getSource("others")) return;
    const drawn = [...areas.values()].filter((a) => a.outline.length > 0);
    this.set("others", drawn.filter((a) => a.id !== current).map(shape));
    this.set("edited", drawn.filter((a) => a.id !== current && original.get(a.id) !== a).map(shape));
    this.set("names", drawn.map((a) => dot(middle(a), { name: a.name })));
    const area = areas.get(current);
    this.set("current", area ? [shape(area)] : []);
    const dots = [];
    const middles = [];
    if (area && !line) {
      let n = 0;
      for (const { part, ring, at, point } of corners(area.outline)) {
        dots.push(dot(point, { n, chosen: n === chosen }));
        const next = area.outline[part][ring][at + 1];
        middles.push(dot([(point[0] + next[0]) / 2, (point[1] + next[1]) / 2], { n }));
        n += 1;
      }
    }
    this.set("corners", dots);
    this.set("middles", middles);
    const points = line?.points ?? [];
    this.set("line", [...(points.length > 1 ? [feature({ type: "LineString", coordinates: points.map(toMap) })] : []), ...points.map((p) => dot(p, {}))]);
  }

  problems(features) {
    const coordinates = ({ type, coordinates: c }) => (type === "Point" ? toMap(c) : all(c));
    this.set("problems", features.map((f) => ({ ...f, geometry: { ...f.geometry, coordinates: coordinates(f.geometry) } })));
  }

  fit(outlines) {
    const around = box(collection(outlines.filter((o) => o.length > 0).map((o) => feature({ type: "MultiPolygon", coordinates: all(o) }))));
    if (around && this.map) this.map.fitBounds(around, { padding: 40, maxZoom: 15, animate: false });
  }

  go(point) { this.map?.easeTo({ center: toMap(point), zoom: Math.max(this.map.getZoom(), 14), duration: 0 }); }
  centre() { const at = this.map.getCenter(); return fromMap([at.lng, at.lat]); }
  project = (point) => { const at = this.map.project(toMap(point)); return [at.x, at.y]; };

  /** The nearest dot that is meant here; `within` says how many pixels off, by layer. */
  near({ x, y }, within, meant = () => true) {
    const off = (f) => { const at = this.map.project(f.geometry.coordinates); return Math.hypot(at.x - x, at.y - y); };
    const hits = Object.entries(within).flatMap(([layer, r]) => this.map.queryRenderedFeatures([[x - r, y - r], [x + r, y + r]], { layers: [layer] }));
    return hits.filter(meant).map((f) => ({ f, off: off(f) })).sort((a, b) => a.off - b.off)[0]?.f;
  }

  /** Corners are dragged, by a finger once they are chosen: else nobody could move the map; a click on the middle of an edge adds one; a click elsewhere is told. */
  listen({ grab, drag, drop, middle: add, click, choose }) {
    const map = this.map;
    if (!map) return;
    const start = (event, corner) => {
      if (grab(corner.properties.n) === null) return;
      event.preventDefault();
      const moving = (e) => drag(fromMap([e.lngLat.lng, e.lngLat.lat]));
      map.on("mousemove", moving);
      map.on("touchmove", moving);
      // Let go over a button of the map or beside it, it is let go all the same.
      const ends = ["mouseup", "touchend", "touchcancel"];
      const end = () => {
        map.off("mousemove", moving);
        map.off("touchmove", moving);
        for (const name of ends) window.removeEventListener(name, end, true);
        drop();
      };
      for (const name of ends) window.addEventListener(name, end, true);
    };
    map.on("mousedown", "corners", (event) => start(event, event.features[0]));
    map.on("touchstart", (event) => {
      if (event.points.length > 1) return;
      const corner = this.near(event.point, { corners: FINGER.corners }, (f) => f.properties.chosen);
      if (corner) start(event, corner);
    });
    map.on("click", (event) => {
      const pointer = event.originalEvent.pointerType ?? (matchMedia("(pointer: coarse)").matches ? "touch" : "mouse");
      const hit = this.near(event.point, pointer === "touch" ? FINGER : POINTER);
      if (hit?.layer.id === "corners") return choose(hit.properties.n);
      if (hit?.layer.id === "middles" && add(hit.properties.n)) return;
      const [other] = map.queryRenderedFeatures(event.point, { layers: ["others-fill"] });
      click(fromMap([event.lngLat.lng, event.lngLat.lat]), other?.properties.id);
    });
    for (const id of ["corners", "middles"]) {
      map.on("mouseenter", id, () => { map.getCanvas().style.cursor = "pointer"; });
      map.on("mouseleave", id, () => { map.getCanvas().style.cursor = ""; });
    }
  }
}

/** How many corners an outline has. */
export function count(outline) {
  let n = 0;
  for (const { line } of rings(outline)) n += line.length - 1;
  return n;
}
