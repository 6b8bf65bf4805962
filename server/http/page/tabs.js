// Which page of the page is shown; on wide screens only the games take turns, and the rest stays beside them.

const TAB = "croupier.tab";
const GAMES = ["dice", "roulette"];

/** Wire the tab buttons in `body`; the choice is kept in `store` for a reload. */
export function showTabs(body, store) {
  const buttons = [...body.querySelectorAll(".tab")];
  const show = (tab) => {
    body.dataset.tab = tab;
    if (GAMES.includes(tab)) body.dataset.game = tab;
    for (const button of buttons) {
      if (button.dataset.tab === tab) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    store.setItem(TAB, tab);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      show(button.dataset.tab);
      window.scrollTo({ top: 0 });
    });
  }
  const kept = store.getItem(TAB);
  show(buttons.some((button) => button.dataset.tab === kept) ? kept : "dice");
}
