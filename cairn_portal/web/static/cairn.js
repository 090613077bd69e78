// What pages do by themselves: the theme, what is new in the ledger, and words that are not lost with a session.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const dark = document.documentElement.classList.toggle("dark");
  try { localStorage.setItem("theme", dark ? "dark" : "light"); } catch { /* then it lasts as long as the page */ }
});

// Live: parts of a page that wait for `ledger` are asked for again and morphed. A page nobody looks at asks nothing.
let stream;
const fresh = () => document.body.dispatchEvent(new CustomEvent("ledger"));
const listen = () => {
  if (stream || document.hidden || !document.querySelector("[data-live]")) return;
  stream = new EventSource("/live");
  stream.addEventListener("ledger", fresh);
};
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { listen(); if (document.querySelector("[data-live]")) fresh(); return; }
  stream?.close();
  stream = undefined;
});

// What somebody types is kept by this tab until it is sent, also where the session ends meanwhile.
const place = (field) => `words:${location.pathname}:${field.id}`;
const restore = () => {
  for (const field of document.querySelectorAll("textarea[id]")) {
    const kept = sessionStorage.getItem(place(field));
    if (!kept || field.value) continue;
    field.value = kept;
    field.closest("details")?.setAttribute("open", "");
  }
};
document.addEventListener("input", (event) => {
  if (event.target.matches?.("textarea[id]")) sessionStorage.setItem(place(event.target), event.target.value);
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.detail?.ctx?.sourceElement;
  if (!(form instanceof HTMLFormElement) || !event.detail.ctx.response?.raw?.ok) return;
  for (const field of form.querySelectorAll("textarea[id]")) sessionStorage.removeItem(place(field));
});
listen();
restore();
