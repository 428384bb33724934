// Shows news that come through the browser's push service, and opens the page they were wanted for: the scope of the
// registration is that very page. It answers no request of any page and keeps nothing: pages are never read from here.
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  let news = {};
  try {
    news = event.data?.json() ?? {};
  } catch {
    // Not ours; the browser wants something shown all the same.
  }
  const tag = news.tag ?? "news";
  event.waitUntil(
    self.registration.showNotification(news.title ?? "睦邻", {
      body: news.body ?? "",
      lang: news.lang ?? "zh-CN",
      tag,
      renotify: news.again === true,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { scope } = self.registration;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((all) => {
      const open = all.find((page) => page.url.split(/[?#]/)[0] === scope);
      return open ? open.navigate(scope).then((page) => page?.focus()) : self.clients.openWindow(scope);
    }),
  );
});
