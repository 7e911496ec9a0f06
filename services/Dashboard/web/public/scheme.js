// Before the first paint, so that a dark page never flashes white. Same key as Mantine's.
(function () {
  var wanted = 'auto';
  try { wanted = localStorage.getItem('mantine-color-scheme-value') || 'auto'; } catch (e) { /* storage may be off */ }
  var dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
