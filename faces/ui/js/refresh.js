// A residents' page that stays open: its parts named by `data-fresh` are fetched again every so many seconds while somebody looks, and as
// soon as a stream (`data-stream`) says that there is something new, so that a family sees the latest position without pressing anything.
// What is being typed or pressed is left alone.
const APART = 2000;

export function refresh() {
  const holder = document.querySelector("[data-refresh]");
  const every = Number(holder?.dataset.refresh);
  if (!every) return;
  const again = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      // Behind a door that shut meanwhile there is nothing to show; the next step says so.
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-fresh][id]")) {
        const now = fresh.getElementById(part.id);
        if (now && !part.contains(document.activeElement) && part.innerHTML !== now.innerHTML) part.replaceWith(document.importNode(now, true));
      }
    } catch { /* no network: what stands there says when it was */ }
  };
  setInterval(again, every * 1000);
  const url = holder.dataset.stream;
  if (url && window.EventSource) {
    let [last, waits] = [0, null];
    const soon = () => {
      waits ??= setTimeout(() => { [waits, last] = [null, Date.now()]; again(); }, Math.max(0, APART - (Date.now() - last)));
    };
    const source = new EventSource(url);
    source.addEventListener("changed", soon);
    addEventListener("pagehide", () => source.close());
  }
  document.addEventListener("visibilitychange", again);
}
