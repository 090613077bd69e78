// What pages do by themselves: the theme, what is new in the ledger, and a session that has ended.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const dark = document.documentElement.classList.toggle("dark");
  try { localStorage.setItem("theme", dark ? "dark" : "light"); } catch { /* then it lasts as long as the page */ }
});
