// "I'm here": asks the browser once, fills the hidden WGS-84 fields, says what happened. Needs a secure context.

/** Metres of accuracy above which a position is only a hint, and above which it is none. */
const ROUGH = 150;
const USELESS = 1000;

export function here() {
  for (const box of document.querySelectorAll("[data-here]")) {
    const button = box.querySelector("button");
    const say = box.querySelector("[role=status]");
    if (!window.isSecureContext || !navigator.geolocation) {
      if (box.dataset.why) { box.hidden = false; button.hidden = true; say.textContent = box.dataset.why; }
      continue;
    }
    box.hidden = false;
    let asked = false;
    button.addEventListener("click", () => {
      // Whoever asks again wants another answer than the one before.
      const maximumAge = asked ? 0 : 30_000;
      asked = true;
      say.textContent = box.dataset.wait;
      navigator.geolocation.getCurrentPosition(
        ({ coords: { latitude, longitude, accuracy } }) => {
          // What some devices give for "I do not know".
          if (Math.abs(latitude) < 0.01 && Math.abs(longitude) < 0.01) { say.textContent = box.dataset.failed; return; }
          const words = accuracy > USELESS ? box.dataset.vague : accuracy > ROUGH ? box.dataset.rough : box.dataset.done;
          // A guess of kilometres would send people to the wrong street.
          if (accuracy <= USELESS) place(latitude, longitude);
          say.textContent = words.replace("{m}", Math.max(1, Math.round(accuracy)));
        },
        (error) => { say.textContent = error.code === 1 ? box.dataset.refused : box.dataset.failed; },
        { enableHighAccuracy: true, timeout: 15_000, maximumAge },
      );
    });
  }
}

function write(lat, lon, root = document) {
  const north = root.querySelector('input[name="lat"]');
  const east = root.querySelector('input[name="lon"], input[name="long"]');
  if (north) north.value = lat;
  if (east) east.value = lon;
  // What is written here is WGS-84, whatever was chosen for numbers typed by hand.
  const datum = root.querySelector("select[name=datum]");
  if (datum && lat !== "") datum.value = "wgs84";
  // "A place is set", with the button that takes it off; a button that is not there must not be pressed by Enter.
  const set = root.querySelector("[data-pinned]");
  if (!set) return;
  set.hidden = lat === "";
  const off = set.querySelector("button");
  if (off) off.disabled = set.hidden;
  name(set, lat, lon);
}

/** Says in words where a pin is. Without an answer it is a pin all the same. */
async function name(set, lat, lon) {
  const words = set.querySelector("[data-pinned-words]");
  if (!words || !set.dataset.name) return;
  words.textContent = "";
  set.classList.remove("pinned-outside");
  set.dataset.at = `${lat},${lon}`;
  if (lat === "") return;
  try {
    const body = new URLSearchParams({ lat, lon });
    const answer = await fetch(set.dataset.name, { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const said = await answer.json();
    // Another pin may have been set meanwhile.
    if (set.dataset.at !== `${lat},${lon}`) return;
    words.textContent = said.outside ? set.dataset.outside : said.words ?? "";
    set.classList.toggle("pinned-outside", said.outside);
  } catch { /* no network: the pin counts */ }
}

/** A form that came back with a pin says where that is. */
export function named() {
  for (const set of document.querySelectorAll("[data-pinned]:not([hidden])")) {
    const value = (field) => set.closest("form")?.querySelector(`input[name="${field}"]`)?.value ?? "";
    name(set, value("lat"), value("lon"));
  }
}

/** Writes a WGS-84 position into the form and tells a map that may be open. A choice from a list replaces one made before. */
export function place(lat, lon, root = document) {
  write(lat.toFixed(6), lon.toFixed(6), root);
  for (const spot of root.querySelectorAll("input[name=spot]:checked")) spot.checked = false;
  document.dispatchEvent(new CustomEvent("mulin:place", { detail: { lat, lon } }));
}

/** Takes the position out of the form. */
export function forget(root = document) {
  write("", "", root);
  for (const say of document.querySelectorAll("[data-here] [role=status]")) say.textContent = "";
  document.dispatchEvent(new CustomEvent("mulin:unpin"));
}

/** The same by its button, which goes with it. */
export function unpin(root = document) {
  forget(root);
  document.querySelector("[data-here] button:not([hidden])")?.focus();
}
