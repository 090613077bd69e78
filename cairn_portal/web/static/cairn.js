// What pages do by themselves: the theme, what is new in the ledger, and words that are not lost with a session.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const dark = document.documentElement.classList.toggle("dark");
  try { localStorage.setItem("theme", dark ? "dark" : "light"); } catch { /* then it lasts as long as the page */ }
});

// Live: parts of a page that wait for `ledger` are asked for again and morphed. A page nobody looks at asks nothing, and
// one on which somebody has just done something stays for as long as it takes to read what came of it; nothing moves
// under a finger that presses a button.
let stream, later, still = 0, pressed = 0;
const stays = () => Math.max(still, pressed) - Date.now();
const fresh = () => {
  const left = stays();
  if (left <= 0) { document.body.dispatchEvent(new CustomEvent("ledger")); return; }
  later ??= setTimeout(() => { later = undefined; fresh(); }, left);
};
const sooner = () => { if (later) { clearTimeout(later); later = undefined; fresh(); } };
document.addEventListener("pointerdown", () => { pressed = Date.now() + 10000; });
for (const over of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(over, () => { if (pressed) { pressed = Date.now() + 100; sooner(); } });
}
const sent = (event) => event.detail?.ctx?.sourceElement instanceof HTMLFormElement;
document.addEventListener("htmx:before:request", (event) => { if (sent(event)) still = Date.now() + 30000; });
document.addEventListener("htmx:finally:request", (event) => {
  if (!sent(event)) return;
  still = Date.now() + 5000;
  sooner();
});
// What was asked for before somebody did something, and comes after: it would take what came of it away at once.
document.addEventListener("htmx:before:swap", (event) => {
  if (stays() <= 0 || !event.detail?.ctx?.sourceElement?.matches?.("[data-live]")) return;
  event.preventDefault();
  fresh();
});
const listen = () => {
  if (stream || document.hidden || !document.querySelector("[data-live]")) return;
  stream = new EventSource(`/live?page=${encodeURIComponent(location.pathname)}`);
  stream.addEventListener("ledger", fresh);
  // One that was cut comes back by itself; what happened meanwhile is asked for.
  let cut = false;
  stream.addEventListener("error", () => { cut = true; });
  stream.addEventListener("open", () => { if (cut) fresh(); cut = false; });
};
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { listen(); if (document.querySelector("[data-live]")) fresh(); return; }
  stream?.close();
  stream = undefined;
});

// What somebody types or chooses is kept by this tab until it is sent, also where the session ends meanwhile: for whoever
// typed it, at the address where they did, beside what stood there. It comes back unless something else stands there now.
const WORDS = "textarea[id]:not([data-unkept]), [id][name^='fields.']:is(select, input:not([type=hidden], [type=file]))";
const place = (field) => `words:${document.body.dataset.reader}:${location.pathname}${location.search}:${field.id}`;
const kept = (field) => JSON.parse(sessionStorage.getItem(place(field)) ?? "[]");
const saves = (field) => !!field.form?.querySelector("[data-saves]");
const ticks = (field) => field.type === "checkbox";
const typed = (field) => ticks(field) ? String(field.checked) : field.value;
const given = (field) => {
  if (ticks(field)) return String(field.defaultChecked);
  if (!field.matches("select")) return field.defaultValue;
  return ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value ?? "";
};
const restore = () => {
  for (const field of document.querySelectorAll(WORDS)) {
    const [words, stood] = kept(field);
    if (words === undefined || words === typed(field)) continue;
    if (field.value && field.closest("[data-twins]")) continue; // a text that follows its fields, too
    if (typed(field) !== stood && !saves(field)) { sessionStorage.removeItem(place(field)); continue; }
    if (ticks(field)) field.checked = words === "true"; else field.value = words;
    for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  }
  // A form that is fetched when it is opened, and has words here: it is opened.
  for (const part of document.querySelectorAll("details:not([open]) > .later")) {
    const card = part.parentElement, words = place({ id: card.id.replace(/card$/, "") });
    if (Object.keys(sessionStorage).some((each) => each.startsWith(words))) card.setAttribute("open", "");
  }
};
const forget = (form) => {
  for (const field of form.querySelectorAll(WORDS)) sessionStorage.removeItem(place(field));
};
document.addEventListener("input", ({ target: field }) => {
  if (!field.matches?.(WORDS)) return;
  const stood = kept(field)[1] ?? given(field);
  if (typed(field) === stood && !saves(field)) sessionStorage.removeItem(place(field));
  else sessionStorage.setItem(place(field), JSON.stringify([typed(field), stood]));
});
document.addEventListener("htmx:after:request", (event) => {
  if (!sent(event)) return;
  still = Date.now() + 5000;
  if (event.detail.ctx.response?.raw?.ok) forget(event.detail.ctx.sourceElement);
});
// A live part may come back without a task and later with it: its words return with it, and the cursor where it was.
let writing;
document.addEventListener("htmx:before:swap", () => {
  const field = document.activeElement;
  if (field?.matches?.("textarea[id], input[id]")) writing = [field.id, field.selectionStart, field.selectionEnd];
});
document.addEventListener("focusin", (event) => { if (event.target.id !== writing?.[0]) writing = undefined; });
document.addEventListener("htmx:after:swap", () => {
  restore();
  const field = writing && document.getElementById(writing[0]);
  if (!field || document.activeElement !== document.body) return;
  field.closest("details")?.setAttribute("open", "");
  field.focus();
  field.setSelectionRange?.(writing[1], writing[2]);
});
// A text that is begun from another one: what somebody makes of it is back when they are, until it is adopted or another
// text is put in its place.
const own = () => document.querySelector("textarea[data-returns]");
const begun = () => `begun:${document.body.dataset.reader}:${location.pathname}`;
const keep = () => {
  const field = own();
  if (!field) return;
  const stored = field.dataset.returns === "stored" && field.value === field.defaultValue;
  if (stored) sessionStorage.removeItem(begun()); else sessionStorage.setItem(begun(), field.value);
};
const comeBack = () => {
  const field = own(), kept = field && !location.search && sessionStorage.getItem(begun());
  if (!kept || kept === field.value) return;
  field.value = kept;
  document.getElementById("returned").hidden = false;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("input", (event) => { if (event.target === own()) keep(); });
document.addEventListener("htmx:after:swap", keep);
// What is saved as a draft while it is typed need not be kept by the tab any more.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: saver, response } = event.detail?.ctx ?? {};
  if (saver?.matches?.("[data-saves]") && response?.raw?.ok) forget(saver.closest("form"));
});

