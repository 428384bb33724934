// News from the server: one stream per page. A message names the matters that changed; it becomes `mulin:changed` on <body>
// and `mulin:m-<id>` for each matter, `mulin:cases` and `mulin:c-<id>` for cases of lost elders, `mulin:threads` for what finders do, `mulin:alerts` for alerts of
// locators and `mulin:t-<id>` for the locator of a case, which htmx elements listen to (hx-trigger="mulin:changed from:body"). At most one
// round a second, however much happens. When the stream or the session is gone, [data-live-off] says so, in words.
const EVERY = 1000;

export function live() {
  const url = document.body.dataset.events;
  if (!url || !window.EventSource) return;
  const note = document.querySelector("[data-live-off]");
  const changed = new Set();
  const cases = new Set();
  const tracks = new Set();
  let threads = false;
  let alerts = false;
  // A position of a lost elder is no news for lists.
  let loud = false;
  let timer = null;
  let last = 0;
  const tell = () => {
    timer = null;
    last = Date.now();
    for (const id of changed) document.body.dispatchEvent(new CustomEvent(`mulin:m-${id}`));
    changed.clear();
    if (cases.size > 0) document.body.dispatchEvent(new CustomEvent("mulin:cases"));
    for (const id of cases) document.body.dispatchEvent(new CustomEvent(`mulin:c-${id}`));
    cases.clear();
    if (threads) document.body.dispatchEvent(new CustomEvent("mulin:threads"));
    threads = false;
    if (alerts) document.body.dispatchEvent(new CustomEvent("mulin:alerts"));
    alerts = false;
    for (const id of tracks) document.body.dispatchEvent(new CustomEvent(`mulin:t-${id}`));
    tracks.clear();
    if (loud) document.body.dispatchEvent(new CustomEvent("mulin:changed"));
    loud = false;
  };
  const hear = (data) => {
    try {
      const news = JSON.parse(data);
      loud ||= (news.matters ?? []).length + (news.cases ?? []).length > 0 || news.threads === true || news.alerts === true;
      for (const id of news.matters ?? []) changed.add(id);
      for (const id of news.cases ?? []) cases.add(id);
      for (const id of news.tracks ?? []) tracks.add(id);
      threads ||= news.threads === true;
      alerts ||= news.alerts === true;
    } catch { loud = true; /* a plain word is news too */ }
    timer ??= setTimeout(tell, Math.max(0, EVERY - (Date.now() - last)));
  };
  let source = null;
  let off = null;
  const say = (words) => { if (note) { note.textContent = words; note.hidden = false; } };
  const open = () => {
    source = new EventSource(url);
    source.addEventListener("changed", (event) => hear(event.data));
    source.onopen = () => { clearTimeout(off); off = null; if (note) note.hidden = true; };
    // The server ends a stream every few minutes on purpose; only a silence of some seconds is worth a word.
    source.onerror = () => {
      off ??= setTimeout(() => say(note?.dataset.liveOff ?? ""), 5000);
      // A browser gives up when the answer is no stream: the session has ended, or a proxy speaks for the server.
      if (source.readyState === EventSource.CLOSED) setTimeout(again, 10_000);
    };
  };
  const again = async () => {
    const answer = await fetch(document.body.dataset.alive, { method: "HEAD", redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") {
      clearTimeout(off);
      say(note?.dataset.signedOut ?? "");
      setTimeout(again, 30_000);
    } else if (answer?.ok) open();
    else setTimeout(again, 10_000);
  };
  open();
  addEventListener("pagehide", () => source.close());
}
