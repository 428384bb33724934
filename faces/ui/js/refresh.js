// A residents' page that stays open: its parts named by `data-fresh` are fetched again every so many seconds while somebody looks, so
// that a family sees the latest position without pressing anything. What is being typed or pressed is left alone.
export function refresh() {
  const every = Number(document.querySelector("[data-refresh]")?.dataset.refresh);
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
  document.addEventListener("visibilitychange", again);
}