// Fields that only one choice of another field asks for (data-where="fields.kind=problem"), or any choice ("=*").
const choose = () => {
  for (const part of document.querySelectorAll("[data-where]")) {
    const [name, value] = part.dataset.where.split("=");
    const field = part.closest("form")?.elements[name];
    part.hidden = !!field && (value === "*" ? !field.value : field.value !== value);
  }
};
document.addEventListener("change", choose);
document.addEventListener("htmx:after:swap", choose);
// Fields beside the text that they are part of: what was chosen by hand is chosen as the answer says it.
document.addEventListener("htmx:after:swap", () => {
  for (const field of document.querySelector("[data-twins]")?.elements ?? []) {
    if (field.type === "checkbox") field.checked = field.defaultChecked;
    if (field.matches("select")) field.value = [...field.options].find((each) => each.defaultSelected)?.value ?? "";
  }
});
// A mistake leads to its line of the text: the line is selected and scrolled to.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]"), text = link && document.querySelector(link.getAttribute("href"));
  if (!text) return;
  event.preventDefault();
  const lines = text.value.split("\n"), number = Number(link.dataset.line) - 1;
  const from = lines.slice(0, number).join("\n").length + (number ? 1 : 0);
  text.focus();
  text.setSelectionRange(from, from + (lines[number] ?? "").length);
  text.scrollTop = Math.max(0, number - 4) * (text.scrollHeight / lines.length);
  text.scrollLeft = 0;
});
// A calibration board: a person is dragged to another grade, which asks why as their menu does.
const seat = () => document.querySelector(".seat.dragged");
const takes = (column) => !!column && !column.contains(seat()) && [...(seat()?.querySelector("select").options ?? [])].some((each) => each.value === column.dataset.grade);
document.addEventListener("dragstart", (event) => {
  const dragged = event.target.closest?.(".seat[draggable]");
  if (!dragged) return;
  dragged.classList.add("dragged");
  event.dataTransfer.setData("text/plain", dragged.id);
  event.dataTransfer.effectAllowed = "move";
  dragged.closest(".board").classList.add("dragging");
  for (const column of document.querySelectorAll(".column")) column.classList.toggle("takes", takes(column));
});
document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.(".column");
  for (const each of document.querySelectorAll(".column")) each.classList.toggle("over", each === column && takes(column));
  if (takes(column)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest?.(".column"), form = seat()?.querySelector(".seat-move");
  if (!form || !takes(column)) return;
  event.preventDefault();
  form.elements.to.value = column.dataset.grade;
  form.requestSubmit();
});
document.addEventListener("dragend", () => {
  for (const each of document.querySelectorAll(".dragged, .dragging, .over, .takes")) each.classList.remove("dragged", "dragging", "over", "takes");
});
// The slider of a history says which moment it stands at while it is moved; the page follows once it is let go.
document.addEventListener("input", (event) => {
  const slider = event.target.closest?.("[data-moments]");
  const words = slider?.list?.querySelector(`option[value="${slider.value}"]`)?.label;
  if (!words) return;
  slider.setAttribute("aria-valuetext", words);
  document.getElementById("moment-said").textContent = words;
});
// The palette: Ctrl or Cmd and K, then arrows and Enter.
const palette = document.getElementById("palette");
const find = () => {
  if (!palette || palette.open) return;
  palette.showModal();
  document.getElementById("palette-q").dispatchEvent(new CustomEvent("palette"));
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); find(); return; }
  if (!palette?.open || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const links = [...palette.querySelectorAll("a")], here = links.indexOf(document.activeElement);
  if (event.key === "Enter" && here >= 0) return;
  event.preventDefault();
  if (event.key === "Enter") { links[0]?.click(); return; }
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  (links[next] ?? document.getElementById("palette-q")).focus();
});
document.addEventListener("click", (event) => { if (event.target.closest("[data-palette]")) find(); });
// htmx takes the page in only after all scripts have run, which may be after the page has loaded: what somebody does at
// once would be lost. Taking it in twice changes nothing.
restore();
htmx.process(document.body);
listen();
comeBack();
choose();
