// The worker of the field pages: opens them without signal out of the shell it keeps (no personal data in it; the task itself lies
// sealed in the browser's storage), and sends what waits when the browser says that there is signal again. It touches no other page.
import { deliver, Later, ours } from "./field-queue.js";
import { able, disk, mark } from "./field-store.js";

const scope = new URL(self.registration.scope).pathname;
const shell = `${scope}shell`;
/** One cache per scope (language, size) and version; the version changes with the files of the shell. */
const prefix = `mulin-field ${scope} `;
const cacheName = prefix + (new URL(self.location.href).searchParams.get("v") ?? "");
/** So long a page may take before what is kept is shown. */
const PATIENCE_MS = 5_000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    const page = await fetch(shell, { cache: "no-cache" });
    if (!page.ok || !ours(page)) throw new Error("no shell");
    const files = new Set((await page.clone().text()).match(/\/assets\/[\w.-]+/g));
    await cache.addAll([...files]);
    await cache.put(shell, page);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
    if (able()) await disk.expire().catch(() => {});
  })());
});

const kept = (request) => caches.match(request, { ignoreSearch: true, ignoreVary: true });

async function page(event, url) {
  const within = new Promise((_, failed) => { setTimeout(() => failed(new Later()), PATIENCE_MS); });
  try {
    const answer = await Promise.race([fetch(event.request), within]);
    if (ours(answer) === "over") event.waitUntil(settle(url.pathname));
    // A gateway whose server is away knows less than the phone.
    if (answer.status < 500) return answer;
    throw new Later();
  } catch {
    return (await kept(shell)) ?? Response.error();
  }
}

/** The task is over: what still waits is sent, then everything of it is wiped. */
async function settle(path) {
  if (!able() || !path.includes("/field/s/")) return;
  await deliver(disk).catch(() => {});
  const task = await mark(path);
  if ((await disk.waiting(task)).length === 0) await disk.wipe(task);
}

async function file(request) {
  const known = await kept(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    caches.open(cacheName).then((cache) => cache.put(request, copy)).catch(() => {});
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith(scope)) event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "mulin-field") return;
  event.waitUntil((async () => {
    // While a tab is sending that tab says so.
    if ((await deliver(disk)) !== false) new BroadcastChannel("mulin-field").postMessage("sent");
  })());
});
