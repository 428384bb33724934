// What the desk adds in the browser: htmx, the keyboard, and news from the server. Without it every page still works.
import htmx from "htmx.org/dist/htmx.esm.js";
import { lostCase } from "./case.js";
import { find } from "./find.js";
import { here, named } from "./here.js";
import { intake } from "./intake.js";
import { keyboard } from "./keyboard.js";
import { live } from "./live.js";
import { mapless } from "./map-words.js";
import { pins } from "./pin.js";
import { push } from "./push.js";
import { sign } from "./sign.js";
import { ticks } from "./ticks.js";

htmx.config.includeIndicatorCSS = false;
keyboard();
live();
here();
named();
pins();
find();
intake();
lostCase();
push();
sign();
mapless();
ticks();

// "Back to the list" leads to the list one came from, with its filter.
if (document.querySelector("#list[data-home]")) sessionStorage.setItem("mulin.list", location.pathname + location.search);
for (const link of document.querySelectorAll("a[data-back]")) {
  const list = sessionStorage.getItem("mulin.list");
  if (list?.startsWith(new URL(link.href).pathname)) link.href = list;
}

// In the street the place is taken at once: one tap less.
document.querySelector("[data-here-now] button:not([hidden])")?.click();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Where one is stands in sight, also in a line of lists that is pushed sideways.
document.querySelector(".side [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// On a phone a row of a table stands as a card; each cell then says what it is, in the words of its column where one sees them. Figures and the parts of a week are compared
// down a column and stay a table.
for (const table of document.querySelectorAll(".scroll > table:not(.figures, .week-table)")) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => (cell.querySelector(".visually-hidden") ? "" : cell.textContent.trim()));
  if (heads.length < 3) continue;
  for (const body of table.tBodies) {
    for (const row of body.rows) [...row.cells].forEach((cell, n) => { cell.dataset.label = heads[n] ?? ""; });
  }
  table.classList.add("cards");
}

// The summary of what is wrong is read first.
document.querySelector(".error-summary")?.focus();

// A second click while the first one travels would only show a conflict: mark the button and let one go.
document.addEventListener("submit", (event) => {
  const button = event.submitter ?? event.target.querySelector("button:not([type=button])");
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  button.setAttribute("aria-disabled", "true");
  setTimeout(() => button.removeAttribute("aria-disabled"), 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("button[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled")));
