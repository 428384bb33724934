// "I'm here": asks the browser once, fills the hidden WGS-84 fields, says what happened. Needs a secure context.
export function here() {
  for (const box of document.querySelectorAll("[data-here]")) {
    const button = box.querySelector("button");
    const say = box.querySelector("[role=status]");
    if (!window.isSecureContext || !navigator.geolocation) {
      if (box.dataset.why) { box.hidden = false; button.hidden = true; say.textContent = box.dataset.why; }
      continue;
    }
    box.hidden = false;
    button.addEventListener("click", () => {
      say.textContent = box.dataset.wait;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          place(coords.latitude, coords.longitude);
          say.textContent = box.dataset.done.replace("{m}", Math.max(1, Math.round(coords.accuracy)));
        },
        (error) => { say.textContent = error.code === 1 ? box.dataset.refused : box.dataset.failed; },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
      );
    });
  }
}

/** Writes a WGS-84 position into the form and tells a map that may be open. */
export function place(lat, lon) {
  for (const [name, value] of [["lat", lat], ["lon", lon]]) {
    const field = document.querySelector(`input[name="${name}"]`);
    if (field) field.value = value.toFixed(6);
  }
  document.dispatchEvent(new CustomEvent("mulin:place", { detail: { lat, lon } }));
}
