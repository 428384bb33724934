// The screen of a lost elder's case: time that runs down, and a link to a part that is folded opens it.
const two = (n) => String(n).padStart(2, "0");

// The server's clock, not that of the telephone.
let ahead = 0;

function count() {
  for (const at of document.querySelectorAll("[data-until]")) {
    const left = Math.round((new Date(at.dataset.until) - Date.now() - ahead) / 1000);
    const far = Math.abs(left);
    const hours = Math.floor(far / 3600);
    const clock = `${hours ? `${hours}:` : ""}${hours ? two(Math.floor(far / 60) % 60) : Math.floor(far / 60)}:${two(far % 60)}`;
    // Longer than a day is no countdown.
    at.textContent = far > 86400 ? "" : left < 0 ? `+${clock}` : clock;
    if (left < 0) at.closest(".tag")?.classList.replace("tag-wait", "tag-bad");
  }
}

function unfold() {
  const fold = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (fold && fold.matches("details")) fold.open = true;
}

export function lostCase() {
  const screen = document.querySelector(".case");
  if (!screen) return;
  ahead = new Date(screen.dataset.now) - Date.now();
  count();
  setInterval(count, 1000);
  unfold();
  addEventListener("hashchange", unfold);
  // Such a link asks the server to open the part. Here the server need not be asked, and what was typed stays: on a form that came
  // back, too, whose address is longer. The same place twice is no change of the address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="#"]');
    if (!link || !location.pathname.startsWith(link.pathname) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    location.hash = link.hash;
    unfold();
  });
}
