// News on this device (web push): asks the browser, tells the server. Where it cannot work, the page says why instead of
// showing a button.

/** The box of the page, if it has one. */
export function push() {
  const box = document.querySelector("[data-push]");
  if (box) show(box).catch(() => say(box, box.dataset.failed));
}

function say(box, words) {
  box.querySelector("[role=status]").textContent = words ?? "";
}

async function show(box) {
  if (!window.isSecureContext) return say(box, box.dataset.insecure);
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return say(box, box.dataset.missing);
  }
  const there = await subscription(box);
  const mark = there && (await digest(there.endpoint));
  const known = mark && box.dataset.known.split(" ").includes(mark);
  for (const form of box.querySelectorAll("form")) form.addEventListener("submit", (event) => end(event, form, there, mark));
  if (known) return say(box, box.dataset.on);
  if (Notification.permission === "denied") return say(box, box.dataset.denied);
  const button = box.querySelector("[data-push-on]");
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    say(box, box.dataset.wait);
    subscribe(box).catch(() => {
      button.disabled = false;
      say(box, Notification.permission === "denied" ? box.dataset.denied : box.dataset.failed);
    });
  });
}

/** What this browser subscribed to for this page before, whoever it was. */
async function subscription(box) {
  const at = new URL(box.dataset.scope, location.href).href;
  const all = await navigator.serviceWorker.getRegistrations();
  return all.find((r) => r.scope === at)?.pushManager.getSubscription() ?? null;
}

/** As the server marks a device: the first 16 digits of the SHA-256 of its address. */
async function digest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function post(path, fields = {}) {
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  return answer.text();
}

async function subscribe(box) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  const { at, scope, worker } = box.dataset;
  const registration = await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
  await active(registration);
  const key = await post(`${at}/key`);
  const old = await registration.pushManager.getSubscription();
  // One that was made for another key cannot be used; a fresh one never hurts.
  if (old) await old.unsubscribe();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  await post(at, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  location.assign(box.dataset.done);
}

/** A push manager wants a worker that runs. */
function active(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (!worker || registration.active) return null;
  return new Promise((done, failed) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") done();
      if (worker.state === "redundant") failed(new Error("no worker"));
    });
  });
}

/** Ends it in this browser too, then sends the form. */
async function end(event, form, there, mark) {
  if (!there || (form.dataset.mark && form.dataset.mark !== mark)) return;
  event.preventDefault();
  await there.unsubscribe().catch(() => {});
  form.submit();
}
