// Ticks in a list survive "back": pages with names are kept by no cache, and the browser forgets what was ticked on them. The entry of
// the history remembers which boxes stand otherwise than the server sent them, by their ids; nothing that somebody typed.
const boxes = () => [...document.querySelectorAll("form[data-ticks] input[type=checkbox]")];
const key = (box) => `${box.name} ${box.value}`;

export function ticks() {
  const before = new Map(history.state?.ticks ?? []);
  for (const box of boxes()) if (before.has(key(box))) box.checked = before.get(key(box));
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("form[data-ticks] input[type=checkbox]")) return;
    const changed = boxes().filter((box) => box.checked !== box.defaultChecked).map((box) => [key(box), box.checked]);
    history.replaceState({ ...history.state, ticks: changed }, "");
  });
}
