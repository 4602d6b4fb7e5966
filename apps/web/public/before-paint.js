// Before the first paint, so that a page that was set to dark never flashes white. A classic script: those wait for nobody.
(() => {
  document.documentElement.toggleAttribute('data-framed', window.parent !== window);
  try {
    const { theme, language } = JSON.parse(localStorage.getItem('drawdown.preferences') ?? '{}');
    const root = document.documentElement;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    if (language === 'en' || language === 'de') root.lang = language;
  } catch {
    // Without storage the system's own settings count.
  }
})();
