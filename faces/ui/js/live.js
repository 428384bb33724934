// News from the server: one stream per page. Each message becomes `mulin:changed` on <body>, which htmx elements listen to
// (hx-trigger="mulin:changed from:body"). When the stream is gone, [data-live-off] says so, in words.
export function live() {
  const url = document.body.dataset.events;
  if (!url || !window.EventSource) return;
  const note = document.querySelector("[data-live-off]");
  let wait;
  const source = new EventSource(url);
  const tell = (data) => {
    let detail = {};
    try { detail = JSON.parse(data); } catch { /* a plain word is news too */ }
    clearTimeout(wait);
    wait = setTimeout(() => document.body.dispatchEvent(new CustomEvent("mulin:changed", { detail })), 150);
  };
  source.addEventListener("changed", (event) => tell(event.data));
  source.onmessage = (event) => tell(event.data);
  source.onopen = () => note && (note.hidden = true);
  source.onerror = () => note && (note.hidden = false);
  addEventListener("pagehide", () => source.close());
}
