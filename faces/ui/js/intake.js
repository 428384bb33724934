// The telephone form: says which class the typed number, name or initials mean, and sends with Ctrl+Enter. The server
// reads the same words in the same way, so the form works without this file.
export function intake() {
  const form = document.querySelector("form[data-intake]");
  if (!form) return;
  const field = form.querySelector("#class");
  const say = form.querySelector("#class-say");
  const first = form.querySelector("#first");
  const picks = [...form.querySelectorAll("#classes [data-code]")];

  const mean = (typed) => {
    const text = typed.normalize("NFKC").trim().toLowerCase();
    if (!text) return [];
    const number = text.match(/^\d+/);
    if (number) return picks.filter((p) => p.dataset.position === number[0]);
    const exact = picks.filter((p) => [p.dataset.code, p.dataset.name.toLowerCase(), p.dataset.initials].includes(text));
    if (exact.length === 1) return exact;
    return picks.filter((p) =>
      p.dataset.pinyin.startsWith(text) || p.dataset.initials.startsWith(text) || p.dataset.name.toLowerCase().includes(text));
  };
  const show = () => {
    const found = mean(field.value);
    say.textContent = found.slice(0, 4).map((p) => p.dataset.name).join(" / ");
    say.classList.toggle("sure", found.length === 1);
    first.hidden = !(found.length === 1 && found[0].dataset.emergency);
    for (const pick of picks) pick.classList.toggle("chosen", found.length === 1 && pick === found[0]);
  };
  field.addEventListener("input", show);
  for (const pick of picks) {
    pick.addEventListener("click", () => { field.value = `${pick.dataset.position} ${pick.dataset.name}`; show(); form.querySelector("#text").focus(); });
  }
  show();
  form.addEventListener("keydown", (event) => {
    const line = event.target.matches("input:not([type=hidden])");
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit();
    } else if (line) {
      // Enter goes on to the next field: half a form is never sent by habit.
      event.preventDefault();
      const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea, select, button")].filter((f) => f.getClientRects().length);
      fields[fields.indexOf(event.target) + 1]?.focus();
    }
  });
}
