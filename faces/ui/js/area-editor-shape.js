// Outlines as the editor holds them: areas in a map by id, never changed in place, so that undo is to keep the map before.
// A corner is known by its numbers: areas that share a border have the same numbers there.

export const keyOf = ([x, y]) => `${x},${y}`;
const METRE = 1 / 111_195;

/** All rings of an outline with where they stand. */
export function* rings(outline) {
  for (let part = 0; part < outline.length; part += 1) {
    for (let ring = 0; ring < outline[part].length; ring += 1) yield { part, ring, line: outline[part][ring] };
  }
}

/** Corners of an outline once each: rings repeat their first. */
export function* corners(outline) {
  for (const { part, ring, line } of rings(outline)) {
    for (let at = 0; at + 1 < line.length; at += 1) yield { part, ring, at, point: line[at] };
  }
}

const mapRings = (outline, change) => outline.map((part) => part.map(change));

/** Every corner with these numbers moves, in the areas named. */
export function move(areas, ids, key, to) {
  const next = new Map(areas);
  for (const id of ids) {
    const area = next.get(id);
    if (!has(area.outline, key)) continue;
    next.set(id, { ...area, outline: mapRings(area.outline, (line) => line.map((c) => (keyOf(c) === key ? to : c))) });
  }
  return next;
}

export function has(outline, key) {
  for (const { point } of corners(outline)) if (keyOf(point) === key) return true;
  return false;
}

/** A corner between two that follow each other, in every area named that has this edge. */
export function insert(areas, ids, a, b, point) {
  const next = new Map(areas);
  const [from, to] = [keyOf(a), keyOf(b)];
  for (const id of ids) {
    const area = next.get(id);
    let changed = false;
    const outline = mapRings(area.outline, (line) => {
      const out = [];
      line.forEach((c, i) => {
        out.push(c);
        const after = line[i + 1];
        if (!after) return;
        const edge = [keyOf(c), keyOf(after)];
        if ((edge[0] === from && edge[1] === to) || (edge[0] === to && edge[1] === from)) {
          out.push(point);
          changed = true;
        }
      });
      return out;
    });
    if (changed) next.set(id, { ...area, outline });
  }
  return next;
}

/** Without this corner, in the areas named; null when a ring would be no ring any more. */
export function remove(areas, ids, key) {
  const next = new Map(areas);
  for (const id of ids) {
    const area = next.get(id);
    if (!has(area.outline, key)) continue;
    let short = false;
    const outline = mapRings(area.outline, (line) => {
      const open = line.slice(0, -1).filter((c) => keyOf(c) !== key);
      if (open.length + 1 === line.length) return line;
      if (open.length < 3) short = true;
      return [...open, open[0]];
    });
    if (short) return null;
    next.set(id, { ...area, outline });
  }
  return next;
}

/** Areas other than one that share a corner with it. */
export function neighbours(areas, id) {
  const own = new Set([...corners(areas.get(id).outline)].map((c) => keyOf(c.point)));
  return [...areas.values()].filter((a) => a.id !== id && [...corners(a.outline)].some((c) => own.has(keyOf(c.point))));
}

/** So many metres east and north of a corner. */
export function stepped([x, y], east, north) {
  return [x + (east * METRE) / Math.cos((y * Math.PI) / 180), y + north * METRE];
}

/** The nearest corner, else the nearest place on an edge, within so many pixels; `project` turns degrees into pixels. */
export function caught(areas, skip, at, project, within) {
  const [px, py] = project(at);
  let best = null;
  let edge = null;
  for (const area of areas.values()) {
    for (const { line } of rings(area.outline)) {
      for (let i = 0; i + 1 < line.length; i += 1) {
        const [a, b] = [line[i], line[i + 1]];
        if (skip(a) || skip(b)) continue;
        const [ax, ay] = project(a);
        const [bx, by] = project(b);
        if (Math.max(ax, bx) < px - within || Math.min(ax, bx) > px + within || Math.max(ay, by) < py - within || Math.min(ay, by) > py + within) continue;
        for (const [c, x, y] of [[a, ax, ay], [b, bx, by]]) {
          const off = Math.hypot(x - px, y - py);
          if (off <= within && (!best || off < best.off)) best = { off, point: c };
        }
        const square = (bx - ax) ** 2 + (by - ay) ** 2;
        const t = square ? ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square : 0;
        if (t <= 0 || t >= 1) continue;
        const off = Math.hypot(ax + (bx - ax) * t - px, ay + (by - ay) * t - py);
        if (off <= within && (!edge || off < edge.off)) edge = { off, point: [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], edge: [a, b] };
      }
    }
  }
  return best ?? edge;
}
