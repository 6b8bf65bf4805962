// What Telegram tells a Mini App: who opened it, and in which colours. Its own script is used when it is there, and never loaded.

const TOKENS = {
  bg_color: ["--ground", "--ground-glow"],
  section_bg_color: ["--card"],
  secondary_bg_color: ["--raised"],
  text_color: ["--text"],
  hint_color: ["--muted"],
  button_color: ["--accent"],
  button_text_color: ["--accent-text"],
  section_separator_color: ["--card-edge"],
};
const COLOUR = /^#[0-9a-f]{6}$/i;

/** `{initData, theme}` from Telegram's script, or from the fragment that it opens pages with; both empty outside Telegram. */
export function telegramOf(scope) {
  const app = scope.Telegram?.WebApp;
  const fragment = new URLSearchParams(scope.location.hash.slice(1));
  return {
    app: app ?? null,
    initData: app?.initData || fragment.get("tgWebAppData") || "",
    theme: app?.themeParams ?? themeOf(fragment),
  };
}

/** Paint the `root` element in Telegram's colours, now and when they change. */
export function wearTheme({ app, theme }, root) {
  const wear = (colours) => {
    if (COLOUR.test(colours.bg_color ?? "")) root.dataset.light = isLight(colours.bg_color);
    for (const [key, tokens] of Object.entries(TOKENS)) {
      if (COLOUR.test(colours[key] ?? "")) for (const token of tokens) root.style.setProperty(token, colours[key]);
    }
  };
  wear(theme);
  app?.onEvent?.("themeChanged", () => wear(app.themeParams));
}

/** Tell Telegram that the page is there, and ask for the whole height. */
export function reportReady(scope) {
  const app = scope.Telegram?.WebApp;
  if (app) {
    app.ready?.();
    app.expand?.();
  } else for (const event of ["web_app_ready", "web_app_expand"]) scope.TelegramWebviewProxy?.postEvent?.(event, "{}");
}

/** By the weights of ITU-R BT.601, which is near enough to tell day from night. */
function isLight(colour) {
  const [red, green, blue] = colour.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}

function themeOf(fragment) {
  try {
    return JSON.parse(fragment.get("tgWebAppThemeParams") ?? "{}") ?? {};
  } catch {
    return {};
  }
}
